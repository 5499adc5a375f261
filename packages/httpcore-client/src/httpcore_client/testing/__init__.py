"""What tests of programs that use httpcore need: answers without a network, and faults in it.

All stand in a pool's place, in one client, ``Client(adapters=[MockAdapter()])``, in any of the three worlds.
`MockAdapter`, `FaultAdapter`, `Recorder` and `Replayer` can stand in the place of every pool, too:
``with mock.installed(): ...``. The fixtures of the plugin for pytest do that; see `docs/guides/testing.md`.
"""

from __future__ import annotations

from ._answers import Answer
from ._asgi import ASGIAdapter
from ._calls import Call, UnmatchedRequest
from ._clock import ManualClock
from ._faults import FaultAdapter
from ._mock import MockAdapter
from ._recorder import Recorder
from ._recording import RecordingError
from ._replayer import Replayer, cassette
from ._routes import Route
from ._wsgi import WSGIAdapter

__all__ = [
    "ASGIAdapter",
    "Answer",
    "Call",
    "FaultAdapter",
    "ManualClock",
    "MockAdapter",
    "Recorder",
    "RecordingError",
    "Replayer",
    "Route",
    "UnmatchedRequest",
    "WSGIAdapter",
    "cassette",
]
