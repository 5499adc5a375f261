"""No object of authentication and no error shows a secret, to whom it may be printed."""

import copy
import pickle
import traceback

import pytest

from httpcore_cookies import (
    Auth,
    AuthError,
    AuthRequest,
    AuthResponse,
    BasicAuth,
    BearerAuth,
    DigestAuth,
    Exclusive,
    FunctionAuth,
    InvalidCredentials,
    Netrc,
    NetrcAuth,
    NetrcEntry,
    NetrcError,
    TokenAuth,
)
from httpcore_headers import Headers
from testkit.auth_flows import challenge, drive, refusal, request_for, said, use

SECRET = "s3cret"
NETRC = f"machine a.test login user password {SECRET} account {SECRET} default password {SECRET}"


def used(auth, *answers):
    """Use an object: what it learnt on the way must not show either."""
    drive(auth.flow(request_for()), *answers)
    return auth


def token():
    return SECRET, 3600


AUTHS = {
    "basic": used(BasicAuth("user", SECRET)),
    "bearer": used(BearerAuth(SECRET)),
    "digest": used(DigestAuth("user", SECRET), refusal(challenge())),
    "token": used(TokenAuth(token)),
    "token-unused": TokenAuth(lambda: SECRET),
    "netrc-auth": used(NetrcAuth(Netrc.parse(NETRC))),
}
MADE = ("basic", "bearer", "digest", "token")
HOLDERS = {**AUTHS, "netrc": Netrc.parse(NETRC), "netrc-entry": NetrcEntry("user", SECRET, SECRET)}
FACTS = {
    "request": AuthRequest(
        "POST",
        "https://a.test/token",
        Headers({"Authorization": f"Basic {SECRET}", "Cookie": SECRET}),
        f"client_secret={SECRET}".encode(),
    ),
    "response": AuthResponse(200, Headers({"Set-Cookie": SECRET}), f'"{SECRET}"'.encode()),
}
FUNCTION = {"function": FunctionAuth(lambda request, _secret=SECRET: None)}


def named(things):
    return pytest.mark.parametrize("thing", things.values(), ids=things)


def steps(secret=SECRET):
    yield (("Authorization", secret),)


@named({**HOLDERS, **FACTS, **FUNCTION, "exclusive": Exclusive(AUTHS["token"], steps())})
def test_no_text_of_an_object_shows_its_secret(thing):
    assert SECRET not in f"{thing!r} {thing} {[thing]} {thing!s:>80}"


PICKLED = (*MADE, "token-unused")
NOT_PICKLED = {name: value for name, value in {**HOLDERS, **FACTS}.items() if name not in PICKLED}


@named(NOT_PICKLED)
def test_facts_and_what_was_read_from_a_file_are_not_pickled(thing):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(thing, protocol)


@named({name: AUTHS[name] for name in MADE})
def test_what_a_caller_has_made_pickles_as_it_was_made(thing):
    """For clients that travel to other processes."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(thing, protocol))
        assert (type(thing), repr(thing)) == (type(twin), repr(twin))
        assert thing._arguments() == twin._arguments()


def test_what_was_learnt_is_not_pickled():
    twin = pickle.loads(pickle.dumps(AUTHS["digest"]))
    steps = drive(twin.flow(request_for()), refusal(challenge()))
    assert [(), ("n", 1)] == [steps[0], use(said(steps[1]))]
    twin = pickle.loads(pickle.dumps(AUTHS["token"]))
    assert Exclusive is type(drive(twin.flow(request_for()))[0])


def test_what_gives_nonces_or_the_time_is_pickled():
    digest = DigestAuth("user", SECRET, cnonce=token)
    by_clock = TokenAuth(token, clock=token)
    for auth, name in ((digest, "cnonce"), (by_clock, "clock")):
        assert token is pickle.loads(pickle.dumps(auth))._arguments()[1][name]


def test_an_algorithm_that_was_left_out_stays_so_when_pickled():
    twin = pickle.loads(pickle.dumps(DigestAuth("user", SECRET, algorithms=["SHA-256"])))
    assert [()] == drive(twin.flow(request_for()), refusal(challenge(algorithm="MD5")))


def test_steps_under_way_are_not_pickled():
    with pytest.raises((TypeError, pickle.PicklingError)):  # the latter on PyPy
        pickle.dumps(Exclusive("key", steps()))


@named({**AUTHS, "netrc": HOLDERS["netrc"]})
def test_a_copy_is_the_object_itself(thing):
    """So what a scheme learnt, and the numbers that it counts, stay in one place."""
    assert thing is copy.copy(thing) is copy.deepcopy(thing) is copy.deepcopy([thing])[0]


@named({**AUTHS, **FUNCTION})
def test_each_scheme_is_an_auth(thing):
    assert isinstance(thing, Auth)


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (AUTHS["basic"], "BasicAuth('user', [secure])"),
        (AUTHS["bearer"], "BearerAuth([secure])"),
        (AUTHS["digest"], "DigestAuth('user', [secure])"),
        (AUTHS["token"], "TokenAuth([secure])"),
        (AUTHS["netrc-auth"], "NetrcAuth(<Netrc a.test, default>)"),
        (HOLDERS["netrc-entry"], "NetrcEntry('user', [secure])"),
        (AuthResponse(401, content=b"x"), "AuthResponse(401, headers=Headers([]))"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_repr_tells_what_is_no_secret(thing, text):
    assert text == repr(thing)


@pytest.mark.parametrize(
    "url",
    [
        f"https://u:{SECRET}@a.test/t",
        f"http://{SECRET}@a.test?x=@",
        f"http://{SECRET}@x@a.test",
        "https://@a.test",
    ],
)
def test_repr_of_a_request_hides_the_userinfo_of_its_url(url):
    shown = repr(AuthRequest("GET", url))
    assert SECRET not in shown
    assert "://[secure]@a.test" in shown


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        *((end, end) for end in ("", "/t?", "/t#", "/b@c", "//b@c")),
        ("?@", "?[secure]"),
        ("#@", "#[secure]"),
    ],
)
def test_repr_of_a_request_shows_where_it_goes(end, shown):
    assert f"'https://a.test{shown}'" in repr(AuthRequest("GET", f"https://a.test{end}"))


@pytest.mark.parametrize("end", [f"?token={SECRET}&a=1", f"#{SECRET}?x", f"?\n{SECRET}"])
def test_repr_of_a_request_hides_what_follows_the_path_of_its_url(end):
    shown = repr(AuthRequest("GET", f"https://a.test/t{end}"))
    assert f"'https://a.test/t{end[0]}[secure]'" in shown
    assert SECRET not in shown


def test_a_subclass_shows_its_own_name():
    class Own(BasicAuth):
        pass

    assert "Own('user', [secure])" == repr(Own("user", SECRET))
    with pytest.raises(TypeError, match="^Own is not pickled"):
        pickle.dumps(Own("user", SECRET))


INTEGRITY = refusal('Digest realm="r", nonce="n", qop="auth-int"')
FAILURES = {
    "basic-user": lambda: BasicAuth(f"{SECRET}:", "p"),
    "basic-password": lambda: BasicAuth("u", f"{SECRET}\0"),
    "basic-surrogate": lambda: BasicAuth("u", f"{SECRET}\ud800"),
    "basic-type": lambda: BasicAuth("u", SECRET.encode()),
    "bearer": lambda: BearerAuth(f"Bearer {SECRET}"),
    "bearer-type": lambda: BearerAuth(SECRET.encode()),
    "digest-user": lambda: DigestAuth(f"{SECRET}\n", SECRET),
    "digest-password": lambda: DigestAuth("u", f"{SECRET}\r\n"),
    "digest-type": lambda: DigestAuth("u", [SECRET]),
    "digest-algorithms": lambda: DigestAuth("u", SECRET, algorithms=["SHA-1"]),
    "digest-integrity": lambda: drive(
        DigestAuth("u", SECRET).flow(request_for(content=None)), INTEGRITY
    ),
    "token": lambda: drive(TokenAuth(lambda: f"Bearer {SECRET}").flow(request_for())),
    "token-pair": lambda: drive(TokenAuth(lambda: (SECRET, SECRET)).flow(request_for())),
    "token-object": lambda: drive(TokenAuth(lambda: {"token": SECRET}).flow(request_for())),
    "token-source": lambda: TokenAuth(SECRET),
    "function": lambda: FunctionAuth(SECRET),
    "function-result": lambda: drive(FunctionAuth(lambda request: SECRET).flow(request_for())),
    "netrc": lambda: Netrc.parse(f"machine a.test\npasswort {SECRET}"),
    "netrc-quote": lambda: Netrc.parse(f'machine a.test password "{SECRET}'),
    "netrc-basic": lambda: drive(
        NetrcAuth(Netrc.parse(f"machine a.test login {SECRET}: password {SECRET}")).flow(
            request_for()
        )
    ),
}


@named(FAILURES)
def test_no_error_shows_a_secret_nor_does_one_behind_it(thing):
    with pytest.raises((AuthError, NetrcError, TypeError, ValueError)) as caught:
        thing()
    error, shown = caught.value, []
    while error is not None:
        shown += [str(error), repr(error), *traceback.format_exception_only(error)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert SECRET not in " ".join(shown)


@pytest.mark.parametrize("error", [AuthError("words"), InvalidCredentials("words")])
def test_errors_are_value_errors_and_can_be_pickled(error):
    twin = pickle.loads(pickle.dumps(error))
    assert (type(error), "words") == (type(twin), str(twin))
    assert isinstance(error, ValueError)
    assert isinstance(error, AuthError)
