"""The transaction ids that we give, as OCPP 1.6 wants it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

# Ids count the seconds since then: they increase across restarts without a file, and stay within 32 bits until 2088.
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LARGEST_ID: Final = 2**31 - 1


class TransactionIds:
    """Gives out transaction ids: unique, increasing, also across restarts of the csms. One for all stations."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def give(self) -> int:
        """Return an id that was never given before."""
        seconds = int((self._now() - _EPOCH).total_seconds())
        self._last = min(max(self._last + 1, seconds), _LARGEST_ID)
        return self._last

    def follow(self, transaction_id: str) -> None:
        """Take note of an id found in use, so that later ones are larger. Ids that cannot be ours are left alone."""
        if not (transaction_id.isascii() and transaction_id.isdecimal()):
            return
        number = int(transaction_id)
        a_day_ahead = int((self._now() - _EPOCH).total_seconds()) + 86_400
        if self._last < number <= a_day_ahead:
            self._last = number
