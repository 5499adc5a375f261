"""`network=`: how names become addresses, and these connections, in each world. Nothing leaves here."""

import asyncio
import pickle
import resource
import socket
import threading
import time

import pytest
import trio

from httpcore_client import (
    CachingResolver,
    CertificateError,
    ConnectError,
    ConnectTimeout,
    Network,
    Resolver,
    TCPKeepAlive,
    Timeout,
    TotalTimeout,
)
from testkit.faults import assert_settled, failure, nothing_left, stats
from testkit.peer import Peer, response
from testkit.relay import Relay
from testkit.sockets import black_hole, closed_port
from testkit.tiny import Tiny

HERE = "127.0.0.1"
LIMIT = 0.2  # seconds that connecting may take, where it never succeeds


class Server(Peer):
    """Answers every request; knows the names that TLS was begun with (SNI).

    Attributes:
        asked_for: those names.
    """

    def __init__(self, authority=None, names=("a.test", "xn--bcher-kva.test")):
        context = None if authority is None else authority.server_context(names=names)
        super().__init__(self._answer, context=context)
        self.asked_for = []
        if context is not None:
            context.sni_callback = lambda tls, name, context: self.asked_for.append(name)

    def _answer(self, connection):
        while request := self.read_request(connection):
            connection.sendall(response(b"here"))
            if b"connection: close" in request.lower():
                return

    @property
    def hosts(self):
        fields = [line for head in self.requests for line in head.split(b"\r\n")]
        return [line[6:].decode() for line in fields if line.lower().startswith(b"host: ")]


class UnixServer(Server):
    """The same on a Unix socket."""

    def __init__(self, path, authority=None):
        super().__init__(authority)
        self._path = path

    def __enter__(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._path)
        self._listener.listen()
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self


@pytest.fixture
def server():
    with Server() as started:
        yield started


@pytest.fixture
def secure(authority):
    with Server(authority) as started:
        yield started


@pytest.fixture
def get(run_client):
    """Asks for a URL over a network; returns the response."""

    def get(url, **options):
        async def scenario(client):
            answer = await client.get(url)
            assert "here" == answer.text
            assert_settled(await stats(client))
            return answer

        return run_client(scenario, **{"http2": False, **options})

    return get


@pytest.fixture
def fails(run_client, server):
    """Asks in vain, and then for what is there over another network; returns the error and its seconds."""

    def fails(url, network, seconds=3):
        async def scenario(client):
            began = time.monotonic()
            error = await failure(client.get(url, timeout=Timeout(connect=seconds)))
            took = time.monotonic() - began
            assert_settled(await stats(client))
            assert 0 == (await stats(client)).open
            request = client.build("GET", f"http://127.0.0.1:{server.port}")
            elsewhere = request.options.copy_with(network=Network())
            assert "here" == (await client.send(request.with_options(elsewhere))).text
            return error, took

        error, took = run_client(scenario, network=network)
        if isinstance(error, (ConnectError, ConnectTimeout)):
            assert ("GET", "connect", False) == (error.method, error.phase, error.sent)
            again = pickle.loads(pickle.dumps(error))
            assert (str(error), error.attempts) == (str(again), again.attempts)
        return error, took

    return fails


# Fixed addresses.


@pytest.mark.parametrize(
    ("key", "host", "shown"),
    [
        ("a.test", "a.test", "a.test"),
        ("A.test.", "a.TEST", "a.test"),
        ("a.test", "a.test.", "a.test"),
        ("bücher.test", "bücher.test", "xn--bcher-kva.test"),
        ("xn--bcher-kva.test", "BÜCHER.test", "xn--bcher-kva.test"),
    ],
)
def test_a_fixed_address_keeps_host_server_name_and_the_name_in_the_certificate(
    get, secure, key, host, shown
):
    network = Network(hosts={key: HERE})
    connection = get(f"https://{host}:{secure.port}", network=network).connection
    assert [shown] == [name.rstrip(".") for name in secure.asked_for]
    assert f"{shown}:{secure.port}" == secure.hosts[0].replace(".:", ":")
    assert (f"127.0.0.1:{secure.port}", None) == (connection.peer, connection.timings.dns)


def test_a_certificate_for_another_name_is_refused_at_a_fixed_address(fails, secure):
    error, _ = fails(f"https://b.test:{secure.port}", Network(hosts={"b.test": HERE}))
    assert CertificateError is type(error)


def test_ports_can_be_fixed_too(get, server):
    for hosts in ({"a.test": f"127.0.0.1:{server.port}"}, {"a.test:80": [f"{HERE}:{server.port}"]}):
        get("http://a.test/", network=Network(hosts=hosts))
    assert ["a.test", "a.test"] == server.hosts
    hosts = {f"a.test:{server.port}": HERE, "a.test": "255.255.255.255"}
    get(f"http://a.test:{server.port}/", network=Network(hosts=hosts))


def test_of_several_fixed_addresses_one_that_answers_is_taken(get, server):
    hosts = {"a.test": ["127.0.0.2", "::1", HERE]}
    answer = get(f"http://a.test:{server.port}/", network=Network(hosts=hosts))
    assert f"127.0.0.1:{server.port}" == answer.connection.peer


def test_an_address_can_be_fixed_to_another(get, server):
    for host in ("192.0.2.1", "[2001:db8::1]"):
        url = f"http://{host}:{server.port}/"
        get(url, network=Network(hosts={host: HERE}))
    assert [f"192.0.2.1:{server.port}", f"[2001:db8::1]:{server.port}"] == server.hosts


# Resolvers.


class Own(Resolver):
    async def resolve(self, host, backend, timeout):
        assert ("a.test", True) == (host, 0 < timeout <= 5)
        return await backend.call_within(timeout, lambda: [HERE])


async def resolves(host):
    return [HERE]


@pytest.mark.parametrize(
    "resolver", [lambda host: [HERE], lambda host: (HERE,), resolves, Own(), CachingResolver(Own())]
)
def test_a_resolver_can_be_a_function_or_an_object(get, server, resolver):
    answer = get(f"http://a.test:{server.port}/", network=Network(resolver=resolver))
    timings = answer.connection.timings
    assert 0 <= timings.dns < 5
    assert 0 <= timings.connect < 5
    assert [f"a.test:{server.port}"] == server.hosts


def test_an_address_is_asked_of_no_resolver(get, server):
    answer = get(f"http://127.0.0.1:{server.port}/", network=Network(resolver=lambda host: 1 / 0))
    assert None is answer.connection.timings.dns


def test_a_name_that_ends_in_a_digit_is_a_name(get, server):
    get(f"http://server1:{server.port}/", network=Network(resolver=resolves))


def raises(error):
    def resolver(host):
        raise error

    return resolver


@pytest.mark.parametrize(
    ("resolver", "says"),
    [
        (
            raises(socket.gaierror(socket.EAI_NONAME, "Unknown name")),
            "Unknown name",
        ),
        (raises(socket.gaierror(socket.EAI_AGAIN, "Temporary failure")), "Temporary failure"),
        (raises(OSError("odd")), "odd"),
        (raises(LookupError("no record")), "no record"),
        (raises(LookupError()), "LookupError"),
        (raises(KeyError("a.test")), "KeyError: 'a.test'"),
        (raises(UnicodeError("label too long")), "not a host name"),
        (lambda host: [], "the name has no address"),
    ],
)
def test_a_name_that_does_not_resolve_is_told(fails, resolver, says):
    error, _ = fails("http://a.test/", Network(resolver=resolver))
    assert ConnectError is type(error)
    assert f"can't resolve 'a.test': {says}" == error.message
    assert ((), True) == (
        error.attempts,
        says == "the name has no address" or bool(error.__cause__),
    )


def test_a_name_in_an_answer_is_never_looked_up_again(fails, server):
    for answer in (["localhost"], [HERE, "localhost"], ["127.1"]):
        network = Network(resolver=lambda host, answer=answer: answer)
        error, _ = fails(f"http://a.test:{server.port}/", network)
        assert ConnectError is type(error)
        where = f"can't connect to a.test:{server.port}"
        assert f"{where}: {answer[-1]!r} is no IP address" == error.message


@pytest.mark.parametrize("answer", ["127.0.0.1", b"127.0.0.1", None, 5, [5]])
def test_what_is_no_answer_is_a_mistake_that_names_the_resolver(fails, answer):
    def my_resolver(host):
        return answer

    error, _ = fails("http://a.test/", Network(resolver=my_resolver))
    assert TypeError is type(error)
    assert "my_resolver" in str(error)
    assert f"must return IP addresses as a list of str, not {answer!r}" in str(error)


def test_what_a_resolver_raises_of_ours_passes(fails):
    error, _ = fails("http://a.test/", Network(resolver=raises(ConnectError("not today"))))
    assert (ConnectError, "not today") == (type(error), error.message)


def test_what_is_no_failure_of_a_look_up_passes_unchanged(fails):
    error, _ = fails("http://a.test/", Network(resolver=raises(ZeroDivisionError("mine"))))
    assert (ZeroDivisionError, "mine") == (type(error), str(error))


class Hanging(Resolver):
    """Forgets its limit."""

    async def resolve(self, host, backend, timeout):
        if backend.name == "asyncio":
            await asyncio.Event().wait()
        await trio.sleep_forever()


@pytest.mark.parametrize("kind", ["function", "object"])
def test_a_look_up_that_hangs_ends_with_the_limit(fails, world, kind):
    over = threading.Event()
    # In threads nothing that awaits can be cut off.
    own = kind == "object" and world.name != "threads"
    resolver = Hanging() if own else lambda host: over.wait(10)
    error, took = fails("http://a.test/", Network(resolver=resolver), LIMIT)
    over.set()
    assert (ConnectTimeout, LIMIT) == (type(error), error.limit)
    assert f"can't resolve 'a.test' within {LIMIT} s" == error.message
    assert took < LIMIT + 1


def test_a_total_that_runs_out_meanwhile_says_so(run_client):
    over = threading.Event()

    async def scenario(client):
        return await failure(client.get("http://a.test/", timeout=Timeout(total=LIMIT)))

    error = run_client(scenario, network=Network(resolver=lambda host: over.wait(10)))
    over.set()
    assert (TotalTimeout, "connect", LIMIT) == (type(error), error.phase, error.limit)
    assert "can't resolve 'a.test'" in error.message


def test_a_limit_of_the_resolver_s_own_is_told_in_its_words(fails):
    error, _ = fails("http://a.test/", Network(resolver=raises(TimeoutError("no word from it"))))
    assert ConnectError is type(error)
    assert "can't resolve 'a.test': no word from it" == error.message


def test_a_cached_answer_that_can_not_be_connected_to_is_asked_for_again(run_client, server):
    answers = iter([["127.0.0.2"], [HERE], ["127.0.0.3"]])
    cache = CachingResolver(lambda host: next(answers))
    url = f"http://a.test:{server.port}/"

    async def scenario(client):
        assert "Connection refused" in str(await failure(client.get(url)))
        for _ in range(2):
            answer = await client.get(url, headers={"Connection": "close"})
            assert "here" == answer.text

    run_client(scenario, network=Network(resolver=cache))
    assert 1 == len(cache)


def test_worlds_share_a_cache(get, server):
    cache = CachingResolver(resolves)
    for _ in range(3):
        get(f"http://a.test:{server.port}/", network=Network(resolver=cache))
    assert 1 == len(cache)


# Addresses.


def test_a_black_hole_is_passed_by(get, server):
    network = Network(resolver=lambda host: ["127.0.0.2", HERE], attempt_delay=0.05)
    with black_hole("127.0.0.2", server.port):
        connection = get(f"http://a.test:{server.port}/", network=network).connection
    assert f"127.0.0.1:{server.port}" == connection.peer
    assert 0.045 <= connection.timings.connect < 1


def test_when_all_refuse_the_error_tells_what_was_tried(fails):
    port = closed_port()
    network = Network(resolver=lambda host: ["127.0.0.2", HERE])
    error, _ = fails(f"http://a.test:{port}/", network)
    assert ConnectError is type(error)
    tried = [f"127.0.0.2:{port}", f"127.0.0.1:{port}"]
    assert tried == [attempt.address for attempt in error.attempts]
    told = f"can't connect to a.test:{port}: Connection refused ({', '.join(tried)})"
    assert told == error.message
    assert f"GET http://a.test:{port}/: {told}, after 0.0" in str(error)


def test_many_addresses_make_no_long_message(fails):
    port = closed_port()
    network = Network(resolver=lambda host: [f"127.0.1.{number}" for number in range(1, 21)])
    error, _ = fails(f"http://a.test:{port}/", network)
    assert 20 == len(error.attempts)
    assert f"127.0.1.4:{port} and 16 more)" in error.message


def test_a_timeout_tells_what_was_tried_and_where_to(fails):
    with black_hole() as (_, port), black_hole("127.0.0.2", port):
        network = Network(
            resolver=lambda host: [HERE, "127.0.0.2", "127.0.0.3"], attempt_delay=0.05
        )
        error, took = fails(f"http://a.test:{port}/", network, LIMIT)
    assert (ConnectTimeout, LIMIT) == (type(error), error.limit)
    assert took < LIMIT + 1
    told = {attempt.address: attempt.error for attempt in error.attempts}
    assert "Connection refused" == told.pop(f"127.0.0.3:{port}")
    assert {f"127.0.0.1:{port}": "no answer", f"127.0.0.2:{port}": "no answer"} == told
    assert error.message.startswith(f"can't connect to a.test:{port} within {LIMIT} s (")


def test_ipv6_is_connected_to_and_shown_in_brackets(fails):
    port = closed_port("::1")
    for url in (f"http://[::1]:{port}/", f"http://a.test:{port}/"):
        error, _ = fails(url, Network(hosts={"a.test": "::1"}))
        assert [f"[::1]:{port}"] == [attempt.address for attempt in error.attempts]
        at = "" if "::1" in url else f" at [::1]:{port}"
        assert f":{port}{at}: Connection refused" in error.message
    assert f"can't connect to [::1]:{port}" in str(fails(f"http://[::1]:{port}/", Network())[0])


SETTINGS = {"local_address": "127.0.0.7", "keepalive": TCPKeepAlive(idle=9)}


def test_settings_of_sockets_hold(get, server):
    answer = get(f"http://127.0.0.1:{server.port}/", network=Network(**SETTINGS))
    assert "127.0.0.7" == answer.connection.local.rpartition(":")[0]


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
def test_settings_hold_on_the_way_to_a_proxy_and_its_host_is_fixed_too(get, server, secure, scheme):
    with Relay() as relay:
        port = relay.url().rpartition(":")[2].strip("/")
        network = Network(hosts={"proxy.test": HERE, "a.test": HERE}, **SETTINGS)
        for url in (f"http://a.test:{server.port}/", f"https://a.test:{secure.port}/"):
            answer = get(url, network=network, proxy=f"{scheme}://proxy.test:{port}")
            assert "127.0.0.7" == answer.connection.local.rpartition(":")[0]
            assert f"127.0.0.1:{port}" == answer.connection.peer


def test_a_proxy_that_can_not_be_reached_is_told_with_what_was_tried(run_client):
    port = closed_port()

    async def scenario(client):
        return await failure(client.get("http://b.test/"))

    network = Network(hosts={"proxy.test": HERE})
    error = run_client(scenario, network=network, proxy=f"http://user:pass@proxy.test:{port}")
    assert [f"127.0.0.1:{port}"] == [attempt.address for attempt in error.attempts]
    where = f"can't get to the proxy http://user:[secure]@proxy.test:{port}"
    assert (
        f"{where}/: can't connect to proxy.test:{port} at 127.0.0.1:{port}: Connection refused"
        == error.message
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"local_address": "::1"}, "no address is of the family of ::1, the local address"),
        ({"local_address": "192.0.2.1"}, "local address 192.0.2.1: Cannot assign requested"),
        ({"socket_options": [(1, 9999, 1)]}, "socket option (1, 9999, 1): Protocol not available"),
    ],
)
def test_settings_that_can_not_be_are_told(fails, server, settings, says):
    error, _ = fails(f"http://127.0.0.1:{server.port}/", Network(**settings))
    assert ConnectError is type(error)
    assert f"can't connect to 127.0.0.1:{server.port}: {says}" in error.message
    assert [f"127.0.0.1:{server.port}"] == [attempt.address for attempt in error.attempts]


# Unix sockets.


@pytest.mark.parametrize("abstract", [False, True])
@pytest.mark.parametrize("tls", [False, True])
def test_a_unix_socket_is_connected_to_whatever_the_host(get, authority, tmp_path, abstract, tls):
    name = f"@httpcore-{tmp_path}" if abstract else str(tmp_path / "socket")
    with UnixServer(name.replace("@", "\0", 1), authority if tls else None) as server:
        url = "https://a.test/" if tls else "http://a.test/"
        connection = get(url, network=Network(unix_socket=name)).connection
    assert (f"unix:{name}", "") == (connection.peer, connection.local)
    assert (["a.test"], ["a.test"] * tls) == (server.hosts, server.asked_for)
    assert None is connection.timings.dns
    assert 0 <= connection.timings.connect < 5


def test_a_unix_socket_that_is_not_there_is_told(fails, tmp_path):
    for name in (str(tmp_path / "none"), "@none"):
        error, _ = fails("http://a.test/", Network(unix_socket=name))
        why = "Connection refused" if name == "@none" else "No such file or directory"
        assert (ConnectError, why) == (type(error), error.attempts[0].error)
        assert f"can't connect to unix:{name}: {why}" == error.message


def test_a_unix_socket_that_is_to_lead_to_a_proxy_is_told_of_with_it(run_client, tmp_path):
    path = str(tmp_path / "none")

    async def scenario(client):
        return await failure(client.get("http://b.test/"))

    error = run_client(scenario, network=Network(unix_socket=path), proxy="http://proxy.test")
    where = "can't get to the proxy http://proxy.test/, to which the Unix socket is to lead"
    why = f"can't connect to unix:{path}: No such file or directory"
    assert f"{where}: {why}" == error.message


def test_a_unix_socket_that_takes_nobody_ends_with_the_limit(fails, tmp_path):
    path = str(tmp_path / "full")
    with black_hole(path, family=socket.AF_UNIX):
        error, took = fails("http://a.test/", Network(unix_socket=path), LIMIT)
    assert (ConnectTimeout, LIMIT) == (type(error), error.limit)
    assert f"can't connect to unix:{path} within {LIMIT} s" == error.message
    assert took < LIMIT + 1


# Functions that connect.


def test_a_function_makes_the_connection(get, secure):
    asked = []

    def connect(host, port, timeout):
        asked.append((host, port, 0 < timeout <= 5))
        return socket.create_connection(("127.0.0.1", secure.port))

    connection = get("https://a.test/", network=Network(connect=connect)).connection
    assert [("a.test", 443, True)] == asked
    assert (["a.test"], ["a.test"]) == (secure.hosts, secure.asked_for)
    assert f"127.0.0.1:{secure.port}" == connection.peer
    assert None is connection.timings.dns


def test_an_async_function_makes_the_connection(get, server):
    async def connect(host, port, timeout):
        return socket.create_connection(("127.0.0.1", server.port))

    get("http://a.test/", network=Network(connect=connect))


def test_a_function_that_fails_is_told(fails):
    def my_connect(host, port, timeout):
        raise OSError(113, "No route to host")

    error, _ = fails("http://a.test/", Network(connect=my_connect))
    assert ConnectError is type(error)
    assert error.message.startswith("can't connect to a.test:80 by test_a_function_that_fails")
    assert error.message.endswith("my_connect: No route to host")
    assert isinstance(error.__cause__, OSError)


def test_a_function_that_returns_nonsense_is_a_mistake_that_names_it(fails):
    def my_connect(host, port, timeout):
        return host

    error, _ = fails("http://a.test/", Network(connect=my_connect))
    assert TypeError is type(error)
    assert "my_connect" in str(error)
    assert "must return a connected socket, without TLS, or a NetworkStream, not 'a.test'" in str(
        error
    )


def test_a_socket_that_is_not_connected_is_told(fails):
    error, _ = fails("http://a.test/", Network(connect=lambda host, port, timeout: socket.socket()))
    assert ConnectError is type(error)
    assert "endpoint is not connected" in error.message


def test_a_function_that_hangs_ends_with_the_limit(fails):
    over = threading.Event()
    network = Network(connect=lambda host, port, timeout: over.wait(10) and None)
    error, took = fails("http://a.test/", network, LIMIT)
    over.set()
    assert (ConnectTimeout, LIMIT) == (type(error), error.limit)
    assert took < LIMIT + 1


def test_what_a_function_raises_of_ours_passes(fails):
    def connect(host, port, timeout):
        raise ConnectError("not today")

    error, _ = fails("http://a.test/", Network(connect=connect))
    assert (ConnectError, "not today") == (type(error), error.message)


# No descriptors.


@pytest.mark.parametrize("host", ["two.test", "localhost", "name.test", "unix"])
def test_without_descriptors_it_fails_and_recovers_with_them(run_client, host, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def scenario(client, port):
        url = f"http://{host}:{port}/id/7"
        with socket.socket() as probe:
            lowest = probe.fileno()  # the next descriptor would be this one
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            for _ in range(3):
                error = await failure(client.get(url))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert ConnectError is type(error)
        assert_settled(await stats(client))
        if host == "unix":
            return error
        assert b"7" == (await client.get(url)).content
        return error

    network = Network(hosts={"two.test": [HERE, "127.0.0.2"]}, resolver=resolves)
    if host == "localhost":
        network = Network(first_family="ipv4")
    if host == "unix":
        network = Network(unix_socket=tmp_path / "socket")
    with nothing_left(), Tiny() as server:
        port = int(server.url.rpartition(":")[2].strip("/"))
        error = run_client(lambda client: scenario(client, port), network=network)
    if host != "localhost":  # there the system's look-up fails, and says so in words of its own
        assert error.message.partition(": ")[2].startswith("Too many open files")
