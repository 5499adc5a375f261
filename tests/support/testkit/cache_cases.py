"""Plays the cases of http-tests/cache-tests: an origin that answers by a case's script, and who grades.

A case is a list of requests. What is said of each tells the origin how to answer it, and the grader what
must come of it. Three seconds pass behind a request with `pause_after`: on a clock that both the origin
and the cache have, so that nobody waits.
"""

from __future__ import annotations

import copy
import json
from email.utils import formatdate
from pathlib import Path

from httpcore_client import HTTPError
from testkit.peer import Peer

DATA = Path(__file__).parents[2] / "conformance" / "data" / "cache-tests" / "cache-tests.json"
START = 1_800_000_000.0
_PAUSE_SECONDS = 3.0
_DATES = frozenset({"date", "expires", "last-modified", "if-modified-since"})
_LOCATIONS = frozenset({"location", "content-location"})
_NO_CONTENT = frozenset({204, 304})
_UNASKED = [999, "304 Not Generated"]


class CaseClock:
    """The time of a case: its adapter's and its origin's."""

    def __init__(self, start=START):
        self.seconds = start

    def now(self):
        return self.seconds

    time = now

    async def sleep(self, seconds):
        self.seconds += seconds


class Failed(AssertionError):
    """A case was not met; `setup` says whether it got no further than its preparations."""

    def __init__(self, message, setup):
        super().__init__(message)
        self.setup = setup


def suites():
    """The suites of the file, with their cases."""
    return json.loads(DATA.read_text("utf-8"))


def dated(field, script, now):
    """Return a field with its date, where it is a number of seconds from now."""
    name, value = field[0].lower(), field[1]
    if name not in _DATES or not isinstance(value, int):
        return value
    if name in script.get("rfc850date", ()):
        weekday, day, month, year, time = formatdate(now + value, usegmt=True).split()[:5]
        full = {"Mon": "Mon", "Tue": "Tues", "Wed": "Wednes", "Thu": "Thurs", "Sat": "Satur"}
        return f"{full.get(weekday[:3], weekday[:3])}day, {day}-{month}-{year[2:]} {time} GMT"
    return formatdate(now + value, usegmt=True)


class Origin(Peer):
    """Answers as the script of a case says, which a request names by its path and Req-Num.

    Attributes:
        clock: tells it the time.
    """

    def __init__(self):
        super().__init__(self._answer_all)
        self._scripts = {}
        self.seen = {}
        self.clock = CaseClock()

    def script(self, name, requests):
        """Play these for the requests to /test/`name`."""
        self._scripts[name] = requests
        self.seen[name] = []

    def _answer_all(self, connection):
        while data := self.read_request(connection):
            answer = self._answer(data)
            if answer is None:
                return
            connection.sendall(answer)

    def _answer(self, data):
        head = data.partition(b"\r\n\r\n")[0].decode("latin-1")
        line, *lines = head.split("\r\n")
        method, target, _ = line.split(" ")
        fields = {}
        for each in lines:
            name, _, value = each.partition(":")
            known = fields.get(name.lower())
            fields[name.lower()] = value.strip() if known is None else f"{known}, {value.strip()}"
        name = target.partition("?")[0].split("/")[2]
        number = int(fields["req-num"])
        requests, seen = self._scripts[name], self.seen[name]
        script = requests[number - 1]
        self.clock.seconds += script.get("response_pause", 0)
        status = self._status(script, requests[number - 2], fields)
        sent, saved = self._fields(script, target, (len(seen) + 1, number))
        seen.append({"number": number, "method": method, "fields": fields, "saved": saved})
        sent.append(("Request-Numbers", " ".join(str(each["number"]) for each in seen)))
        if script.get("disconnect"):
            return None
        body = "" if status[0] in _NO_CONTENT else script.get("response_body") or name
        # One that a script sets may be wrong: then its first octets are the content.
        if status[0] not in _NO_CONTENT and "content-length" not in {
            field.lower() for field, _ in sent
        }:
            sent.append(("Content-Length", str(len(body))))
        before = [
            f"HTTP/1.1 {code[0]} Early\r\n{_lines(code[1] if len(code) > 1 else ())}\r\n"
            for code in script.get("interim_responses", ())
        ]
        body = "" if method == "HEAD" else body
        answer = f"HTTP/1.1 {status[0]} {status[1]}\r\n{_lines(sent)}\r\n{body}"
        return "".join([*before, answer]).encode("latin-1")

    def _status(self, script, previous, fields):
        """Return what a script says, or 304 where the case expects to be asked for that."""
        if not script.get("expected_type", "").endswith("validated"):
            return script.get("response_status", [200, "OK"])
        known = {field[0].lower(): field[1] for field in previous.get("response_headers", ())}
        for condition, validator in (
            ("if-modified-since", "last-modified"),
            ("if-none-match", "etag"),
        ):
            if known.get(validator) and fields.get(condition) == known[validator]:
                return [304, "Not Modified"]
        return _UNASKED

    def _fields(self, script, target, counts):
        """Return the fields to send, and those of them that the client must show."""
        now = self.clock.seconds
        sent = [
            ("Server-Base-Url", target),
            ("Server-Request-Count", str(counts[0])),
            ("Client-Request-Count", str(counts[1])),
            ("Server-Now", str(int(now * 1000))),
        ]
        saved = {}
        for field in script.get("response_headers", ()):
            field[1] = dated(field, script, now)
            if field[0].lower() in _LOCATIONS and script.get("magic_locations"):
                field[1] = f"{target}/{field[1]}" if field[1] else target
            sent.append((field[0], field[1]))
            if len(field) < 3 or field[2] is True:
                values = [value for name, value in sent if name.lower() == field[0].lower()]
                saved[field[0]] = ", ".join(values)
        names = {name.lower() for name, _ in sent}
        if "content-type" not in names:
            sent.append(("Content-Type", "text/plain"))
        if "date" not in names:
            sent.append(("Date", formatdate(now, usegmt=True)))
        return sent, saved


def _lines(fields):
    return "".join(f"{name}: {value}\r\n" for name, value in fields)


async def play(case, client, origin):
    """Send the requests of a case and grade what comes of them.

    Raises:
        Failed: the case is not met.
    """
    requests = copy.deepcopy(case["requests"])
    name = f"case-{case['id']}"
    origin.script(name, requests)
    answers = []
    for index, script in enumerate(requests):
        answers.append(await _send(client, origin, name, index, requests, answers))
        _grade(answers[-1], script, index + 1, name)
        if "pause_after" in script:
            origin.clock.seconds += _PAUSE_SECONDS
    _grade_requests(requests, answers, origin.seen[name])


class _Answer:
    def __init__(self, status, fields, text, interim):
        self.status, self.fields, self.text, self.interim = status, fields, text, interim

    def get(self, name):
        found = self.fields.get(name.lower())
        return None if found is None else ", ".join(found)


async def _send(client, origin, name, index, requests, answers):
    script = requests[index]
    target = f"/test/{name}"
    if "filename" in script:
        target += f"/{script['filename']}"
    if "query_arg" in script:
        target += f"?{script['query_arg']}"
    fields = [("Test-ID", name), ("Req-Num", str(index + 1))]
    for field in script.get("request_headers", ()):
        value = field[1]
        if script.get("magic_ims"):
            value = dated(field, script, int(answers[-1].get("server-now")) / 1000)
        fields.append((field[0], str(value)))
    interim = []
    try:
        response = await client.request(
            script.get("request_method", "GET"),
            f"http://127.0.0.1:{origin.port}{target}",
            content=script.get("request_body"),
            headers=fields,
            allow_redirects=False,
            on_informational=interim.append,
        )
    except HTTPError:  # what a proxy's 502 would say
        return _Answer(502, {}, "", [])
    received = {each.lower(): response.headers.get_list(each) for each in response.headers}
    seen = [(each.status_code, {n.lower(): v for n, v in each.headers.items()}) for each in interim]
    return _Answer(response.status_code, received, response.text, seen)


def _check(script, member, met, message):
    if not met:
        raise Failed(
            message, script.get("setup") is True or member in script.get("setup_tests", ())
        )


def _grade(answer, script, number, name):
    _grade_type(answer, script, number)
    _grade_status(answer, script, number)
    for field in script.get("expected_response_headers", ()):
        _grade_field(answer, script, number, [field] if isinstance(field, str) else field)
    for field in script.get("expected_response_headers_missing", ()):
        wanted = [field, ""] if isinstance(field, str) else field
        found = answer.get(wanted[0])
        message = f"response {number} has {wanted[0]}: {found}"
        member = "expected_response_headers_missing"
        _check(script, member, found is None or (wanted[1] and wanted[1] not in found), message)
    for index, (status, *fields) in enumerate(script.get("expected_interim_responses", ())):
        given = answer.interim[index] if index < len(answer.interim) else (0, {})
        met = given[0] == status and all(given[1].get(n) == v for n, v in (fields or [[]])[0])
        _check(script, "expected_interim_responses", met, f"interim response {index + 1}: {given}")
    _grade_body(answer, script, number, name)


def _grade_type(answer, script, number):
    expected, count = script.get("expected_type"), answer.get("server-request-count")
    if expected == "cached" and not (answer.status == 304 and count is None):
        met = count is not None and int(count) < number
        _check(script, "expected_type", met, f"response {number} does not come from the cache")
    if expected == "not_cached":
        met = count is not None and int(count) == number
        _check(script, "expected_type", met, f"response {number} comes from the cache")


def _grade_status(answer, script, number):
    expected = script.get("expected_status", 0)
    if expected is None:
        return
    if expected:
        member = "expected_status"
    elif "response_status" in script:
        member, expected = "setup", script["response_status"][0]
    elif answer.status == 999:
        _check(script, "expected_type", False, f"request {number} was not conditional")
    else:
        member, expected = "setup", 200
    message = f"response {number} has status {answer.status}, not {expected}"
    if answer.status != expected:
        raise Failed(message, member == "setup" or _is_setup(script, member))


def _is_setup(script, member):
    return script.get("setup") is True or member in script.get("setup_tests", ())


def _grade_field(answer, script, number, field):
    found = answer.get(field[0])
    if len(field) == 1:
        met = found is not None
    elif len(field) == 2:
        value = field[1]
        if field[0].lower() in _LOCATIONS and script.get("magic_locations"):
            base = answer.get("server-base-url")
            value = f"{base}/{value}" if value else base
        met = found == (dated([field[0], value], script, int(answer.get("server-now")) / 1000))
    elif field[1] == "=":
        met = found is not None and found == answer.get(field[2])
    else:
        met = found is not None and int(found) > field[2]
    message = f"response {number} has {field[0]}: {found}, not {field[1:]}"
    _check(script, "expected_response_headers", met, message)


def _grade_body(answer, script, number, name):
    if script.get("check_body") is False or script.get("request_method") == "HEAD":
        return
    if "expected_response_text" in script:
        expected, setup = script["expected_response_text"], "expected_response_text"
        if expected is not None:
            _check(script, setup, answer.text == expected, f"response {number}: {answer.text!r}")
    elif answer.status not in _NO_CONTENT:
        expected = script.get("response_body") or name
        if answer.text != expected:
            raise Failed(f"response {number} has the body {answer.text!r}", True)


def _grade_requests(requests, answers, seen):
    """Grade what came to the origin."""
    arrived = iter(seen)
    for number, (script, answer) in enumerate(zip(requests, answers, strict=True), start=1):
        expected = script.get("expected_type", "")
        if expected == "cached":
            continue
        request = next(arrived, None)
        if request is None:
            wanted = [key for key in script if key.startswith("expected_request")]
            met = not (expected or wanted or "expected_method" in script)
            _check(script, "expected_type", met, f"request {number} was not sent")
            continue
        if expected == "not_cached":
            met = request["number"] == number
            _check(script, "expected_type", met, f"response {number} comes from the cache")
        condition = {"etag_validated": "if-none-match", "lm_validated": "if-modified-since"}
        if expected in condition:
            met = condition[expected] in request["fields"]
            _check(script, "expected_type", met, f"request {number} has no {condition[expected]}")
        _grade_request_fields(request, script, number)
        for name, value in request["saved"].items():
            if name.lower() != "date" and answer.get(name) != value:
                raise Failed(f"response {number} has {name}: {answer.get(name)}, not {value}", True)
        if "expected_method" in script:
            met = request["method"] == script["expected_method"]
            _check(script, "expected_method", met, f"request {number} was a {request['method']}")


def _grade_request_fields(request, script, number):
    for field in script.get("expected_request_headers", ()):
        name = field if isinstance(field, str) else field[0]
        found = request["fields"].get(name.lower())
        met = found is not None if isinstance(field, str) else found == field[1]
        _check(script, "expected_request_headers", met, f"request {number} has {name}: {found}")
    for field in script.get("expected_request_headers_missing", ()):
        name = field if isinstance(field, str) else field[0]
        found = request["fields"].get(name.lower())
        met = found is None if isinstance(field, str) else found != field[1]
        member = "expected_request_headers_missing"
        _check(script, member, met, f"request {number} has {name}: {found}")
