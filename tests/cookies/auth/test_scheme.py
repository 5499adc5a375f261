"""Schemes of an origin that face a proxy."""

import hashlib
import inspect

import pytest

from httpcore_cookies import AuthError, AuthRequest, BasicAuth, BearerAuth, DigestAuth, Scheme
from httpcore_headers import Headers
from testkit.auth_flows import challenge, drive, refusal, request_for, said, use

PROXY = "http://proxy.test:3128"
TARGET = "http://a.test/x"
FIELD = "Proxy-Authorization"


def asked(*fields, status=407):
    return status, Headers([("Proxy-Authenticate", value) for value in fields])


def passing(auth, *answers, proxy=PROXY, method="GET", target=TARGET):
    """Drive the flow of one request to a proxy; return the fields of each attempt."""
    return drive(auth.proxy_flow(proxy, method, target), *answers, last=(200, Headers()))


def accepted(*fields, status=200):
    return status, Headers([*fields])


@pytest.fixture
def known(auth):
    """Make a proxy known."""
    passing(auth, asked(challenge()), accepted())
    return auth


@pytest.mark.parametrize(
    ("auth", "value"),
    [(BasicAuth("u", "p"), "Basic dTpw"), (BearerAuth("token"), "Bearer token")],
    ids=["basic", "bearer"],
)
def test_credentials_that_wait_for_nothing_are_sent_in_the_proxys_field(auth, value):
    assert [((FIELD, value),)] == passing(auth, asked('Basic realm="r"'))


def test_a_proxys_challenge_is_answered_in_its_field(auth):
    first, second = passing(auth, asked(challenge()), accepted())
    assert () == first
    sent = said(second, FIELD)
    a1, a2 = (hashlib.md5(text.encode()).hexdigest() for text in ("user:r:s3cret", f"GET:{TARGET}"))
    response = f"{a1}:n:00000001:{sent['cnonce']}:auth:{a2}"
    assert (TARGET, hashlib.md5(response.encode()).hexdigest()) == (sent["uri"], sent["response"])


def test_once_known_a_proxy_is_answered_unasked_for_any_target(known):
    """RFC 7616 3.3: the space is the entire proxy, and a domain says nothing."""
    passing(known, asked(challenge("2", domain="/a/ http://b.test/")), accepted())
    targets = ["a.test:443", "http://c.test/", "*"]
    steps = [passing(known, target=target, method="CONNECT") for target in targets]
    assert [("2", n) for n in (2, 3, 4)] == [use(said(step, FIELD)) for (step,) in steps]


@pytest.mark.parametrize("status", [200, 302, 401, 403, 500, 502])
def test_only_407_is_a_challenge(auth, known, status):
    assert [()] == passing(DigestAuth("user", "pw"), asked(challenge(), status=status))
    assert 1 == len(passing(known, asked(challenge("2"), status=status)))
    ((step,),) = [passing(known)]
    assert "n" == said(step, FIELD)["nonce"]


def test_a_challenge_of_the_origin_is_none_of_the_proxy(auth):
    origins = [("WWW-Authenticate", challenge())]
    assert [()] == passing(auth, (401, Headers(origins)))
    assert [()] == passing(auth, (407, Headers(origins)))


def test_a_wrong_password_is_tried_once(auth):
    assert 2 == len(passing(auth, asked(challenge("1")), asked(challenge("2"))))
    assert [()] == passing(auth)


def test_a_stale_nonce_is_replaced(known):
    old, new = passing(known, asked(challenge("2", stale="true")), accepted())
    assert [("n", 2), ("2", 1)] == [use(said(step, FIELD)) for step in (old, new)]


@pytest.mark.parametrize("status", [200, 401])
def test_the_next_nonce_comes_in_the_proxys_field(known, status):
    passing(known, accepted(("Authentication-Info", 'nextnonce="origin"'), status=status))
    told = [("PROXY-authentication-info", 'nextnonce="n2"')]
    (step,) = passing(known, accepted(*told, status=status))
    assert ("n", 3) == use(said(step, FIELD))
    (step,) = passing(known)
    assert ("n2", 1) == use(said(step, FIELD))


def test_proxies_and_origins_of_one_name_are_known_apart(auth):
    passing(auth, asked(challenge()), accepted())
    assert {} == said(next(auth.flow(request_for(origin=PROXY))))
    assert [()] == passing(auth, proxy="http://proxy.test:3129")
    assert [()] == passing(auth, proxy="https://proxy.test:3128")


def test_what_an_origin_taught_is_not_sent_to_a_proxy_of_its_name(auth):
    drive(auth.flow(request_for(origin=PROXY)), refusal(challenge()))
    assert [()] == passing(auth)


def test_content_that_a_proxy_wants_protected_is_not_known():
    """What is computed of no content would be refused, and nobody would know why."""
    integrity = 'Digest realm="r", nonce="n", qop="auth-int"'
    auth = DigestAuth("user", "pw")
    with pytest.raises(AuthError, match="give it as bytes"):
        passing(auth, asked(integrity), method="POST")
    assert ["auth-int"] == [
        said(step, FIELD)["qop"]
        for step in passing(auth, asked(integrity), accepted(), method="CONNECT")[1:]
    ]


def test_a_scheme_that_needs_more_than_fields_can_not_face_a_proxy():
    with pytest.raises(AuthError, match="^Steps can't authenticate with a proxy$"):
        passing(Steps(AuthRequest("GET", "http://token.test/")))


class Steps(Scheme):
    """Does the steps it is given, and tells how it ended."""

    def __init__(self, *steps):
        self.steps = steps
        self.came = []
        self.ended = False

    def flow(self, request):
        self.request = request
        self.within = self._flow()  # kept: nothing but a call of close ends it
        return self.within

    def _flow(self):
        try:
            for step in self.steps:
                self.came.append((yield step))
        finally:
            self.ended = True


@pytest.mark.parametrize("step", [None, "Authorization", request_for(), [("A", "b")]])
def test_what_is_no_tuple_of_fields_ends_the_flow_with_an_error(step):
    scheme = Steps((), step)
    flow = scheme.proxy_flow(PROXY, "GET", TARGET)
    next(flow)
    with pytest.raises(AuthError, match="Steps can't authenticate with a proxy"):
        flow.send(asked("Custom"))
    assert scheme.ended


def test_other_fields_keep_their_names():
    scheme = Steps((("X-Own", "1"), ("AUTHORIZATION", "Custom"), ("Cookie", "a=b")))
    assert [(("X-Own", "1"), (FIELD, "Custom"), ("Cookie", "a=b"))] == passing(scheme)


def test_a_scheme_is_told_what_the_proxy_said_in_an_origins_words():
    scheme = Steps((), ())
    fields = [("Proxy-Authenticate", "A"), ("X", "y"), ("proxy-authenticate", "B"), ("Via", "z")]
    passing(scheme, (407, Headers(fields)), (401, Headers([("WWW-Authenticate", "C"), *fields])))
    first, second = scheme.came
    challenges = [("WWW-Authenticate", "A"), ("WWW-Authenticate", "B")]
    assert [(401, challenges), (200, challenges)] == [
        (answer.status_code, answer.headers.multi_items()) for answer in (first, second)
    ]
    assert [None, None] == [answer.content for answer in scheme.came]


def test_a_scheme_is_told_what_the_proxy_is_asked_for():
    scheme = Steps()
    assert [] == passing(scheme, method="CONNECT", target="a.test:443")
    request = scheme.request
    assert ("CONNECT", "a.test:443", PROXY, Headers(), b"") == (
        request.method,
        request.target,
        request.url,
        request.headers,
        request.content,
    )


@pytest.mark.parametrize("end", ["close", "throw"])
def test_the_flow_within_ends_with_the_flow(end):
    scheme = Steps((), ())
    flow = scheme.proxy_flow(PROXY, "GET", TARGET)
    next(flow)
    assert not scheme.ended
    if end == "close":
        flow.close()
    else:
        with pytest.raises(ZeroDivisionError):
            flow.throw(ZeroDivisionError())
    assert scheme.ended


def test_a_base_has_no_flow_of_its_own():
    with pytest.raises(NotImplementedError):
        Scheme().flow(request_for())
    assert inspect.isgeneratorfunction(Scheme.proxy_flow)
