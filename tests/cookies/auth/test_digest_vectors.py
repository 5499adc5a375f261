"""Digest by what others have computed: the project's own facts, and the examples that the RFCs print."""

import hashlib
import json
from pathlib import Path

import pytest

from httpcore_cookies import AuthResponse, DigestAuth
from httpcore_headers import Headers
from testkit.auth_flows import refusal, request_for, said

DATA = Path(__file__).parents[2] / "conformance" / "data" / "own" / "digest-auth.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]
PLAIN = 'Digest realm="r", nonce="n", qop="auth"'


def hashed(name, *parts):
    return hashlib.new(name, ":".join(parts).encode()).hexdigest()


# -- the facts in tests/conformance --


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_own_digest_auth(case):
    expect = case["expect"]
    auth = DigestAuth(case["username"], case["password"], cnonce=lambda: case["cnonce"])
    body = case.get("body", "").encode()

    def flow(origin="http://a.test"):
        return auth.flow(
            request_for(case["uri"], origin=origin, method=case["method"], content=body)
        )

    current = flow()
    assert () == next(current)
    if expect.get("ignore_challenge"):
        with pytest.raises(StopIteration):
            current.send(refusal(case["challenge"]))
        return
    if expect.get("give_up"):
        current.send(refusal(PLAIN))
        with pytest.raises(StopIteration):
            current.send(refusal(case["challenge"]))
        return
    step = current.send(refusal(case["challenge"]))
    for _ in range(int(case["nc"], 16) - 1):
        with pytest.raises(StopIteration):
            current.send(AuthResponse(200))
        current = flow()
        step = next(current)
    sent = said(step)
    assert {"nc": case["nc"], "cnonce": case["cnonce"]}.items() <= sent.items()
    for name, value in expect.items():
        match name:
            case "next":
                announced = Headers({"Authentication-Info": value["authentication_info"]})
                with pytest.raises(StopIteration):
                    current.send(AuthResponse(200, announced))
                later = said(next(flow()))
                assert (value["nonce"], value["nc"]) == (later["nonce"], later["nc"])
            case "not_sent_to":
                assert () == next(flow(f"http://{value}"))
                assert sent["uri"] == said(next(flow()))["uri"]
            case "username_star":
                assert value == sent["username*"]
                assert "username" not in sent
            case _:
                assert value == sent[name]


# -- the examples that the RFCs print --

RFC7616_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
RFC7616_OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
RFC7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def rfc7616_challenge(algorithm):
    return (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{RFC7616_NONCE}", opaque="{RFC7616_OPAQUE}"'
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_3_9_1(answer, algorithm, response):
    sent = answer(
        rfc7616_challenge(algorithm),
        user="Mufasa",
        password="Circle of Life",
        cnonce=RFC7616_CNONCE,
        origin="http://www.example.org",
        target="/dir/index.html",
    )
    assert {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": algorithm,
        "nonce": RFC7616_NONCE,
        "nc": "00000001",
        "cnonce": RFC7616_CNONCE,
        "qop": "auth",
        "response": response,
        "opaque": RFC7616_OPAQUE,
    } == sent


def test_rfc_7616_3_9_1_takes_the_stronger_of_its_two_challenges(answer):
    sent = answer(rfc7616_challenge("MD5"), rfc7616_challenge("SHA-256"))
    assert "SHA-256" == sent["algorithm"]


def test_rfc_7616_3_9_1_with_auth_int_alone(answer):
    """The example's challenge, were the second choice the only one; its response is not printed."""
    for algorithm, name in (("MD5", "md5"), ("SHA-256", "sha256")):
        challenge = rfc7616_challenge(algorithm).replace("auth, auth-int", "auth-int")
        sent = answer(challenge, cnonce=RFC7616_CNONCE, target="/dir/index.html", content=b"body")
        a1 = hashed(name, "user", "http-auth@example.org", "pw")
        a2 = hashed(name, "GET", "/dir/index.html", hashed(name, "body"))
        use = (RFC7616_NONCE, "00000001", RFC7616_CNONCE, "auth-int")
        assert hashed(name, a1, *use, a2) == sent["response"]


def test_rfc_7616_3_9_2(answer):
    """The RFC's inputs. What it prints is SHA-512 cut to 256 bits; SHA-512/256 is another hash."""
    sent = answer(
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
        'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
        user="Jäsøn Doe",
        password="Secret, or not?",
        cnonce="NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm",
        target="/doe.json",
    )
    cut = hashed("sha512", "Jäsøn Doe", "api@example.org")[:64]
    assert "488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec" == cut
    assert hashed("sha512_256", "Jäsøn Doe", "api@example.org") == sent["username"] != cut
    assert "true" == sent["userhash"]
    assert "7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c" == sent["response"]


def test_rfc_2617_3_5(answer):
    sent = answer(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        user="Mufasa",
        password="Circle Of Life",
        cnonce="0a4f113b",
        target="/dir/index.html",
    )
    assert "6629fae49393a05397450978507c4ef1" == sent["response"]
    assert "algorithm" not in sent


def test_rfc_2069_without_qop(answer):
    """Its example, with the response of the erratum: the one printed belongs to another password."""
    sent = answer(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        user="Mufasa",
        password="CircleOfLife",
        target="/dir/index.html",
    )
    assert "1949323746fe6a43ef61f9606e7febea" == sent["response"]
    assert set() == {"qop", "nc", "cnonce", "algorithm"} & sent.keys()


def played():
    """Say which cases are graded here."""
    return {"own/digest-auth.json": {"graded": CASES}}
