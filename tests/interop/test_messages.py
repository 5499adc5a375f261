"""What requests and responses say, as real servers read and write them."""

import pytest


def test_a_small_response_comes_over_http2(run, base):
    async def scenario(client):
        response = await client.get(base + "/")
        assert response.status_code == 200
        assert response.protocol == "HTTP/2"
        assert response.content == b"hello, world"
        assert response.headers["Content-Length"] == "12"

    run(scenario)


def test_a_head_response_has_the_fields_but_no_body(run, base):
    async def scenario(client):
        response = await client.head(base + "/bytes/1000")
        assert response.status_code == 200
        assert response.content == b""
        assert response.headers["Content-Length"] == "1000"
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_a_status_leaves_the_connection_usable(run, base, status):
    async def scenario(client):
        response = await client.get(f"{base}/status/{status}")
        assert response.status_code == status
        assert response.content == (b"" if status < 400 else b"as you wish")
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("trailers")
def test_trailers_are_there_behind_the_body(run, base):
    async def scenario(client):
        response = await client.get(base + "/trailers", headers={"TE": "trailers"})
        assert response.content == b"with trailers"
        assert response.trailers["X-Trailer"] == "behind"
        assert "X-Trailer" not in response.headers
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_field_names_are_sent_in_lower_case(run, base):
    async def scenario(client):
        answer = (await client.get(base + "/echo", headers={"X-UPPER-Case": "Value"})).json()
        assert ["x-upper-case", "Value"] in answer["headers"]

    run(scenario)


# More than the 16 KiB of one frame, so that CONTINUATION follows.
@pytest.mark.server("app")
@pytest.mark.parametrize(("count", "octets"), [(80, 100), (1, 8000), (3, 8000)])
def test_many_and_large_fields_are_sent(run, base, count, octets):
    async def scenario(client):
        sent = {f"X-Field-{n}": f"{n}" * octets for n in range(count)}
        answer = (await client.get(base + "/echo", headers=sent)).json()
        came = dict(answer["headers"])
        assert [came[name.lower()] for name in sent] == list(sent.values())
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
@pytest.mark.parametrize(("count", "octets"), [(80, 100), (1, 8000), (3, 8000)])
def test_many_and_large_fields_are_received(run, base, count, octets):
    async def scenario(client):
        response = await client.get(f"{base}/fields/{count}/{octets}")
        assert response.content == b"fields"
        for n in range(count):
            assert response.headers[f"X-Field-{n}"] == "v" * octets
        assert (await client.get(base + "/")).content == b"hello, world"
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_cookies_go_there_and_back(run, base):
    async def scenario(client):
        response = await client.get(base + "/set-cookie?session=abc&theme=dark")
        assert dict(response.cookies) == {"session": "abc", "theme": "dark"}
        answer = (await client.get(base + "/echo", cookies={"once": "1"})).json()
        # RFC 9113 8.2.3 lets each hop split the field.
        crumbs = [value for name, value in answer["headers"] if name == "cookie"]
        assert "; ".join(crumbs) == "once=1; session=abc; theme=dark"

    run(scenario)
