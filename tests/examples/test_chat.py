"""`examples/chat.py`, with a service that streams: as a class, and as a program that is typed to."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from runpy import run_path

import pytest

from httpcore_client import HTTPStatusError, SyncClient
from testkit.peer import Peer, response

EXAMPLE = Path(__file__).parents[2] / "examples" / "chat.py"
Chat = run_path(EXAMPLE)["Chat"]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def event(content, number=None):
    data = json.dumps({"choices": [{"delta": {"content": content}}]})
    return (f"id: {number}\n" if number else "").encode() + f"data: {data}\n\n".encode()


def said_in(request):
    return json.loads(request.partition(b"\r\n\r\n")[2])["messages"]


class Service:
    """Answers each request with the next of these, and closes; keeps what it was asked."""

    def __init__(self, *answers):
        self._answers = [*answers]
        self.asked = []

    def __enter__(self):
        self._peer = Peer(self._serve)
        self._peer.__enter__()
        self.url = self._peer.url
        return self

    def __exit__(self, *exc_info):
        self._peer.__exit__(*exc_info)

    def _serve(self, connection):
        self.asked.append(self._peer.read_request(connection))
        answer = self._answers.pop(0)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)


def ask(service, *questions, **options):
    written = []
    with SyncClient() as client:
        chat = Chat(client, service.url, "m", **options)
        try:
            return chat, [chat.ask(question, written.append) for question in questions], written
        except Exception as error:
            return chat, error, written


def test_an_answer_is_written_as_it_comes_and_remembered():
    role = b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n\n'
    usage = b'data: {"choices": [], "usage": {}}\n\n'
    first = STREAM + role + event("Hel") + event("lo") + usage + DONE
    with Service(first, STREAM + event("Bye") + DONE) as service:
        chat, answers, written = ask(service, "Hi", "Go")
        assert (["Hello", "Bye"], ["Hel", "lo", "Bye"]) == (answers, written)
        expected = [("user", "Hi"), ("assistant", "Hello"), ("user", "Go"), ("assistant", "Bye")]
        assert expected == [(each["role"], each["content"]) for each in chat.messages]
        assert chat.messages[:3] == said_in(service.asked[1])


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one():
    with Service(STREAM + event("Hel")) as service:
        chat, error, written = ask(service, "Hi")
        assert (EOFError, ["Hel"]) == (type(error), written)
        assert "Hel" == chat.messages[-1]["content"]
        assert 1 == len(service.asked)


def test_where_it_may_it_goes_on_behind_the_last_piece():
    broken = STREAM + b"retry: 1\n\n" + event("Hel", 7)
    with Service(broken, STREAM + event("lo", 8) + DONE) as service:
        _, answers, _ = ask(service, "Hi", resume=2)
        assert ["Hello"] == answers
        assert [False, True] == [b"Last-Event-ID: 7" in request for request in service.asked]


def test_what_the_service_refuses_is_an_error_and_not_remembered():
    refused = response(b"", "401 Unauthorized")
    with Service(refused, STREAM + b'data: {"error": {"message": "too much"}}\n\n') as service:
        chat, error, _ = ask(service, "Hi")
        assert (HTTPStatusError, []) == (type(error), chat.messages)
        _, error, _ = ask(service, "Hi")
        assert "RuntimeError('too much')" == repr(error)


@pytest.fixture
def typed_to():
    """Run the program, with what is typed."""
    started = []

    def start(url):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", EXAMPLE, url, "m"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "CHAT_API_KEY": "k3y"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_ctrl_c_stops_an_answer_and_the_next_question_can_be_asked(typed_to):
    left = threading.Event()

    def endless(connection):
        connection.sendall(STREAM + event("And so"))
        while connection.recv(1000):
            pass
        left.set()

    with Service(endless, STREAM + event("Fine") + DONE) as service:
        process = typed_to(service.url)
        process.stdin.write("Hi\n")
        process.stdin.flush()
        assert "> And so" == process.stdout.read(8)
        process.send_signal(signal.SIGINT)
        assert left.wait(10)
        printed, complaints = process.communicate("Go\n", timeout=30)
        assert (" (stopped)\n> Fine\n> \n", "") == (printed, complaints)
        assert 0 == process.returncode
        assert all(b"Authorization: Bearer k3y" in request for request in service.asked)
        assert ["Hi", "And so", "Go"] == [each["content"] for each in said_in(service.asked[1])]
