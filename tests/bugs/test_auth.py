"""Authentication (RFC 9110 11, RFC 7616) and netrc. What a real server makes of it is in tests/contract."""

import hashlib
import re

import pytest

from httpcore_client import DigestAuth, TrustEnv
from testkit.peer import response

OK = response()
USER, PASSWORD = "Mufasa", "Circle of Life"
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


def asking(*challenges):
    fields = [b"WWW-Authenticate: " + challenge.encode("latin-1") for challenge in challenges]
    return response(b"who?", "401 Who", *fields)


def digest(algorithm="SHA-256", realm="here", nonce="abc"):
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"'


def said(credentials):
    """The parameters of Digest credentials."""
    assert credentials.startswith("Digest "), credentials
    return {
        name: quoted.replace('\\"', '"').replace("\\\\", "\\") or plain
        for name, quoted, plain in _PARAMETER.findall(credentials)
    }


def is_right(credentials, method, target, password=PASSWORD):
    """RFC 7616 3.4.1, with nothing of ours but the field."""
    words = said(credentials)
    assert target == words["uri"]

    def hashed(*parts):
        name = HASHES[words.get("algorithm", "MD5").upper().removesuffix("-SESS")]
        return hashlib.new(name, ":".join(parts).encode()).hexdigest()

    secret = hashed(USER, words["realm"], password)
    if words.get("algorithm", "").upper().endswith("-SESS"):
        secret = hashed(secret, words["nonce"], words["cnonce"])
    asked = hashed(method, words["uri"])
    if "qop" not in words:
        return hashed(secret, words["nonce"], asked) == words["response"]
    middle = words["nonce"], words["nc"], words["cnonce"], words["qop"]
    return hashed(secret, *middle, asked) == words["response"]


@pytest.fixture
def answered(visit):
    """Get a URL with Digest; return the visits, which are two where the challenge was answered."""

    def answered(*challenges, url="http://a.test/", **options):
        async def scenario(client):
            await client.get(url, auth=DigestAuth(USER, PASSWORD, **options))

        return visit(scenario, asking(*challenges))

    return answered


def authorization(one):
    return one.fields.get("authorization", [None])[0]


def test_b035_a_challenge_from_where_a_redirect_led_is_nobody_s(visit):
    """ah#12825; RFC 7616 3.3, RFC 9110 11.5: nor is its nonce signed for the first origin."""
    evil = asking(digest(nonce="evil"))

    async def scenario(client):
        auth = DigestAuth(USER, PASSWORD)
        for there in ("http://evil.test/", "https://a.test/", "http://a.test:81/"):
            assert 401 == (await client.get("http://a.test/", auth=auth)).status_code, there
        assert 200 == (await client.get("http://a.test/", auth=auth)).status_code

    answers = []
    for there in ("http://evil.test/", "https://a.test/", "http://a.test:81/"):
        answers += [response(b"", "302 Go", b"Location: " + there.encode()), evil]
    visits = visit(scenario, *answers, asking(digest(nonce="own")), OK)
    assert 8 == len(visits)
    assert [None] * 7 == [authorization(one) for one in visits[:7]]
    assert "own" == said(authorization(visits[7]))["nonce"]


CHALLENGES = {
    "Basic before it": f'Basic realm="a, Digest b", {digest()}',
    "Basic behind it": f'{digest()}, Basic realm="here"',
    "in the middle": f'Negotiate, {digest()}, Basic realm="a", charset="UTF-8"',
    "behind token68": f"NTLM TlRMTVNTUAAC==, {digest()}",
    "with empty elements": f', ,{digest()} , ,Basic realm="x",',
    "one that is not known": f'Newauth realm="apps", type=1, title="Login to \\"apps\\"", {digest()}',
}


@pytest.mark.parametrize("where", CHALLENGES)
def test_b036_digest_is_found_wherever_it_stands_in_one_field_or_in_several(answered, where):
    """ah#12984; RFC 9110 11.6.1."""
    text = CHALLENGES[where]
    for fields in ([text], ['Basic realm="x"', text], [text, "Negotiate"]):
        first, second = answered(*fields)
        assert authorization(first) is None
        assert is_right(authorization(second), "GET", "/"), fields
        assert "here" == said(authorization(second))["realm"]


def test_b038_names_in_any_case_blanks_and_an_empty_realm_are_accepted(answered):
    """h2x#1315, #1023; RFC 9110 11.2."""
    for challenge, realm in (
        ('dIGEST Realm="here",NONCE="abc",Algorithm=sha-256,QOP="AUTH"', "here"),
        ('Digest realm = "here" ,nonce\t=\t"abc", algorithm =SHA-256,qop= "auth"', "here"),
        ('Digest realm="", nonce="abc", algorithm=SHA-256, qop="auth,auth-int"', ""),
        ('Digest   realm="a \\"b\\" \\\\c", nonce="abc", algorithm=SHA-256', 'a "b" \\c'),
        ('Digest realm="a, b=c", nonce=abc, algorithm="SHA-256", qop=auth', "a, b=c"),
    ):
        _, second = answered(challenge)
        assert realm == said(authorization(second))["realm"], challenge
        assert is_right(authorization(second), "GET", "/"), challenge


def test_b038_what_is_no_challenge_is_left_to_the_caller_and_nothing_raises(answered):
    """h2x#1315: a parameter without "=" among them."""
    for challenge in (
        *("Digest", "Digest realm", "Digest realm=", "Digest =", 'Digest realm="a'),
        *('Digest realm="a", nonce', "", ",", "=", '"', 'Digest realm="a" nonce="b"', "\xe9"),
        *('Digest nonce="b", qop="auth"', 'Digest realm="a", nonce="", qop="auth"'),
        'Digest realm="a", nonce="b", algorithm=SHA-0',
    ):
        assert 1 == len(answered(challenge)), challenge


TARGETS = ["/", "/a%20b/%7e%2F;x=(y)?q=%26&r=a+b&&=", "//x//?", "/%C3%A9?%zz", "/?a=/../b"]


@pytest.mark.parametrize("target", TARGETS)
def test_b039_what_is_signed_is_the_target_that_is_sent(run_client, peer, target):
    """ah#12436; RFC 7616 3.4: octet by octet, the query included, for every method."""
    ask = asking(digest())
    peer.handlers = (peer.holding(ask, OK, OK, OK),)

    async def scenario(client):
        auth = DigestAuth(USER, PASSWORD)
        for method in ("GET", "PUT", "POST"):
            await client.request(method, peer.url + target, auth=auth)

    run_client(scenario)
    for head in peer.requests[1:]:
        line, *fields = head.decode().split("\r\n")
        method, sent, _ = line.split(" ")
        (credentials,) = [f.partition(": ")[2] for f in fields if f.startswith("Authorization")]
        assert target == sent
        assert is_right(credentials, method, sent)
    assert 4 == len(peer.requests)


def test_b039_params_and_paths_that_are_encoded_on_the_way_are_signed_as_they_go_out(visit):
    async def scenario(client):
        url, auth = "http://a.test/zażółć b", DigestAuth(USER, PASSWORD)
        await client.get(url, params={"q": "ü &"}, auth=auth)

    _, second = visit(scenario, asking(digest()))
    target = second.url.removeprefix("http://a.test")
    assert target.isascii()
    assert is_right(authorization(second), "GET", target)


def test_b041_netrc_gives_way_to_whatever_the_caller_says_and_has_a_switch_of_its_own(
    visit, tmp_path, monkeypatch
):
    """rq#3929, #2773."""
    path = tmp_path / "netrc"
    path.write_text("machine a.test login n password s3cret\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    url = "http://a.test/"

    async def says(client):
        await client.get(url, headers={"AUTHORIZATION": "own"})
        await client.get(url, headers=[(b"authorization", b"own")])
        await client.get(url.replace("//", "//u:p@"))
        await client.get(url, auth=None)

    async def nothing(client):
        await client.get(url)

    shown = [authorization(one) for one in visit(says, trust_env=TrustEnv(proxies=False))]
    assert ["own", "own", "Basic dTpw", None] == shown
    (one,) = visit(nothing, headers={"Authorization": "own"}, trust_env=True)
    assert "own" == authorization(one)
    (one,) = visit(nothing, trust_env=TrustEnv(netrc=False))
    assert authorization(one) is None
    (one,) = visit(nothing, trust_env=TrustEnv(proxies=False))
    assert "Basic bjpzM2NyZXQ=" == authorization(one)


def test_b042_no_trick_in_a_url_makes_netrc_answer_for_another_host(visit, tmp_path, monkeypatch):
    """rq CVE-2024-47081: the entry is that of the host that is dialled."""
    path = tmp_path / "netrc"
    path.write_text("machine a.test login n password s3cret\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    urls = [
        *("http://a.test:@evil.test/", "http://a.test@evil.test/", "http://a.test%40@evil.test/"),
        *("http://evil.test/a.test", "http://evil.test/@a.test", "http://evil.test?@a.test"),
        *("http://evil.test#@a.test", "http://a.test.evil.test/", "http://a.testevil/"),
        *("http://evila.test/", "http://evil.test:80/a.test:@a.test"),
    ]

    async def scenario(client):
        for url in urls:
            await client.get(url)

    for one in visit(scenario, trust_env=True):
        assert "s3cret" not in one.url
        assert "Basic bjpzM2NyZXQ=" != authorization(one)
        assert "bjpzM2NyZXQ" not in (authorization(one) or ""), one.url


@pytest.mark.parametrize("session", ["", "-sess"])
@pytest.mark.parametrize("algorithm", HASHES)
def test_x09_every_registered_algorithm_is_answered(answered, algorithm, session):
    """RFC 7616 6.1."""
    _, second = answered(digest(algorithm + session))
    assert algorithm + session == said(authorization(second))["algorithm"]
    assert is_right(authorization(second), "GET", "/")


def test_x09_of_several_the_strongest_is_answered_and_md5_may_be_refused(answered):
    """RFC 7616 3.7."""
    for order in (["MD5", "SHA-256"], ["SHA-512-256", "MD5"], ["MD5", "SHA-256", "SHA-512-256"]):
        _, second = answered(*[digest(algorithm) for algorithm in order])
        assert max(order, key=list(HASHES).index) == said(authorization(second))["algorithm"]
    assert 1 == len(answered(digest("MD5"), algorithms=["SHA-256"]))
    no_name = 'Digest realm="here", nonce="abc"'  # which means MD5
    assert 1 == len(answered(no_name, algorithms=["SHA-256", "SHA-512-256"]))
    _, second = answered(no_name)
    assert is_right(authorization(second), "GET", "/")
