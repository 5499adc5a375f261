"""An argument of a wrong type is refused where it enters, and named: urls, headers, cookies and pool.

What a client is given is in tests/contract/test_bad_input.py.
"""

from datetime import UTC, datetime

import pytest

import httpcore_cookies as cookies
import httpcore_headers as headers
import httpcore_pool as pool
import httpcore_urls as urls
from httpcore_urls import masking


class Wrong:
    """Of no type that anybody asks for."""


def text_of(module, argument, *names):
    """Functions that take one text."""
    return {f"{module.__name__}.{name}": (getattr(module, name), {argument: "a"}) for name in names}


def on(make, method):
    """A method of a new object."""
    return lambda **arguments: getattr(make(), method)(**arguments)


def filled():
    jar = cookies.CookieJar()
    jar["a"] = "b"
    return jar


NETRC = cookies.Netrc.parse("default login a")
MOMENT = {"value": "Sun, 06 Nov 1994 08:49:37 GMT", "now": datetime(1994, 11, 7, tzinfo=UTC)}
STREAM, BACKEND = pool.ScriptedStream(), pool.ScriptedBackend()
REQUEST = pool.Request("GET", "http://a.test/")

CALLS = {
    **text_of(urls, "url", "URL", "Origin"),
    **text_of(masking, "name", "is_secret"),
    **text_of(masking, "text", "masked_form", "masked_json"),
    **text_of(masking, "text", "masked_parameters", "masked_reference"),
    "masked_value": (masking.masked_value, {"name": "a", "value": "b"}),
    "expand_template": (lambda template: urls.expand_template(template), {"template": "a"}),
    "QueryParams": (urls.QueryParams, {"value": "a=b"}),
    "Headers": (headers.Headers, {"value": {"a": "b"}, "sensitive": ("a",)}),
    "Headers.add": (on(headers.Headers, "add"), {"name": "a", "value": "b"}),
    "Headers.set": (on(headers.Headers, "set"), {"name": "a", "value": "b"}),
    "Headers.get": (on(headers.Headers, "get"), {"name": "a"}),
    "Headers.get_list": (on(headers.Headers, "get_list"), {"name": "a"}),
    "Headers.remove": (on(headers.Headers, "remove"), {"name": "a"}),
    "Headers.isdisjoint": (on(headers.Headers, "isdisjoint"), {"names": frozenset()}),
    "Headers.with_defaults": (
        on(headers.Headers, "with_defaults"),
        {"defaults": headers.Headers()},
    ),
    "Headers.from_raw": (headers.Headers.from_raw, {"pairs": [], "like": headers.Headers()}),
    **text_of(headers, "value", "is_token", "split_list", "decode_extended", "encode_extended"),
    **text_of(headers, "value", "parse_alt_svc", "parse_challenges", "parse_content_disposition"),
    **text_of(headers, "value", "parse_content_range", "parse_links", "parse_media_type"),
    **text_of(headers, "value", "parse_parameters", "parse_quality_list"),
    **text_of(headers, "name", "safe_filename"),
    "parse_http_date": (headers.parse_http_date, MOMENT),
    "parse_retry_after": (headers.parse_retry_after, MOMENT),
    **text_of(cookies, "value", "parse_set_cookie", "parse_cookie_date"),
    **text_of(cookies, "domain", "is_public_suffix"),
    **text_of(cookies, "path", "default_path"),
    "domain_match": (cookies.domain_match, {"host": "a", "domain": "b"}),
    "path_match": (cookies.path_match, {"path": "/a", "cookie_path": "/b"}),
    "CookieJar": (
        cookies.CookieJar,
        {"clock": float, "is_public_suffix": bool, "max_per_domain": 1, "max_total": 1},
    ),
    "CookieJar.extract": (
        on(filled, "extract"),
        {"set_cookie_values": ["a=b"], "scheme": "http", "host": "a.test", "path": "/"},
    ),
    "CookieJar.header": (
        on(filled, "header"),
        {"scheme": "http", "host": "a.test", "path": "/"},
    ),
    "CookieJar.set": (
        on(filled, "set"),
        {"name": "a", "value": "b", "domain": "a.test", "path": "/"},
    ),
    "CookieJar.add": (on(filled, "add"), {"cookies": []}),
    "CookieJar.update": (on(filled, "update"), {"cookies": {}}),
    "CookieJar.clear": (on(filled, "clear"), {"domain": "a.test"}),
    "CookieJar.delete": (
        lambda domain: filled().delete("a", domain),
        {"domain": "a.test"},
    ),
    "PublicSuffixes.parse": (cookies.PublicSuffixes.parse, {"text": "test"}),
    "PublicSuffixes.load": (cookies.PublicSuffixes.load, {"path": None}),
    "Netrc.parse": (cookies.Netrc.parse, {"text": ""}),
    "Netrc.load": (cookies.Netrc.load, {"path": "/nowhere"}),
    "Netrc.get": (NETRC.get, {"host": "a"}),
    "BasicAuth": (cookies.BasicAuth, {"username": "a", "password": "b"}),
    "BearerAuth": (cookies.BearerAuth, {"token": "a"}),
    "DigestAuth": (
        cookies.DigestAuth,
        {"username": "a", "password": "b", "algorithms": ("MD5",)},
    ),
    "AddressPolicy.public_only": (
        pool.AddressPolicy.public_only,
        {"allow": (), "deny": (), "trust_proxies": False},
    ),
    "BytesBody": (pool.BytesBody, {"data": b""}),
    "make_body": (pool.make_body, {"content": b""}),
    "Request": (pool.Request, {"method": "GET", "url": "http://a.test/", "headers": {}}),
    "Response": (
        lambda reason_phrase: pool.Response(200, request=REQUEST, reason_phrase=reason_phrase),
        {"reason_phrase": "OK"},
    ),
    "Proxy.of": (lambda proxy: pool.Proxy.of(proxy), {"proxy": "http://a.test:80"}),
    "TLSConfig": (pool.TLSConfig, {"pins": (), "crls": (), "keylog": None}),
    "Timeout.of": (lambda timeout: pool.Timeout.of(timeout), {"timeout": 5}),
    "ScriptedBackend": (
        lambda script: pool.run_sync(pool.ScriptedBackend(script).connect_tcp([("a", 1)], 1)),
        {"script": [b""]},
    ),
    "ScriptedStream": (pool.ScriptedStream, {"script": [b""]}),
    "run_sync": (
        lambda coroutine: pool.run_sync(coroutine),
        {"coroutine": BACKEND.resolve("a", 1)},
    ),
    "Mutex": (pool.Mutex, {"backend": BACKEND}),
    "HTTPConnection": (
        pool.HTTPConnection,
        {"origin": "http://a.test", "backend": BACKEND, "proxy": None, "network": None}
        | {"timeout": None, "limits": None, "http2_settings": None, "ssl": None},
    ),
    "HTTP11Connection": (
        pool.HTTP11Connection,
        {"stream": STREAM, "backend": BACKEND, "timeout": None, "limits": None},
    ),
    "HTTP2Connection": (
        pool.HTTP2Connection,
        {"stream": STREAM, "backend": BACKEND, "timeout": None, "limits": None, "settings": None},
    ),
    "SyncConnectionPool": (
        pool.SyncConnectionPool,
        {"backend": BACKEND, "limits": None, "timeout": 5, "proxy": None, "network": None}
        | {"http1": True, "http2": True, "message_limits": None, "http2_settings": None},
    ),
    "SyncConnectionPool.warm": (
        on(pool.SyncConnectionPool, "warm"),
        {"origin": "http://a.test"},
    ),
    "SyncConnectionPool.send": (on(pool.SyncConnectionPool, "send"), {"request": REQUEST}),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_type_is_refused_and_named(name):
    call, right = CALLS[name]
    for argument in right:
        with pytest.raises(TypeError) as caught:
            call(**{**right, argument: Wrong()})
        said = str(caught.value)
        assert "Wrong" in said, f"{argument}: {said}"
