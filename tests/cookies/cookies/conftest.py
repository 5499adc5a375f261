"""A server for the tests with other programs' cookies, of the standard library alone."""

import http.server
import threading

import pytest


class CookieServer(http.server.ThreadingHTTPServer):
    """Answers each request with the Set-Cookie fields of `answers`, and keeps its Cookie field."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = []
        self.received = []


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.received.append(self.headers["Cookie"])
        self.send_response(200)
        for value in self.server.answers:
            self.send_header("Set-Cookie", value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def cookie_server():
    with CookieServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
