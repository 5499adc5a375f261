"""Retries: what fails by chance is sent again, within bounds that keep an outage from growing.

``Client(adapters=[RetryAdapter(RetryPolicy(attempts=4))])``
"""

from __future__ import annotations

from ._adapter import OnRetry, RetryAdapter
from ._budget import RetryBudget
from ._decision import Retry
from ._policy import RetryPolicy

__all__ = ["OnRetry", "Retry", "RetryAdapter", "RetryBudget", "RetryPolicy"]
