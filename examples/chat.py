"""Chat with a language model that streams its answer as Server-Sent Events.

    CHAT_API_KEY=... python examples/chat.py https://api.example.org/v1/chat/completions some-model

Each event holds a piece of the answer, `{"choices": [{"delta": {"content": "..."}}]}`, and `[DONE]` ends it,
as many services do it. Ctrl-C stops an answer; at the prompt, as Ctrl-D does, it ends the program. Where the
service numbers its events and knows Last-Event-ID, `--resume 5` goes on after a broken connection, up to
five times in a row; others would begin the answer anew.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from httpcore_client import BearerAuth, HTTPError, SyncClient, Timeout

Messages = list[dict[str, str]]


class Chat:
    """A conversation. `messages` is what was said so far, answers that were stopped included."""

    def __init__(self, client: SyncClient, url: str, model: str, *, resume: int = 0) -> None:
        self.messages: Messages = []
        self._client = client
        self._url = url
        self._model = model
        self._resume = resume

    def ask(self, question: str, write: Callable[[str], object]) -> str:
        """Say something, have each piece of the answer written as it comes, and return the answer.

        Raises:
            HTTPError: the request failed.
            EOFError: the answer ended before its end.
            RuntimeError: the service says what went wrong.
        """
        asked: Messages = [*self.messages, {"role": "user", "content": question}]
        body = {"model": self._model, "messages": asked, "stream": True}
        pieces: list[str] = []
        try:
            with self._client.events(
                self._url, "POST", json=body, reconnect=self._resume, heartbeat=60
            ) as events:
                for event in events:
                    if event.data == "[DONE]":
                        return "".join(pieces)
                    if piece := piece_of(event.json()):
                        pieces.append(piece)
                        write(piece)
            raise EOFError("the answer ended before its end")
        finally:
            if pieces:
                said = {"role": "assistant", "content": "".join(pieces)}
                self.messages = [*asked, said]


def piece_of(data: Any) -> str:
    """Return the piece of an answer that an event holds."""
    match data:
        case {"error": {"message": message}}:
            raise RuntimeError(message)
        case {"choices": [{"delta": {"content": str(piece)}}, *_]}:
            return piece
        case _:
            return ""  # who speaks, why it ended, what it cost


def converse(chat: Chat) -> None:
    """Ask what is typed, until the end of it."""
    while question := input("> "):
        try:
            chat.ask(question, lambda piece: print(piece, end="", flush=True))
        except KeyboardInterrupt:
            print(" (stopped)", end="")
        except (HTTPError, EOFError, RuntimeError) as error:
            print(f"\nerror: {error}", file=sys.stderr, end="")
        print()


def main() -> None:
    parser = argparse.ArgumentParser(description="Chat with a language model.")
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--resume", type=int, default=0, metavar="TIMES")
    arguments = parser.parse_args()
    key = os.environ.get("CHAT_API_KEY")
    auth = BearerAuth(key) if key else None
    with SyncClient(auth=auth, timeout=Timeout(read=60)) as client:
        try:
            converse(Chat(client, arguments.url, arguments.model, resume=arguments.resume))
        except (KeyboardInterrupt, EOFError):
            print()


if __name__ == "__main__":
    main()
