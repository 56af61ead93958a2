"""Starts charging at an OCPP station that waits for a card, where the home wants none: free vending."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ..csms.authorization import OURS
from ..csms.errors import StationError
from ..csms.records import Connector, Status
from ..csms.station import Station

_LOGGER: Final = logging.getLogger(__name__)

PATIENCE: Final = timedelta(seconds=8)
"""How long a station is given to start by itself: those that need no card do so within a few seconds."""

_DELIBERATE: Final = frozenset({"Local", "Remote", "DeAuthorized"})
"""Why transactions end that somebody wanted to end (OCPP 1.6, 7.36)."""

type CallLater = Callable[[float, Callable[[], None]], asyncio.TimerHandle]


def call_later(delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
    """Schedule in the running event loop."""
    return asyncio.get_running_loop().call_later(delay_s, callback)


class FreeStart:
    """Starts a transaction for a car that waits: once each time it is plugged in, and only when there is current for it.

    And only while `may_start`, which is asked anew at every `consider`.
    """

    def __init__(
        self,
        station: Station,
        connector_id: int,
        now: Callable[[], datetime],
        later: CallLater,
        may_start: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_start = may_start
        self._station = station
        self._connector_id = connector_id
        self._now = now
        self._call_later = later
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._done = False
        self._arriving = False
        self._forbidden = False
        self.wanted_a = 0.0
        """What the car would be given, A; `consider` after a change."""

    def status_changed(self, status: Status) -> None:
        """The connector told its state."""
        if status is Status.AVAILABLE:
            self._done, self._arriving = False, True
        self.consider()

    def transaction_started(self) -> None:
        """A transaction began: there is nothing left to do, unless it waits for somebody to identify himself."""
        connector = self._station.connectors.get(self._connector_id)
        if connector is not None and connector.waits_for_authorization:
            self.consider()
            return
        self._arriving = False
        self._cancel_timer()

    def transaction_ended(self, reason: str) -> None:
        """It ended; whoever did that on purpose does not want it started again."""
        self._done = self._done or reason in _DELIBERATE

    def forbid(self) -> None:
        """Start nothing until `permit`: the transaction is ended because the car does not heed its limit."""
        self._forbidden = True
        self._cancel_timer()

    def permit(self) -> None:
        """The car that is plugged in may be started again, whatever ended its transaction."""
        self._forbidden, self._done, self._arriving = False, False, True
        self.consider()

    def ask(self) -> None:
        """Somebody wants the car that is plugged in started, whatever ended its transaction; not while it is forbidden."""
        self._done, self._arriving = False, True
        self.consider()

    def consider(self) -> None:
        """Start now, or when the station has had its time, or not at all."""
        self._cancel_timer()
        connector = self._station.connectors.get(self._connector_id)
        if connector is None or connector.status is None or not self._waits(connector):
            return
        remaining_s = (connector.status.at + PATIENCE - self._now()).total_seconds()
        if remaining_s > 0:
            self._timer = self._call_later(remaining_s, self.consider)
            return
        self._done = True
        self._task = asyncio.get_running_loop().create_task(self._start())

    async def stop(self) -> None:
        """Start nothing any more."""
        self._done = True
        self._cancel_timer()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _waits(self, connector: Connector) -> bool:
        if (
            self._done
            or self._forbidden
            or not self._may_start()
            or self.wanted_a <= 0
            or (connector.transaction is not None and not connector.waits_for_authorization)
            or not self._station.connected
        ):
            return False
        status = connector.status.status if connector.status else None
        # Some report a car that plugs in as Finishing (evcc#15752).
        return status is Status.PREPARING or (status is Status.FINISHING and self._arriving)

    async def _start(self) -> None:
        try:
            await self._station.remote_start(self._connector_id, OURS)
        except StationError as error:
            _LOGGER.debug("Station %s does not start charging: %s", self._station.identity, error)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
