import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Challenge, parse_challenges


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("Basic", [Challenge("basic")]),
        ('Basic realm="x"', [Challenge("basic", {"realm": "x"})]),
        (
            'BASIC REALM = "x" , charset="UTF-8"',
            [Challenge("basic", {"realm": "x", "charset": "UTF-8"})],
        ),
        (
            'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
            [
                Challenge("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
                Challenge("basic", {"realm": "simple"}),
            ],
        ),
        ("Negotiate, Basic realm=a", [Challenge("negotiate"), Challenge("basic", {"realm": "a"})]),
        ("Negotiate abc==, NTLM", [Challenge("negotiate", {}, "abc=="), Challenge("ntlm")]),
        ("Negotiate a/b+c~", [Challenge("negotiate", {}, "a/b+c~")]),
        (
            "Digest nonce=abc==, realm=a/b",
            [Challenge("digest", {"nonce": "abc==", "realm": "a/b"})],
        ),
        ('Basic realm="a, Digest realm=b"', [Challenge("basic", {"realm": "a, Digest realm=b"})]),
        ('Basic realm="a", realm="b"', [Challenge("basic", {"realm": "a"})]),
        # broken parts are skipped
        ('realm="nobody", Basic', [Challenge("basic")]),
        ("@@, =, Basic", [Challenge("basic")]),
        ('Basic realm="never closed', [Challenge("basic")]),
        ("Digest realm=a b, nonce=n", [Challenge("digest", {"nonce": "n"})]),
        (
            'Digest nonce=n, opaque="x"y, qop=auth',
            [Challenge("digest", {"nonce": "n", "qop": "auth"})],
        ),
        ('Basic realm="a", ?? realm="x", nonce=1', [Challenge("basic", {"realm": "a"})]),
    ],
)
def test_a_value_falls_apart_into_challenges(value: str, expected: list[Challenge]) -> None:
    assert expected == parse_challenges(value)


def test_several_values_are_read_in_order() -> None:
    challenges = parse_challenges(["Digest realm=a", "nonce=b, Basic realm=c"])
    assert [(c.scheme, c.realm) for c in challenges] == [("digest", "a"), ("basic", "c")]
    assert None is Challenge("x").realm
    assert len({Challenge("x"), Challenge("x")}) == 1


@pytest.mark.parametrize("unit", ["a,", "a=", 'a="', "=", "Basic ", "\\", "a ", "\t"])
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    parse_challenges("Digest x=" + unit * 100_000)  # quadratic work would take minutes
    parse_challenges(unit * 100_000)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.sampled_from('Aab=,"\\ \té/'), max_size=24))
def test_no_text_raises_and_schemes_are_tokens(text: str) -> None:
    for challenge in parse_challenges(text):
        assert challenge.scheme
        assert "" not in challenge.parameters
