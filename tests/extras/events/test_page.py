"""What docs/guides/events.md shows runs, and prints what it says."""

from testkit.pages import run_page
from testkit.peer import Peer, response

KIND = b"Content-Type: text/event-stream"
NEWS = b"retry: 0\n\nid: 1\nevent: headline\ndata: Rain\n\nid: 2\ndata: Sun\n\n"
CHAT = b'data: {"text": "Hello"}\n\ndata: {"text": "you"}\n\ndata: [DONE]\n\n'


def test_the_page_prints_what_it_says():
    with Peer() as peer:
        peer.handlers = [
            peer.answering(response(NEWS, "200 OK", KIND), response(b"", "204 No Content")),
            peer.answering(response(CHAT, "200 OK", KIND)),
        ]
        run_page("guides/events.md", url=peer.url)
