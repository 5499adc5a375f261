"""Connections: dialling one, and speaking HTTP/1.1 or HTTP/2 over it. Each is usable alone."""

from __future__ import annotations

from ._connection import HTTPConnection
from ._http11 import HTTP11Connection
from ._proxy import Proxy, ProxyAuth

__all__ = ["HTTP11Connection", "HTTPConnection", "Proxy", "ProxyAuth"]
