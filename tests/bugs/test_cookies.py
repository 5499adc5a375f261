"""Cookies (RFC 6265bis): in the jar, and as they go out by way of a proxy that is every host."""

import pytest

from httpcore_client import CookieJar
from testkit.peer import response


@pytest.fixture
def sent(visit):
    """Get URLs one after the other, of which some set cookies; return the Cookie field of each."""

    def sent(*asked):
        """Each is a URL, or a pair of it and what the answer sets, one text or a list."""
        pairs = [each if isinstance(each, tuple) else (each, []) for each in asked]
        answers = [setting(cookies) for _, cookies in pairs]

        async def scenario(client):
            for url, _ in pairs:
                await client.get(url)

        return [one.cookie for one in visit(scenario, *answers)]

    return sent


def setting(cookies):
    cookies = [cookies] if isinstance(cookies, str) else cookies
    return response(b"", "200 OK", *[b"Set-Cookie: " + cookie.encode() for cookie in cookies])


class JarAt:
    """A jar with a clock, and what it makes of responses and requests by their URLs' parts."""

    def __init__(self, now=1_000_000.0, **options):
        self.now = now
        self.jar = CookieJar(clock=lambda: self.now, **options)

    def set(self, host, *values, scheme="https", path="/"):
        return self.jar.extract(values, scheme=scheme, host=host, path=path)

    def header(self, host, *, scheme="https", path="/"):
        return self.jar.header(scheme=scheme, host=host, path=path)


def test_b014_a_cookie_without_domain_is_for_its_host_alone(sent):
    """rq#2576; 5.7 step 6: neither for those below it, nor above, nor beside."""
    found = sent(
        ("http://www.example.com/", ["host=1", "wide=2; Domain=example.com"]),
        *("http://www.example.com/", "http://a.www.example.com/", "http://example.com/"),
        *("http://other.example.com/", "http://wwwexample.com/"),
    )
    assert [None, "host=1; wide=2", "wide=2", "wide=2", "wide=2", None] == found


def test_b014_an_empty_or_useless_domain_does_not_widen(sent):
    for domain in ("Domain=", "Domain", "Domain=.", "Domain=example.com; Domain="):
        url = "http://example.com/"
        found = sent((url, f"a=1; {domain}"), url, "http://sub.example.com/")
        assert (None, None) == (found[0], found[2]), domain


@pytest.mark.parametrize("name", ["cookies.json", "cookies.txt"])
def test_b015_what_is_for_one_host_stays_so_when_it_was_saved_and_loaded(tmp_path, name):
    """ah#12824, #13674: a mark of the cookie, not of what a program remembers beside it."""
    at = JarAt()
    at.set("example.com", "host=1; Max-Age=100", "wide=2; Domain=example.com; Max-Age=100")
    at.jar.save(tmp_path / name)
    again = JarAt()
    again.jar.load(tmp_path / name)
    again.jar.save(tmp_path / name)
    twice = JarAt()
    twice.jar.load(tmp_path / name)
    for each in (again, twice):
        assert "host=1; wide=2" == each.header("example.com")
        assert "wide=2" == each.header("sub.example.com")


def test_b015_the_mark_is_that_of_the_cookie_that_is_there_now():
    at = JarAt()
    at.set("example.com", "a=wide; Domain=example.com; Max-Age=10")
    at.now += 11
    at.set("example.com", "a=host")
    assert ("a=host", None) == (at.header("example.com"), at.header("sub.example.com"))
    at.set("example.com", "a=gone; Max-Age=0")
    at.set("example.com", "a=wide; Domain=example.com")
    assert "a=wide" == at.header("sub.example.com")


def test_b017_one_name_with_another_domain_or_path_is_another_cookie(sent):
    """ah#4486; 5.7 step 23: even in one response."""
    cookies = [
        "a=host",
        "a=wide; Domain=example.com",
        "a=deep; Path=/deep",
        "a=both; Domain=example.com; Path=/deep",
    ]
    found = sent(
        ("http://www.example.com/", cookies),
        *("http://www.example.com/", "http://www.example.com/deep/er", "http://example.com/deep"),
        ("http://www.example.com/", ["a=new", "a=newer"]),
        "http://www.example.com/deep",
    )
    assert [None, "a=host; a=wide", "a=deep; a=both; a=host; a=wide"] == found[:3]
    assert "a=both; a=wide" == found[3]
    assert "a=deep; a=both; a=newer; a=wide" == found[5]


def test_b018_a_secure_cookie_is_never_sent_without_tls(sent):
    """ah#13830; 5.8.3: with a domain or without, and to none that is near."""
    for more in ("", "; Domain=example.com", "; Path=/", "; Secure=no"):
        cookies = [f"a=1; Secure{more}", f"b=2; secure{more}"]
        found = sent(
            ("https://example.com/", cookies),
            *("http://example.com/", "http://sub.example.com/", "https://example.com/"),
        )
        assert [None, None, None, "a=1; b=2"] == found, more


def test_b018_nor_is_one_of_the_caller_s_own_that_is_for_no_host():
    jar = CookieJar()
    jar.set("a", "1", secure=True)
    assert jar.header(scheme="http", host="example.com", path="/") is None
    assert "a=1" == jar.header(scheme="https", host="example.com", path="/")


def test_b020_a_domain_that_is_the_host_itself_is_taken_even_of_one_label(sent):
    """httpie/cli#602, rq#5977; 5.1.3: identical strings domain-match."""
    for host in ("localhost", "intranet", "127.0.0.1"):
        for domain in (host, host.upper(), "." + host):
            if domain == ".127.0.0.1":
                continue  # read as 127.0.0.1, which is no suffix of names
            url = f"http://{host}/"
            assert "a=1" == sent((url, f"a=1; Domain={domain}"), url)[1], domain
    for domain in ("[::1]", "::1"):
        assert "a=1" == sent(("http://[::1]/", f"a=1; Domain={domain}"), "http://[::1]/")[1]


def test_b020_and_it_is_for_that_host_alone():
    for host in ("localhost", "intranet", "com"):
        at = JarAt()
        at.set(host, f"a=1; Domain={host}")
        assert at.header(f"sub.{host}") is None, host


def test_b021_one_field_is_one_cookie():
    """ah#13930; 5.6: whatever stands behind the first semicolon is an attribute, or nothing."""
    fields = [
        "a=1; b=2; c=3; Path=/",
        "a=1; Partitioned; Priority=High; x",
        "a=1,b=2; c",
        "a=1; a=2; expires=never",
        "a=1\t; =b; ;;; Max-Age",
    ]
    for field in fields:
        at = JarAt()
        (cookie,) = at.set("example.com", field)
        assert ("a", "1,b=2" if "," in field else "1") == (cookie.name, cookie.value), field


def test_b021_how_many_and_how_large_is_bounded():
    """6.1: what does not fit is dropped, the oldest first; nothing raises."""
    at = JarAt()
    large = "x" * 4096
    assert [] == at.set("example.com", f"a={large}", f"{large}=a", "b" * 10_000_000)
    for number in range(400):
        at.set("example.com", f"c{number}={number}")
    kept = at.jar.cookies()
    assert 50 <= len(kept) <= 200
    assert "c399" == kept[-1].name
    for number in range(5000):
        at.set(f"h{number}.example", "a=1")
    assert 3000 >= len(at.jar.cookies())
    assert len(at.header("example.com") or "") < 8192
    (cookie,) = at.set("example.com", f"a=1; Path=/{large}; b={large}")
    assert "/" == cookie.path  # 5.6: an attribute that is too long is no attribute


DAYS_400 = 400 * 24 * 3600.0


def test_b023_an_absurd_max_age_is_clamped_or_no_attribute():
    """ah#13677; 5.6.2: the cookie is kept, and nothing raises or overflows."""
    for text in ("9" * 30, "9" * 1024, "99999999999", str(2**63), str(2**31)):
        (cookie,) = JarAt().set("example.com", f"a=1; Max-Age={text}")
        assert 1_000_000 + DAYS_400 == cookie.expires, text[:20]
    for text in ("abc", "1e9", "+5", "5.0", "", "0x5", "1 000", "٣", "9" * 1025):
        (cookie,) = JarAt().set("example.com", f"a=1; Max-Age={text}")
        assert cookie.expires is None, text
    for text in ("0", "-1", "-" + "9" * 1000, "000"):
        at = JarAt()
        at.set("example.com", "a=1")
        assert [] == at.set("example.com", f"a=2; Max-Age={text}"), text[:20]
        assert at.header("example.com") is None


def test_b023_an_absurd_expires_is_clamped_or_no_attribute():
    """5.6.1: years that no clock knows, and what is no date at all."""
    for year in (9999, 3000, 2600):
        (cookie,) = JarAt().set("example.com", f"a=1; Expires=Fri, 01 Jan {year} 00:00:00 GMT")
        assert 1_000_000 + DAYS_400 == cookie.expires, year
    for text in (
        *("never", "0", "", "Fri, 32 Jan 2030 00:00:00 GMT", "Fri, 01 Jan 1600 00:00:00 GMT"),
        *("Fri, 01 Jan 99999 00:00:00 GMT", "Fri, 31 Feb 2030 00:00:00 GMT", "9" * 5000),
    ):
        (cookie,) = JarAt().set("example.com", f"a=1; Expires={text}")
        assert cookie.expires is None, text[:40]
    assert [] == JarAt().set("example.com", "a=1; Expires=Thu, 01 Jan 1601 00:00:00 GMT")


def test_b023_a_good_attribute_counts_beside_a_bad_one(sent):
    url = "http://example.com/"
    found = sent(
        (url, ["a=1; Max-Age=abc", "b=2; Expires=never; Max-Age=99", "c=3; Max-Age=" + "9" * 99]),
        url,
    )
    assert "a=1; b=2; c=3" == found[1]


def test_x05_a_suffix_of_an_address_is_no_domain(sent):
    """5.1.3: only names have suffixes."""
    found = sent(
        ("http://10.0.0.1/", ["a=1; Domain=0.0.1", "b=2; Domain=.0.0.1", "c=3; Domain=1", "d=4"]),
        *("http://9.0.0.1/", "http://10.0.0.1/"),
    )
    assert [None, None, "d=4"] == found
    at = JarAt()
    assert [] == at.set("[::1]", "a=1; Domain=:1]", "b=2; Domain=1")
    assert [] == at.set("1.10.0.0.1.example", "a=1; Domain=0.0.1.exampl")


SUFFIXES = ["co.uk", "com", "CO.UK", ".co.uk", "com.au", "github.io"]


@pytest.mark.parametrize("domain", SUFFIXES)
def test_x06_a_domain_that_strangers_share_is_refused(sent, domain):
    """5.7 step 5."""
    host = "shop." + domain.lower().strip(".")
    url = f"http://{host}/"
    other = url.replace("shop.", "other.")
    found = sent((url, [f"a=1; Domain={domain}", "b=2"]), other, url)
    assert [None, None, "b=2"] == found


def test_x06_the_suffix_itself_may_keep_a_cookie_of_its_own():
    """5.7 step 5: as one for that host alone."""
    at = JarAt()
    at.set("github.io", "a=1; Domain=github.io")
    assert ("a=1", None) == (at.header("github.io"), at.header("other.github.io"))
