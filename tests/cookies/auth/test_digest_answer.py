"""How a challenge is read and its answer computed, next to the same computation by hashlib alone."""

import hashlib
import re
import subprocess
import sys
from urllib.parse import unquote

import pytest

from httpcore_cookies import AuthError, DigestAuth
from httpcore_cookies.auth import _digest_answer
from httpcore_headers import Headers, parse_challenges
from testkit.auth_flows import drive, refusal, request_for, said

HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
PLAIN = 'Digest realm="r", nonce="n", qop="auth"'


def hashed(algorithm, *parts):
    """RFC 7616 3.3: H of the parts with colons between them."""
    octets = b":".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    return hashlib.new(HASHES[algorithm], octets).hexdigest()


# -- every algorithm and quality of protection, computed apart --


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256))], ids=len)
@pytest.mark.parametrize("qop", ["auth", "auth-int", ""])
@pytest.mark.parametrize("session", ["", "-sess"])
@pytest.mark.parametrize("algorithm", HASHES)
def test_the_response_is_what_the_standard_computes(answer, algorithm, session, qop, content):
    challenge = f'Digest realm="the realm", nonce="n1", algorithm={algorithm}{session}'
    sent = answer(
        challenge + (f', qop="{qop}"' if qop else ""),
        method="PUT",
        target="/x?y=%20",
        content=content,
    )
    a1 = hashed(algorithm, "user", "the realm", "pw")
    if session:
        a1 = hashed(algorithm, a1, "n1", "c0")
    a2 = ["PUT", "/x?y=%20", *([hashed(algorithm, content)] if qop == "auth-int" else [])]
    use = ["00000001", "c0", qop] if qop else []
    assert hashed(algorithm, a1, "n1", *use, hashed(algorithm, *a2)) == sent["response"]
    assert (algorithm + session, qop) == (sent["algorithm"], sent.get("qop", ""))
    assert (("c0" if qop or session else None), ("00000001" if qop else None)) == (
        sent.get("cnonce"),
        sent.get("nc"),
    )


def test_of_both_qualities_the_one_that_needs_no_content_is_taken(answer):
    for qop in ("auth,auth-int", "auth-int, auth", "AUTH-INT AUTH", "auth-int,token,auth"):
        assert "auth" == answer(f'Digest realm="r", nonce="n", qop="{qop}"')["qop"]


# -- what is quoted --

AWKWARD = ['"', "\\", '\\"', 'a "quoted" word', "back\\slash\\", "", "a, b=c", "x;y z"]


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("name", ["user", "realm", "nonce", "opaque", "cnonce", "target"])
def test_any_text_comes_back_as_it_was(answer, name, text):
    values = {"user": "u", "realm": "r", "nonce": "n", "opaque": "o", "cnonce": "c", "target": "/"}
    values[name] = text = values[name] + text  # some of them can't be empty
    escaped = {key: re.sub(r'(["\\])', r"\\\1", value) for key, value in values.items()}
    sent = answer(
        'Digest realm="{realm}", nonce="{nonce}", opaque="{opaque}", qop="auth"'.format(**escaped),
        user=values["user"],
        cnonce=values["cnonce"],
        target=values["target"],
    )
    assert text == sent[{"user": "username", "target": "uri"}.get(name, name)]
    # Hashes are over the texts without quotes and escapes (RFC 7616 3.4.2).
    a1 = hashed("MD5", values["user"], values["realm"], "pw")
    a2 = hashed("MD5", "GET", values["target"])
    use = (values["nonce"], "00000001", values["cnonce"], "auth")
    assert hashed("MD5", a1, *use, a2) == sent["response"]


def test_what_must_be_quoted_is_and_what_must_not_is_not():
    """RFC 7616 3.4: there are servers that take it literally."""
    flow = DigestAuth("user", "pw", cnonce=lambda: "c0").flow(request_for("/x"))
    next(flow)
    ((name, value),) = flow.send(
        refusal('Digest realm=r, nonce=n, opaque=o, qop=auth, algorithm="SHA-256"')
    )
    assert "Authorization" == name
    assert (
        'Digest username="user", realm="r", nonce="n", uri="/x", algorithm=SHA-256, opaque="o", '
        'qop=auth, nc=00000001, cnonce="c0", response='
    ) == value[: value.index("response=") + 9]
    assert re.fullmatch(r'"[0-9a-f]{64}"', value.partition("response=")[2])


def test_a_client_nonce_is_new_for_each_challenge_and_hard_to_guess():
    auth = DigestAuth("user", "pw")
    seen = set()
    for number in range(100):
        flow = auth.flow(request_for(origin=f"https://{number}.test"))
        next(flow)
        seen.add(said(flow.send(refusal(PLAIN)))["cnonce"])
    assert 100 == len(seen)
    assert {True} == {re.fullmatch(r"[A-Za-z0-9_-]{24,}", cnonce) is not None for cnonce in seen}


# -- the names of users --


@pytest.mark.parametrize("user", ["jürgen", "Дмитрий", "李", "a€b", "é"])
def test_a_user_beyond_ascii_is_sent_as_its_utf_8_or_named_as_such(answer, user):
    # RFC 7616 3.4.4
    extended = answer(PLAIN + ", charset=UTF-8", user=user)
    raw = answer(PLAIN, user=user)
    hidden = answer(PLAIN + ", charset=UTF-8, userhash=true", user=user)
    assert user == unquote(extended["username*"].removeprefix("UTF-8''"))
    assert extended["username*"].isascii()
    assert user.encode() == raw["username"].encode("latin-1")
    assert hashed("MD5", user, "r") == hidden["username"]
    assert [False, False, True] == ["userhash" in sent for sent in (extended, raw, hidden)]
    assert [False, True, True] == ["username" in sent for sent in (extended, raw, hidden)]
    a1, a2 = hashed("MD5", user, "r", "pw"), hashed("MD5", "GET", "/")
    expected = hashed("MD5", a1, "n", "00000001", "c0", "auth", a2)
    assert [expected] * 3 == [sent["response"] for sent in (extended, raw, hidden)]


def test_a_user_in_ascii_is_named_plainly_whatever_the_charset(answer):
    assert "user" == answer(PLAIN + ", charset=UTF-8")["username"]


def test_the_raw_octets_of_a_user_are_a_valid_field():
    flow = DigestAuth("Ārū", "pw").flow(request_for())
    next(flow)
    ((name, value),) = flow.send(refusal(PLAIN))
    assert "Ārū".encode() in Headers([(name, value)]).raw[0][1]


@pytest.mark.parametrize("value", ["TRUE", "True", '"true"'])
def test_userhash_is_a_word_without_case_quoted_or_not(answer, value):
    assert hashed("MD5", "user", "r") == answer(f"{PLAIN}, userhash={value}")["username"]


@pytest.mark.parametrize("value", ["false", '""', "yes", "1"])
def test_only_true_hides_the_user(answer, value):
    sent = answer(f"{PLAIN}, userhash={value}")
    assert ("user", False) == (sent["username"], "userhash" in sent)


def test_a_hashed_user_is_hashed_by_the_challenges_algorithm(answer):
    for algorithm in HASHES:
        for session in ("", "-sess"):
            sent = answer(f"{PLAIN}, userhash=true, algorithm={algorithm}{session}")
            assert hashed(algorithm, "user", "r") == sent["username"]


@pytest.mark.parametrize("octets", ["Bücher".encode(), "Bücher".encode("latin-1"), b"\x80\xff"])
def test_the_octets_of_a_realm_beyond_ascii_are_kept(answer, octets):
    challenge = Headers([(b"X", b'Digest realm="' + octets + b'", nonce="n"')])["X"]
    sent = answer(challenge)
    assert octets == Headers({"X": sent["realm"]}).raw[0][1]
    a1 = hashed("MD5", "user", octets, "pw")
    assert hashed("MD5", a1, "n", hashed("MD5", "GET", "/")) == sent["response"]


@pytest.mark.parametrize("target", ["/ሴ", "/\ud800"])
def test_text_that_no_field_can_hold_is_hashed_as_utf_8(answer, target):
    """Facts given by hand may hold any text."""
    sent = answer(PLAIN, target=target)
    octets = target.encode("utf-8", "surrogatepass")
    a1, a2 = hashed("MD5", "user", "r", "pw"), hashed("MD5", "GET", octets)
    assert hashed("MD5", a1, "n", "00000001", "c0", "auth", a2) == sent["response"]


# -- challenges that can't be answered, and those that can in spite of all --


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest nonce="n", qop="auth"',
        'Digest realm="r", qop="auth"',
        'Digest realm="r", nonce="", qop="auth"',
        "Digest",
        "Digest abcdef==",
        f"{PLAIN}, algorithm=SHA-999",
        f"{PLAIN}, algorithm=SHA-999-sess",
        f"{PLAIN}, algorithm=MD5-sess-sess",
        f"{PLAIN}, algorithm=-sess",
        f'{PLAIN}, algorithm=""',
        f"{PLAIN}, algorithm=token",
        f"{PLAIN}, algorithm=MD5-seß",  # whose upper case is "MD5-SESS"
        'Digest realm="r", nonce="n", qop="token"',
        'Digest realm="r", nonce="n", qop="auth-conf, auth2"',
        'Digestive realm="r", nonce="n", qop="auth"',
        'Basic realm="r"',
        'Bearer realm="r", nonce="n", qop="auth"',
        "",
        '"',
    ],
)
def test_a_challenge_that_can_not_be_answered_is_left_to_the_caller(answer, challenge):
    assert None is answer(challenge)


@pytest.mark.parametrize(
    ("challenge", "named", "qop"),
    [
        ('Digest realm="", nonce="n", qop="auth"', None, "auth"),
        ('Digest realm="r", nonce="n", qop=""', None, None),
        ('Digest realm="r", nonce="n", qop=" , "', None, None),
        ('Digest realm="r", nonce="n", qop=auth,auth-int', None, "auth"),
        ('Digest realm="r", nonce="n", qop="token, auth"', None, "auth"),
        (f'{PLAIN}, algorithm="SHA-256"', "SHA-256", "auth"),
        (f"{PLAIN}, algorithm=sha-256", "sha-256", "auth"),
        (f"{PLAIN}, algorithm=Md5-Sess", "Md5-Sess", "auth"),
        (f"{PLAIN}, algorithm=MD5, algorithm=SHA-999", "MD5", "auth"),
        (f"{PLAIN}, stale=maybe, charset=latin-1, unknown=x", None, "auth"),
        ("Digest realm=r, nonce=n==, qop=auth", None, "auth"),
    ],
)
def test_what_is_odd_but_clear_is_answered(answer, challenge, named, qop):
    sent = answer(challenge)
    assert (named, qop) == (sent.get("algorithm"), sent.get("qop"))


def test_of_a_duplicated_parameter_the_first_counts(answer):
    sent = answer(
        'Digest realm="r1", realm="r2", nonce="n1", NONCE="n2", qop="auth", qop="auth-int",'
        ' opaque="o1", opaque="o2", userhash=false, userhash=true'
    )
    assert ("r1", "n1", "auth", "o1", "user") == tuple(
        sent[name] for name in ("realm", "nonce", "qop", "opaque", "username")
    )


def test_opaque_is_given_back_only_where_there_was_one_even_if_empty(answer):
    assert "opaque" not in answer(PLAIN)
    assert "" == answer(f'{PLAIN}, opaque=""')["opaque"]


@pytest.mark.parametrize(
    "challenge",
    [
        PLAIN + ", x=y" * 100_000,
        PLAIN + ', opaque="' + "\\" * 200_001,
        PLAIN + ', opaque="' + "o" * 500_000 + '"',
        'Digest realm="r", nonce="' + '\\"' * 200_000 + '", qop="auth"',
        'Digest realm="r", nonce="n", qop="' + "auth " * 100_000 + '"',
        'Digest realm="r", nonce="n", qop="' + "auth," * 100_000 + '"',
        PLAIN + ', domain="' + "/x " * 100_000 + '"',
        PLAIN + ', domain="' + "http:" * 100_000 + '"',
        PLAIN + ', domain="' + "https://" * 100_000 + '"',
        PLAIN + ", algorithm=" + "-sess" * 100_000,
        ", ".join([PLAIN] * 20_000),
        "Digest " * 100_000,
    ],
    ids=lambda challenge: challenge[-8:],
)
def test_a_challenge_of_any_length_takes_linear_time(answer, challenge):
    answer(challenge)  # quadratic work would take minutes


# -- a Python that lacks an algorithm --

PROGRAM = """
import sys
for missing in sys.argv[1:]:
    sys.modules[missing] = None  # as in a build without it
import logging
logging.disable()  # hashlib complains of what it misses
from httpcore_cookies import AuthRequest, AuthResponse, DigestAuth
from httpcore_headers import Headers

for names in (["SHA-512-256"], ["MD5"], ["SHA-512-256", "MD5", "SHA-256"]):
    challenges = [f'Digest realm="r", nonce="n", algorithm={name}' for name in names]
    flow = DigestAuth("user", "pw").flow(AuthRequest("GET", "https://a.test/"))
    next(flow)
    try:
        ((_, value),) = flow.send(
            AuthResponse(401, Headers([("WWW-Authenticate", text) for text in challenges]))
        )
        print(value.partition("algorithm=")[2].partition(",")[0])
    except StopIteration:
        print(None)
"""


@pytest.mark.parametrize(
    ("missing", "answered"),
    [
        ([], ["SHA-512-256", "MD5", "SHA-512-256"]),
        (["_hashlib"], ["None", "MD5", "SHA-256"]),  # without OpenSSL
        (["_hashlib", "_md5"], ["None", "None", "SHA-256"]),
    ],
    ids=["none", "sha-512-256", "md5-too"],
)
def test_a_challenge_whose_algorithm_this_python_lacks_is_passed_over(missing, answered):
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM, *missing], check=False, capture_output=True, text=True
    )
    assert answered == shown.stdout.split(), shown.stderr


@pytest.fixture
def build(monkeypatch):
    """Give a function that has hashlib refuse some hashes: always, or where security needs them."""
    new = hashlib.new

    def build(lacking=(), insecure=()):
        def limited(name, data=b"", *, usedforsecurity=True):
            if name in lacking or (usedforsecurity and name in insecure):
                raise ValueError(f"unsupported hash type {name}")
            return new(name, data)

        monkeypatch.setattr(hashlib, "new", limited)
        _digest_answer.is_supported.cache_clear()

    yield build
    _digest_answer.is_supported.cache_clear()


def test_what_a_build_can_not_compute_is_passed_over(answer, build):
    build(lacking=["sha512_256"])
    strong = f"{PLAIN}, algorithm=SHA-512-256"
    assert None is answer(strong)
    assert "MD5" == answer(strong, f"{PLAIN}, algorithm=MD5")["algorithm"]


def test_md5_is_computed_where_it_may_not_be_used_for_security(answer, build):
    """As in builds by FIPS 140: whether Digest is secure enough is for its two sides to say."""
    expected = answer(PLAIN)
    build(insecure=["md5"])
    assert expected == answer(PLAIN)


# -- content that is not in memory --

INTEGRITY = PLAIN.replace('"auth"', '"auth-int"')


@pytest.mark.parametrize("others", [(), ('Basic realm="r"',), (INTEGRITY,)])
def test_content_that_is_not_in_memory_can_not_be_protected(answer, others):
    with pytest.raises(AuthError, match="give it as bytes, not as a file or an iterator"):
        answer(INTEGRITY, *others, content=None)


@pytest.mark.parametrize("strong", ["SHA-512-256", "SHA-256"])
def test_then_another_challenge_serves_even_a_weaker_one(answer, strong):
    protected = f"{INTEGRITY}, algorithm={strong}"
    sent = answer(protected, PLAIN, content=None)
    assert ("auth", None) == (sent["qop"], sent.get("algorithm"))
    assert strong == answer(protected, PLAIN, content=b"")["algorithm"]


def test_content_that_is_not_in_memory_needs_no_more_where_the_head_is_enough(answer):
    assert "auth" == answer(PLAIN, content=None)["qop"]
    assert "qop" not in answer('Digest realm="r", nonce="n"', content=None)


# -- numbers --


def test_a_number_is_eight_hexadecimal_digits():
    auth = DigestAuth("user", "pw")
    first, *later = [
        said(drive(auth.flow(request_for()), *answers)[-1])["nc"]
        for answers in [[refusal(PLAIN)], *[[]] * 255]
    ]
    assert ["00000001", *(f"{number:08x}" for number in range(2, 257))] == [first, *later]


def test_credentials_can_be_read_by_the_grammar_of_challenges(answer):
    """One field, one scheme, no parameter twice."""
    auth = DigestAuth('a "b", c', "pw", cnonce=lambda: "c0")
    flow = auth.flow(request_for())
    next(flow)
    ((_, value),) = flow.send(refusal(f'{PLAIN}, opaque="o, p", algorithm=SHA-256-sess'))
    (credentials,) = parse_challenges(value)
    names = ["username", "realm", "nonce", "uri", "algorithm", "opaque"]
    assert [*names, "qop", "nc", "cnonce", "response"] == list(credentials.parameters)
