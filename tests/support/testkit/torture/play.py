"""One combination, and what must hold after each.

The right error or the right answer; no octet of another's answer; nothing sent twice that must not be; no
place in the pool, connection, descriptor or task left; and the client goes on with the next request.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
from contextlib import asynccontextmanager, contextmanager

import trio

import httpcore_client as httpcore
from testkit.awaits import Walk, walked
from testkit.faults import assert_no_secret, assert_settled, stats, tasks
from testkit.interrupts import check_outcome
from testkit.sockets import descriptors
from testkit.torture.cases import WAYS, timeouts
from testkit.torture.network import Network, TortureBackend
from testkit.torture.scenarios import get, scenarios

_WORD_DIGITS = 8
_WORD = re.compile(rb"a[02468]{%d}" % _WORD_DIGITS)
_counter = itertools.count()


def new_word():
    """Return a word that no other request has; a flipped octet makes none of another."""
    number, digits = next(_counter), ""
    for _ in range(_WORD_DIGITS):
        number, digit = divmod(number, 5)
        digits = str(2 * digit) + digits
    return f"a{digits}"


class Play:
    """What one caller asked for, and what came.

    Attributes:
        asked: the words, in order.
        answers: triples of word, what was expected and what came.
        errors: what was raised.
    """

    def __init__(self, world, client, url, timeout):
        self.world = world
        self._client = client
        self._url = url
        self._timeout = timeout
        self.asked = []
        self.answers = []
        self.errors = []

    def _next(self, kind):
        word = new_word()
        self.asked.append(word.encode())
        return word.encode(), f"{self._url}/{kind}/{word}"

    async def ask(self, method, kind, expected=lambda word: word, **options):
        word, url = self._next(kind)
        answer = await self._client.request(method, url, timeout=self._timeout, **options)
        self.note(word, answer.content, expected(word))

    async def ask_alone(self, *args, **options):
        """Ask, and keep an error to oneself."""
        try:
            await self.ask(*args, **options)
        except Exception as error:
            self.errors.append(error)

    @asynccontextmanager
    async def stream(self, kind):
        word, url = self._next(kind)
        async with self._client.stream("GET", url, timeout=self._timeout) as answer:
            yield word, answer

    def note(self, word, got, expected):
        self.answers.append((word, got, expected))


@contextmanager
def far_ends(authority):
    """What cells share: the origins' contexts by protocol, and a socket that listens."""
    protocols = {"h1": ["http/1.1"], "h2": ["h2"]}
    contexts = {name: authority.server_context(alpn) for name, alpn in protocols.items()}
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.settimeout(5)
        yield contexts, listener


class Cell:
    """Plays the cases of one way in one world.

    Args:
        world: of `testkit.worlds`.
        way: the name of one.
        bundle: the path of whom clients trust.
        contexts: the origins' by protocol.
        listener: a socket that listens.

    Attributes:
        reached: whether the last case came to where its fault strikes.
    """

    def __init__(self, world, way, bundle, contexts, listener):
        self.world = world
        self.way = WAYS[way]
        self._bundle = bundle
        self._contexts = contexts
        self._listener = listener
        self._complaints = []
        self.reached = False

    async def play(self, case):
        """Play a case; return how many octets, writes and awaits there were, by place.

        Raises:
            AssertionError: it broke a promise.
        """
        self._watch()
        before = descriptors(), tasks(self.world)
        network = Network(self._listener, self.way.wire(self._contexts), case.fault, case.twice)
        walk = Walk(case.at if case.walks else -1, again=case.kind == "cancel-again")
        backend = TortureBackend(self.world.name, walk, network)
        options = {"ssl": self._bundle, "backend": backend, **self.way.options}
        limits = httpcore.PoolLimits(max_connections=1)
        async with self.world.client(pool_limits=limits, **options) as client:
            play = await self._scenario(case, client, backend, network)
            sizes = {**network.counts, "await": len(walk.points)}
            self.reached = walk.reached if case.walks else network.fault.struck or not case.place
            network.behave()
            counts = await stats(client)
            assert_settled(counts)
            assert counts.open == sum(not link.closed for link in network.links), counts
            if case.kind in _UNSEEN and (self.way.protocol == "h2" or not play.errors):
                await self._find_out(client, case.kind)
            # HPACK may have learnt something wrong, and each head be malformed from then on.
            if not (_is_changed(case, self.way) and self.way.protocol == "h2"):
                await self._next_request(client)
            assert_settled(await stats(client))
        assert [] == [link for link in network.links if not link.closed], "a connection is open"
        await self._until_left(before)
        assert [] == self._complaints
        return sizes

    def _watch(self):
        """Note what asyncio has to complain of."""
        if self.world.name == "asyncio":
            complain = lambda _, context: self._complaints.append(context)  # noqa: E731
            asyncio.get_running_loop().set_exception_handler(complain)

    async def _scenario(self, case, client, backend, network):
        play = Play(self.world, client, self._url(), timeouts(case.kind))
        scenario = scenarios(self.way.protocol)[case.scenario]
        if case.walks:
            await self._interrupted(case, client, backend, play, scenario)
        else:
            backend.walk.active = True
            try:
                await scenario(play)
            except Exception as error:
                play.errors.append(error)
            backend.walk.active = False
        judge(case, self.way, play, network)
        return play

    async def _interrupted(self, case, client, backend, play, scenario):
        """Play it beside another request, which is not disturbed."""
        walk = backend.walk
        beside = Play(self.world, client, self._url(), timeouts("none"))

        async def job():
            await scenario(play)
            return b"123"

        async def other():
            await beside.ask_alone("GET", "id")

        outcome, _ = await walked(self.world.name, walk, backend, job, other, first=True)
        check_outcome(self.world, walk, outcome)
        # A thread that is interrupted as it writes or reads may lose octets: that connection is over.
        torn = self.world.name == "threads" and self.way.protocol == "h2"
        lost = (httpcore.NetworkError, httpcore.ClosedError) if torn else ()
        assert [] == [error for error in beside.errors if not isinstance(error, lost)], str(walk)
        _check_answers(beside)

    def _url(self):
        return f"{self.way.scheme}://user:hunter2@127.0.0.1"

    async def _find_out(self, client, kind):
        """What is silent or out of step since its last answer, or (HTTP/2) frame, the next request meets."""
        soon = httpcore.Timeout(connect=5, read=0.02, write=5, pool=5)
        play = Play(self.world, client, self._url(), soon)
        await play.ask_alone("GET", "id")
        assert all(isinstance(error, _ERRORS[kind]) for error in play.errors), play.errors

    async def _next_request(self, client):
        play = Play(self.world, client, self._url(), timeouts("none"))
        await get(play)
        _check_answers(play)

    async def _until_left(self, before):
        """A loop closes a socket at its next turn."""
        for _ in range(10):
            after = descriptors(), tasks(self.world)
            if before == after:
                return
            await self._turn()
        assert before == after, "(descriptors, tasks)"

    async def _turn(self):
        if self.world.name == "asyncio":
            await asyncio.sleep(0)
        elif self.world.name == "trio":
            await trio.lowlevel.checkpoint()


_UNSEEN = ("stall", "junk", "flip")  # may be; a length that is not meant swallows what follows
_ASK_AGAIN = ("redirected", "challenged")  # with the same word

# What a fault may end in.

_UNSENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError)
_BROKEN = (*_UNSENT, httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
_ERRORS = {
    "fin": _BROKEN,
    "rst": _BROKEN,
    "stall": (httpcore.ConnectTimeout, httpcore.ReadTimeout),
    "junk": (*_BROKEN, httpcore.ReadTimeout, httpcore.DecodingError, httpcore.RedirectError),
    "flip": (*_BROKEN, httpcore.ReadTimeout, httpcore.DecodingError, httpcore.RedirectError),
    "twice-end": (httpcore.RemoteProtocolError,),
    "twice-answer": (httpcore.RemoteProtocolError,),
}


def judge(case, way, play, network):
    """Check what came of a scenario.

    Raises:
        AssertionError: it is not what the fault allows.
    """
    for error in play.errors:
        assert isinstance(error, _ERRORS.get(case.kind, ())), repr(error)
        assert_no_secret(error)
        if isinstance(error, httpcore.TransportError) and not error.sent:
            times = sum(word in error.url.encode() for _, word in network.asked)
            assert times <= (case.scenario in _ASK_AGAIN), f"it was sent: {error!r}"
    posts = [word for method, word in network.asked if method == "POST"]
    assert len(set(posts)) == len(posts), "sent twice"
    cut = case.kind == "fin" and way.scheme == "http" and case.scenario == "to_the_close"
    for word, got, expected in play.answers:
        others = set(play.asked) - {word}
        assert not others & set(_WORD.findall(got)), "another's answer"
        if not (_is_changed(case, way) or (cut and expected.startswith(got))):
            assert expected == got
    assert play.errors or play.answers or case.walks


def _is_changed(case, way):
    """Whether the origin's octets do not come as it sent them: TLS would not let them pass."""
    return case.kind in ("junk", "flip") and way.scheme == "http"


def _check_answers(play):
    assert [] == [answer for answer in play.answers if answer[1] != answer[2]]
