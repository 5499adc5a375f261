"""`examples/aws_sigv4.py` next to signatures that others have published."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from runpy import run_path

import pytest

from httpcore_cookies import AuthError
from httpcore_headers import Headers
from testkit.auth_flows import drive, request_for

EXAMPLE = Path(__file__).parents[2] / "examples" / "aws_sigv4.py"
AWSSigV4 = run_path(EXAMPLE)["AWSSigV4"]

ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOST = "example.amazonaws.com"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
STS = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeo"
    "IYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5V"
    "SXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yj"
    "c8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
VANILLA = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

# AWS's own test suite: name, method, target, further fields, content, signature.
SUITE = [
    ("get-vanilla", "GET", "/", [], b"", VANILLA),
    (
        "post-vanilla", "POST", "/", [], b"",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    (
        "get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", [], b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "get-vanilla-query-order-encoded", "GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", [], b"",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    (
        "get-vanilla-empty-query-key", "GET", "/?Param1=value1", [], b"",
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ),
    (
        "get-vanilla-utf8-query", "GET", "/?ሴ=bar", [], b"",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    ("get-utf8", "GET", "/ሴ", [], b"", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    (
        "get-space", "GET", "/example space/", [], b"",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    (
        "get-unreserved", "GET",
        "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", [], b"",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    ("get-relative-relative", "GET", "/example1/example2/../..", [], b"", VANILLA),
    (
        "get-slashes", "GET", "//example//", [], b"",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    (
        "get-header-key-duplicate", "GET", "/",
        [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")], b"",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    (
        "get-header-value-order", "GET", "/", [("My-Header1", f"value{n}") for n in (4, 1, 3, 2)], b"",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    (
        "get-header-value-trim", "GET", "/", [("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')], b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    (
        "post-x-www-form-urlencoded", "POST", "/", FORM, b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    (
        "post-sts-header-before", "POST", "/", [("X-Amz-Security-Token", STS)], b"",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
]  # fmt: skip


def signer(service="service", clock=lambda: NOON, **options):
    return AWSSigV4(
        ACCESS_KEY, SECRET_KEY, region="us-east-1", service=service, clock=clock, **options
    )


def signed(auth, method, target, fields=(), content=b"", host=HOST):
    """Give the fields that sign a request, by their names."""
    facts = request_for(
        target,
        origin=f"https://{host}",
        method=method,
        content=content,
        headers=[("Host", host), *fields],
    )
    (step,) = drive(auth.flow(facts))
    return dict(step)


def signature(fields):
    return fields["Authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "target", "fields", "content", "expected"),
    [pytest.param(*case[1:], id=case[0]) for case in SUITE],
)
def test_requests_of_the_aws_test_suite_are_signed_as_published(
    method, target, fields, content, expected
):
    sent = signed(signer(), method, target, fields, content)
    names = ";".join(sorted({"host", "x-amz-date", *(name.lower() for name, _ in fields)}))
    assert {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            f"SignedHeaders={names}, Signature={expected}"
        ),
    } == sent


def test_a_session_token_is_signed_and_sent_as_published():
    sent = signed(signer(session_token=TOKEN), "GET", "/")
    assert TOKEN == sent["X-Amz-Security-Token"]
    assert (
        "SignedHeaders=host;x-amz-date;x-amz-security-token, "
        "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
    ) in sent["Authorization"]


# The S3 User Guide, "Signature calculations for the Authorization header".
S3_SUITE = [
    (
        "GET", "/test.txt", [("Range", "bytes=0-9")], b"",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        "PUT", "/test%24file.text",
        [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
        b"Welcome to Amazon S3.",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    ("GET", "/?lifecycle", [], b"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    (
        "GET", "/?max-keys=2&prefix=J", [], b"",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "target", "fields", "content", "expected"), S3_SUITE)
def test_requests_of_the_s3_guide_are_signed_as_published(
    method, target, fields, content, expected
):
    auth = AWSSigV4(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="s3",
        clock=lambda: datetime(2013, 5, 24, tzinfo=UTC),
    )
    sent = signed(auth, method, target, fields, content, "examplebucket.s3.amazonaws.com")
    assert expected == signature(sent)
    assert hashlib.sha256(content).hexdigest() == sent["X-Amz-Content-SHA256"]


@pytest.mark.parametrize(
    ("service", "target", "expected"),
    [
        # What botocore 1.44 computes.
        (
            "service",
            "/%E1%88%B4",
            "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d",
        ),
        ("service", "/a/b/..", "e7dfad111cdad6139e285ddec7592de69207ee936e9af6cffa906e281325f76a"),
        (
            "service",
            "/a%20b/?b=2&a=%2F&a=1&c",
            "9df97707b794aa18b0bc99d4f3cbf5d663b2a8a6e3436798733250fbcca467ba",
        ),
        (
            "s3",
            "/a%20b//x/?b=2",
            "4bebd0d62cfe85163c425c3e0e29b2ff1ee0f9108a03ef01f1d2654e147bf398",
        ),
    ],
)
def test_paths_are_encoded_once_more_and_tidied_except_for_s3(service, target, expected):
    assert expected == signature(signed(signer(service), "GET", target))


def test_fields_that_change_on_the_way_are_not_signed():
    fields = [("User-Agent", "x"), ("Accept-Encoding", "gzip"), ("Connection", "close")]
    sent = signed(signer(), "GET", "/", [*fields, ("Authorization", "another's")])
    assert VANILLA == signature(sent)


def test_a_host_that_no_field_names_is_that_of_the_origin():
    facts = request_for(origin=f"https://{HOST}")
    assert VANILLA == signature(dict(signer().sign(facts)))


def test_time_is_that_of_greenwich():
    zone = timezone(timedelta(hours=-5))
    auth = signer(clock=lambda: NOON.astimezone(zone))
    assert VANILLA == signature(signed(auth, "GET", "/"))


def test_content_that_is_not_in_memory_can_not_be_signed():
    with pytest.raises(AuthError, match="must be bytes"):
        signed(signer(), "PUT", "/", content=None)


def test_the_facts_of_the_request_stay_as_they_are():
    headers = Headers({"Host": HOST})
    signer().sign(request_for(origin=f"https://{HOST}", headers=headers))
    assert Headers({"Host": HOST}) == headers
