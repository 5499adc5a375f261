"""What a user of requests writes every day, written for this client.

Each function's first line is the original. A `SyncClient` is what a `Session` was: it keeps connections
and cookies, may be shared by threads, and is closed at the end, best by a ``with`` block.
docs/coming-from/requests.md has the names in a table, and what differs on purpose.
"""

import http
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpcore_client
from httpcore_client import (
    AuthRequest,
    BearerAuth,
    ConnectError,
    ConnectTimeout,
    DigestAuth,
    HTTPError,
    HTTPStatusError,
    PoolLimits,
    ReadTimeout,
    Request,
    RequestTimeout,
    SyncClient,
    SyncResponse,
    Timeout,
)
from httpcore_client.retry import RetryAdapter, RetryPolicy


def get_json(url: str) -> Any:
    """`requests.get(url, params={"q": "tea", "page": [1, 2]}).json()`: the same."""
    return httpcore_client.get(url, params={"q": "tea", "page": [1, 2]}).json()


def post_json(client: SyncClient, url: str) -> int:
    """`session.post(url, json={"name": "Ada"}).status_code`: the same."""
    return client.post(url, json={"name": "Ada"}).status_code


def post_form(client: SyncClient, url: str) -> Any:
    """`session.post(url, data={"name": "Ada", "tag": ["one", "two"]})`: the same."""
    return client.post(url, data={"name": "Ada", "tag": ["one", "two"]}).json()


def post_octets(client: SyncClient, url: str) -> Any:
    """`session.put(url, data=b"<a/>", headers={...})`: bytes are `content` (or `data`, too)."""
    return client.put(url, content=b"<a/>", headers={"Content-Type": "application/xml"}).json()


def upload_files(client: SyncClient, url: str, report: Path) -> Any:
    """`session.post(url, data={...}, files={"report": ("r.csv", file, "text/csv")})`: the same.

    The file is read as it is sent, not before.
    """
    with report.open("rb") as file:
        response = client.post(
            url,
            data={"year": 2024},
            files={"report": ("r.csv", file, "text/csv"), "note": (None, "no file")},
        )
    return response.json()


def upload_lines(client: SyncClient, url: str, lines: Iterable[str]) -> Any:
    """`session.post(url, data=(line.encode() for line in lines))`: an iterator is `content`, too."""
    return client.post(url, content=(line.encode() for line in lines)).json()


def session(url: str) -> Any:
    """`s = requests.Session(); s.headers.update(...); s.cookies.set("lang", "en"); s.params = {...}`.

    What a session has as attributes a client is given when it is made; headers and cookies change later.
    """
    with SyncClient(params={"key": "k"}, headers={"X-App": "demo"}) as client:
        client.headers["X-Later"] = "1"
        client.cookies.set("lang", "en")
        return client.get(url).json()


def basic_and_digest(client: SyncClient, basic: str, digest: str) -> list[bool]:
    """`session.get(url, auth=("user", "pass")).ok`, and `auth=HTTPDigestAuth("user", "pass")`."""
    return [
        client.get(basic, auth=("user", "pass")).is_success,
        client.get(digest, auth=DigestAuth("user", "pass")).is_success,
    ]


def bearer(client: SyncClient, url: str) -> Any:
    """`session.headers["Authorization"] = f"Bearer {token}"`: as `auth` it stays with the origin asked."""
    return client.get(url, auth=BearerAuth("token")).json()


def sign(request: AuthRequest) -> None:
    """`class Sign(AuthBase): def __call__(self, r): r.headers[...] = ...; return r`: a function does."""
    request.headers["X-Signature"] = f"{request.method} {request.target}"


def custom_auth(client: SyncClient, url: str) -> Any:
    """`session.get(url, auth=Sign())`."""
    return client.get(url, auth=sign).json()


def timeouts(client: SyncClient, url: str) -> str:
    """`session.get(url, timeout=(3.05, 27))`, `except ConnectTimeout`, `except Timeout`.

    There are limits without saying so: `Timeout()`. None is what requests does without a timeout.
    """
    try:
        client.get(url, timeout=Timeout(connect=3.05, read=0.05))
    except ConnectTimeout:
        return "nobody there"
    except ReadTimeout:
        return "too slow"
    except RequestTimeout:  # the pool's, the one for sending, and `Timeout(total=...)`
        return "too slow in another way"
    return "in time"


def errors(client: SyncClient, url: str) -> str:
    """`r.raise_for_status()`, `except HTTPError as e: e.response`, `except RequestException`.

    `HTTPError` is the root here, as RequestException is there. Bad URLs are ValueErrors, as there.
    """
    try:
        return client.get(url).raise_for_status().text
    except HTTPStatusError as error:
        return f"{error.status_code}: {error.response.text}"
    except ConnectError:
        return "nobody there"
    except HTTPError as error:
        return f"failed: {error}"
    except ValueError as error:
        return f"no URL: {error}"


def download(client: SyncClient, url: str, target: Path) -> int:
    """`with session.get(url, stream=True) as r: for chunk in r.iter_content(8192): f.write(chunk)`."""
    with client.stream("GET", url) as response, target.open("wb") as file:
        response.raise_for_status()
        return sum(file.write(piece) for piece in response.stream())


def lines(client: SyncClient, url: str) -> Iterator[str]:
    """`for line in session.get(url, stream=True).iter_lines(decode_unicode=True)`."""
    with client.stream("GET", url) as response:
        yield from response.stream_lines()


def redirects(client: SyncClient, url: str) -> list[int]:
    """`[each.status_code for each in session.get(url).history]`: the same."""
    return [each.status_code for each in client.get(url).history]


def one_hop(client: SyncClient, url: str) -> tuple[str, int]:
    """`r = session.get(url, allow_redirects=False)`, `r.headers["Location"]`, `session.send(r.next)`."""
    response = client.get(url, allow_redirects=False)
    with response.next() as following:  # whose body is open
        return response.headers["Location"], following.status_code


def proxies(url: str, proxy: str) -> bytes:
    """`session.proxies = {"http": proxy, "https": proxy}`; `session.trust_env = False`.

    One proxy, for all schemes. By scheme, they come from the environment (HTTP_PROXY, HTTPS_PROXY).
    """
    with SyncClient(proxy=proxy, trust_env=False) as client:
        return client.get(url).content


def trust(url: str, bundle: str) -> list[int]:
    """`session.get(url, verify="ca.pem")`, `verify=False`: the argument is called `ssl`.

    A client certificate (`cert=`) is loaded into an `ssl.SSLContext`, which is given as `ssl`.
    """
    with SyncClient(ssl=bundle) as client:
        return [client.get(url).status_code, client.get(url, ssl=False).status_code]


def prepared(client: SyncClient, url: str) -> Any:
    """`p = session.prepare_request(Request("POST", url, data=b"x")); del p.headers[...]; session.send(p)`."""
    request = client.prepare_request(Request("POST", url, b"x"))
    del request.headers["User-Agent"]
    return client.send(request, timeout=10).json()


def hooks(url: str) -> list[int]:
    """`session.hooks["response"].append(note)`: what a hook returns takes nothing's place here."""
    seen: list[int] = []

    def note(response: SyncResponse) -> None:
        seen.append(response.status_code)

    with SyncClient(hooks={"response": note}) as client:
        client.get(url)
    return seen


def saved_cookies(url: str, path: Path) -> str:
    """`pickle.dump(session.cookies, f)`, or a MozillaCookieJar: `save` and `load`."""
    with SyncClient() as client:
        client.get(url)
        client.cookies.save(path)
    with SyncClient() as client:
        client.cookies.load(path)  # cookies.txt, too
        return client.cookies["session"]


def encoding(client: SyncClient, url: str) -> str:
    """`r.encoding = "iso-8859-15"; r.text`: the same. There is no guess: without a label it is UTF-8."""
    response = client.get(url)
    response.encoding = "iso-8859-15"
    return response.text


def pages(client: SyncClient, url: str) -> list[float]:
    """`while "next" in r.links: r = session.get(r.links["next"]["url"])`, with `r.elapsed`."""
    response = client.get(url)
    took = [response.elapsed.total_seconds()]
    while "next" in response.links:
        response = client.get(response.links["next"].target)
        took.append(response.elapsed.total_seconds())
    return took


def status(client: SyncClient, url: str) -> str:
    """`r.status_code == requests.codes.not_found`, `r.ok`, `r.reason`. A response is always true here."""
    response = client.get(url)
    found = response.status_code != http.HTTPStatus.NOT_FOUND
    return f"{found} {response.is_error} {response.reason_phrase}"


def threads(client: SyncClient, urls: list[str]) -> list[int]:
    """A session for each thread: one client serves all threads, over the same connections."""
    with ThreadPoolExecutor(4) as executor:
        return [response.status_code for response in executor.map(client.get, urls)]


def adapters(url: str) -> int:
    """`HTTPAdapter(pool_maxsize=50, max_retries=Retry(2, backoff_factor=0.1, ...))`."""
    limits = PoolLimits(max_connections=50)
    retries = RetryAdapter(RetryPolicy(attempts=3, backoff_initial=0.1))
    with SyncClient(pool_limits=limits, adapters=[retries]) as client:
        return client.get(url).status_code


def stopwatch(client: SyncClient, url: str) -> bool:
    """`start = time.time(); session.get(url)`: where the time went stands in the response."""
    start = time.monotonic()
    connection = client.get(url).connection
    assert connection is not None  # only an adapter of one's own answers without one
    return (connection.timings.total or 0) <= time.monotonic() - start
