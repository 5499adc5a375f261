"""A level that answers by itself, where a network would be."""

import pytest

from httpcore_client import Response
from httpcore_client.adapters import AddedAdapter


class Answers(AddedAdapter):
    """Answers each request with what it is made with; a function is given the request."""

    def __init__(self, *answer):
        self._answer = answer

    async def send(self, request):
        return Response(*self._answer, request=request)


@pytest.fixture
def answers():
    return Answers
