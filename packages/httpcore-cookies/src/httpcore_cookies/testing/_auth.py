"""What an auth scheme must do, told by driving its flows as a client would, without a network."""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator
from typing import Any, NoReturn

from .._siblings import Headers
from ..auth import Auth, AuthFlow, AuthRequest, AuthResponse, Exclusive

__all__ = ["AuthRules"]

_MAX_REQUESTS = 10  # a client sends no more of one flow
_TOKEN = b'{"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600}'
_REFUSALS = (
    'Basic realm="here"',
    'Digest realm="here", nonce="n", qop="auth", algorithm=SHA-256',
    'Bearer realm="here", error="invalid_token"',
)


class AuthRules:
    """What an auth scheme must do. Iterating gives the rules in their order; each is called and awaited.

    Args:
        make: returns a new scheme.
        url: what is asked for.
        secrets: what it holds that must not show, such as its password.
        answer: answers the requests of its own, such as one for a token; by default with a token in JSON.
    """

    def __init__(
        self,
        make: Callable[[], Auth],
        *,
        url: str = "https://www.example.org/private",
        secrets: Iterable[str] = (),
        answer: Callable[[AuthRequest], AuthResponse] | None = None,
    ) -> None:
        self._make = make
        self._url = url
        self._secrets = tuple(secrets)
        self._answer = answer or _token

    def __iter__(self) -> Iterator[Callable[[], Coroutine[object, object, None]]]:
        for name in vars(AuthRules):
            if not name.startswith("_"):
                yield getattr(self, name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    async def has_a_flow(self) -> None:
        """`flow` takes the facts of a request and returns a generator; nothing is done before it is asked."""
        auth: object = self._make()
        if not isinstance(auth, Auth):
            _fail(f"{auth!r} must have a method flow(request)")
        flow: object = auth.flow(self._request())
        if not isinstance(flow, Generator):
            _fail(f"flow must return a generator, not {flow!r}: it must yield, and not be async")
        flow.close()

    async def yields_steps_only(self) -> None:
        """Each step is fields, an `AuthRequest`, an `Exclusive` or an awaitable; `_drive` looks at each."""
        for status in (200, 401, 403, 407):
            await self._drive(self._make().flow(self._request()), status)

    async def ends_where_it_is_accepted(self) -> None:
        """An answer that is no refusal ends the flow: nothing is sent again."""
        attempts = await self._drive(self._make().flow(self._request()), 200)
        _demand(attempts <= 1, f"the first attempt was answered by 200, and {attempts} were made")

    async def ends_where_it_is_refused(self) -> None:
        """A server that refuses everything is not asked for ever, not by the same scheme either."""
        auth = self._make()
        for _ in range(2):
            await self._drive(auth.flow(self._request()), 401)

    async def serves_requests_side_by_side(self) -> None:
        """One scheme has many flows at once, each with a place of its own."""
        auth = self._make()
        first, second = auth.flow(self._request()), auth.flow(self._request())
        _demand(first is not second, "each call of flow must return a generator of its own")
        await self._drive(first, 200)
        attempts = await self._drive(second, 200)
        _demand(attempts <= 1, "a second flow must go its own way while another one has ended")

    async def may_be_given_up(self) -> None:
        """A request may end at any step, by a cancellation too; the scheme serves the next."""
        auth = self._make()
        flow = auth.flow(self._request())
        step: object = next(flow, None)
        if isinstance(step, Coroutine):
            step.close()  # nobody waits for it
        try:
            flow.close()
        except RuntimeError as error:
            raise AssertionError(
                f"a flow that is given up must not yield any more: {error}"
            ) from error
        await self._drive(auth.flow(self._request()), 200)

    async def leaves_the_facts_as_they_were(self) -> None:
        """The headers of the request are the caller's: a flow yields fields, and sets none itself."""
        request = self._request()
        before = [*request.headers.items()]
        await self._drive(self._make().flow(request), 401)
        after = [*request.headers.items()]
        _demand(
            before == after, "a flow must not change the headers of its request: it yields fields"
        )

    async def shows_no_secrets(self) -> None:
        """Logs and tracebacks show what `repr` shows."""
        auth = self._make()
        shown = f"{auth!r} {auth}"
        for number, secret in enumerate(self._secrets, 1):
            # The text of this error ends in a log too, so it does not say which.
            _demand(secret not in shown, f"repr must not show secret number {number} of the scheme")

    def _request(self) -> AuthRequest:
        scheme, _, rest = self._url.partition("://")
        authority, slash, path = rest.partition("/")
        return AuthRequest(
            method="GET",
            url=self._url,
            headers=Headers([("Accept", "*/*")]),
            target=slash + path or "/",
            host=authority.partition(":")[0].lower(),
            origin=f"{scheme}://{authority}",
        )

    async def _drive(self, flow: AuthFlow, status: int) -> int:
        """Do the steps of a flow whose attempts are all answered alike; return how many were made."""
        exchange = _Exchange(self._answer, status)
        await exchange.do(flow)
        return exchange.attempts


class _Exchange:
    """One request, with a client and a server that are no more than this."""

    def __init__(self, answer: Callable[[AuthRequest], AuthResponse], status: int) -> None:
        self.attempts = 0
        self._requests = 0
        self._answer = answer
        name = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}.get(status)
        fields = [] if name is None else [(name, value) for value in _REFUSALS]
        self._response = AuthResponse(status, Headers(fields))

    async def do(self, flow: AuthFlow) -> Any:
        came: Any = None
        try:
            while True:
                try:
                    step = flow.send(came)
                except StopIteration as stop:
                    return stop.value
                came = await self._step(step)
        finally:
            flow.close()

    async def _step(self, step: object) -> object:
        match step:
            case tuple():
                self._count()
                self.attempts += 1
                for field in step:  # pyright: ignore[reportUnknownVariableType]
                    _check_field(field)  # pyright: ignore[reportUnknownArgumentType]
                return self._response
            case AuthRequest():
                self._count()
                return self._answer(step)
            case Exclusive():
                return await self.do(step.steps)
            case Awaitable():
                return await step  # pyright: ignore[reportUnknownVariableType] - whatever it gives
            case _:
                raise AssertionError(
                    f"a flow yielded a {type(step).__name__}, which is no step: a step is a tuple of "
                    "(name, value) pairs, an AuthRequest, an Exclusive or an awaitable"
                )

    def _count(self) -> None:
        self._requests += 1
        _demand(
            self._requests <= _MAX_REQUESTS,
            f"a flow must accept an answer: it asked for more than {_MAX_REQUESTS} requests",
        )


def _check_field(field: object) -> None:
    match field:
        case tuple((str(name), str(value))):
            try:
                Headers([(name, value)])
            except ValueError as error:  # its text may have the value, which is a secret
                kind = type(error).__name__
                raise AssertionError(f"field {name!r} can't be sent: {kind}") from None
        case _:
            _fail(f"a field must be a pair of str, name and value, not a {type(field).__name__}")


def _token(request: AuthRequest) -> AuthResponse:
    return AuthResponse(200, Headers(), _TOKEN)


def _demand(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - a condition
    # No statement `assert`, which would be gone under `python -O`.
    if not holds:
        _fail(otherwise)


def _fail(text: str) -> NoReturn:
    raise AssertionError(text)
