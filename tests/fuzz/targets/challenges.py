"""WWW-Authenticate: how it falls apart into challenges, and what Digest answers.

- Nothing is raised. Written anew, the challenges read the same; order is kept; names are lower-case tokens.
- Digest's answer is one line of octets, reads back to what the challenge said, and shows no password.
- A server that challenges for ever gets few answers.
"""

import re

from httpcore_cookies import AuthError, AuthRequest, AuthResponse, DigestAuth
from httpcore_headers import Headers, InvalidHeader, is_token, parse_challenges

from ..judges import plain_error
from ..shapes import spell, texts

PIECES = [
    *('"', "\\", '\\"', ",", ", ", "=", " = ", " ", "\t", ";", "\x80", "\xe9", "\u212a", "\u0130"),
    *("\xa0", "Basic", "Digest", "digest ", "Negotiate", "Bearer", 'realm="a, b"', "realm="),
    *('nonce="n"', "nonce=", 'qop="auth"', "qop=auth", "qop=auth,auth-int", "auth-int"),
    *("algorithm=", "MD5", "SHA-256", "MD5-sess", "SHA-512-256", "opaque=", "stale=true"),
    *("domain=", '"/a http://example.org/b"', "userhash=true", "charset=UTF-8", "abc=="),
    *("title*=", "a" * 40, "Digest realm=x, nonce=y, qop=auth", "error=", "scope="),
]  # fmt: skip
SEEDS = [
    spell(each, PIECES)
    for each in (
        'Digest realm="a, b", nonce="n", qop="auth", algorithm=SHA-256, opaque="o"',
        "Basic realm=x, Digest realm=y, nonce=n, qop=auth,auth-int, userhash=true",
        "Negotiate abc==, Bearer error=x scope=y",
        'Digest realm="\\"", nonce="\\\\", stale=true, domain="/a http://example.org/b"',
    )
]
_PAIR = re.compile(r'([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))(?:, |\Z)')


def check(data):
    values = texts(data, PIECES, 3)
    found = parse_challenges(values)
    for challenge in found:
        assert is_token(challenge.scheme)
        assert challenge.token68 is None or not challenge.parameters
        for name in challenge.parameters:
            assert is_token(name)
            assert name == name.lower()
    again = parse_challenges([_written(challenge) for challenge in found])
    assert found == again, (found, again)
    assert found == [each for value in values for each in parse_challenges(value)]
    try:
        headers = Headers([("WWW-Authenticate", value) for value in values])
    except InvalidHeader:
        return  # no head has such a field
    _digest(headers)


def _written(challenge):
    if challenge.token68 is not None:
        return f"{challenge.scheme} {challenge.token68}"
    quoted = {
        name: value.replace("\\", "\\\\").replace('"', '\\"')
        for name, value in challenge.parameters.items()
    }
    return f"{challenge.scheme} " + ", ".join(f'{name}="{value}"' for name, value in quoted.items())


def _digest(headers):
    auth = DigestAuth("us\\er", "hunter2", cnonce=lambda: "c")
    for _ in range(2):
        request = AuthRequest(
            "GET", "http://example.org/a", origin="http://example.org", target="/a"
        )
        flow = auth.flow(request)
        fields, answers = next(flow), 0
        try:
            while True:
                answers += 1
                assert answers < 8, "it answers for ever"
                for _, value in fields:
                    _is_answer(value)
                fields = flow.send(AuthResponse(401, headers))
        except StopIteration:
            pass
        except AuthError as error:
            plain_error(error, "hunter2")
        assert "hunter2" not in repr(auth)


def _is_answer(value):
    octets = Headers([("Authorization", value)]).raw[0][1]
    assert b"\n" not in octets
    assert "hunter2" not in value
    scheme, _, rest = value.partition(" ")
    assert "Digest" == scheme
    (read,) = parse_challenges(value)
    at, said = 0, {}
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        assert pair, rest[at:]
        assert pair[1] not in said, rest
        said[pair[1]] = pair[3] if pair[2] is None else re.sub(r"\\(.)", r"\1", pair[2])
        at = pair.end()
    assert said == read.parameters, (said, read.parameters)
    assert {"username", "realm", "nonce", "uri", "response"} <= said.keys()
