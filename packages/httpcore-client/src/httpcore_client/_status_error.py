"""What failures mean to those who stream, and would ask again: events and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._siblings import pool

if TYPE_CHECKING:
    from ._siblings import Response

__all__ = ["LASTING", "raise_for_status"]

# To ask again would lead to the same, or there is no time for it.
LASTING = (pool.TotalTimeout, pool.CertificateError, pool.AddressRefused, pool.LocalProtocolError)


async def raise_for_status(response: Response) -> None:
    """Raise if the status is 4xx or 5xx; of a small body the error then shows the beginning.

    Raises:
        HTTPStatusError: it is. The response is closed then.
        TotalTimeout: the time of the whole request ran out.
    """
    if not response.is_error:
        return
    try:
        await pool.set_aside(response)
        await response.read()
    except pool.TotalTimeout:
        raise
    except pool.HTTPError:
        pass  # it is large, or broken
    finally:
        await response.close()
    response.raise_for_status()
