"""One request without a client."""

import pytest

import httpcore_client

VERBS = ["get", "options", "post", "put", "patch", "delete"]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_sends_its_method_and_options(origin, verb):
    send = getattr(httpcore_client, verb)
    answer = send(origin.plain + "/echo", params={"a": 1}, headers={"X-Own": "1"})
    assert verb.upper() == answer.json()["method"]
    assert "/echo?a=1" == answer.json()["target"]
    assert ["x-own", "1"] in answer.json()["headers"]


def test_head_has_no_body(origin):
    answer = httpcore_client.head(origin.plain)
    assert (200, b"") == (answer.status_code, answer.content)


def test_request_takes_any_method(origin):
    answer = httpcore_client.request("REPORT", origin.plain + "/echo", content=b"body")
    assert ("REPORT", "body") == (answer.json()["method"], answer.json()["body"])


def test_the_response_is_read_and_its_connection_closed(origin):
    answer = httpcore_client.get(origin.plain)
    assert answer.is_closed is True
    assert "hello, world" == answer.text


def test_streaming_needs_a_client_that_stays():
    with pytest.raises(TypeError) as caught:
        httpcore_client.get("http://example.org/", stream=True)
    assert ("stream=True needs a client that outlives the call: use SyncClient.stream") == str(
        caught.value
    )


def test_stream_false_says_nothing_new(origin):
    assert 200 == httpcore_client.get(origin.plain, stream=False).status_code


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="did you mean 'timeout'"):
        httpcore_client.post("http://example.org/", time_out=3)
