"""The least that an adapter can be: it has what the interface asks for, and nothing of a `Layer`."""

from __future__ import annotations

from httpcore_pool import Adapter


class Passing(Adapter):
    """Passes on what comes, and does not say on what it stands."""

    def __init__(self, below):
        self.below = below

    async def send(self, request):
        return await self.below.send(request)

    async def close(self):
        await self.below.close()
