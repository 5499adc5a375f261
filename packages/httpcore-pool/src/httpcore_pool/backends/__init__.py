"""The worlds that the pool runs in. Each is a module of its own, imported when it is asked for."""

from __future__ import annotations

from .base import Backend, Event, NetworkStream

__all__ = ["Backend", "Event", "NetworkStream"]
