"""What is done with a station after it connected, and again whenever it boots: when, and by whom it is ended.

Every step of it may fail, and each that does is skipped: a station that answers nothing at all still becomes `Ready`.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Final

from .commands import Commands
from .errors import StationError, StationOffline, StationTimeout
from .memory import StationMemory
from .records import Features

_LOGGER: Final = logging.getLogger(__name__)

MEASURANDS: Final = (
    "Current.Import,Power.Active.Import,Energy.Active.Import.Register",
    "Current.Import,Energy.Active.Import.Register",
)
"""What control needs and no more: there is a station that reboots for ever when asked for everything
(lbbrhzn/ocpp#1275). The second is for stations whose meter has no power."""

SAMPLE_INTERVALS_S: Final = (5, 10, 15, 30, 60)
"""Control reacts within seconds, so measurements have to come as often; some stations take nothing below a minute."""

# A station that claims a thousand connectors is not asked about each.
_MOST_CONNECTORS: Final = 8

# One that reboots when it is set up, and whenever it is asked again, would never charge (lbbrhzn/ocpp#1275).
_MOST_HANG_UPS: Final = 2

_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})


class Preparation(ABC):
    """Prepares one station, once per connection and again whenever it boots. A version says what to ask and to set."""

    def __init__(self, memory: StationMemory, commands: Commands, *, boot_grace_s: float) -> None:
        self._memory = memory
        self._commands = commands
        self._boot_grace_s = boot_grace_s
        self._booted = False
        self._writing: str | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The station connected. Some boot then, some only after power-up, some never: a while is left for it."""
        self._restart(self._boot_grace_s)

    def boot(self) -> None:
        """The station booted: what waits for that goes on, what was done before is done again."""
        self._booted = True
        if self._writing is not None:
            # It says so on the same connection: it did not hang up on what is being set.
            del self._memory.hung_up[self._writing]
        self._restart(0.0)

    async def end(self) -> None:
        """The connection is gone."""
        if self._task is not None:
            self._task.cancel()
            # Not awaited itself: a fault in it is then asyncio's to log, and the connection's end goes on.
            await asyncio.wait([self._task])

    @abstractmethod
    async def _learn(self) -> Features:
        """Ask what the station can, and set it to send what control needs. Raises `StationOffline` alone."""

    def _restart(self, patience_s: float) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._run(patience_s))

    async def _run(self, patience_s: float) -> None:
        await asyncio.sleep(patience_s)
        memory = self._memory
        try:
            # One that only lost its connection is what it was.
            features = await self._learn() if memory.features is None or self._booted else memory.features
            if features.remote_trigger is not False:
                await self._ask_for_news(features)
        except StationOffline:
            return
        memory.ready(features)
        memory.flush()

    async def _write(self, key: str, value: str) -> str:
        """Set a configuration key, and return the station's word, or what went wrong."""
        hung_up = self._memory.hung_up
        if hung_up[key] >= _MOST_HANG_UPS:
            return "it hung up when asked before"
        # Until it has answered: where it hangs up, this task is ended.
        hung_up[key] += 1
        self._writing = key
        try:
            status = await self._commands.write_configuration(key, value)
        except StationOffline:
            raise
        except StationError as error:
            status = str(error)
        finally:
            self._writing = None
        del hung_up[key]
        if status not in _TAKEN:
            _LOGGER.debug("Station %s does not take %s = %s: %s", self._memory.identity, key, value, status)
        return status

    async def _set_measurands(self, key: str, current: tuple[str, ...], most: int | None = None) -> tuple[str, ...]:
        """Have it send what control needs, and never more than `most`; returns what it sends then."""
        if set(MEASURANDS[0].split(",")) <= set(current):
            return current
        # Of those that may send one at a time the current is what control cannot do without.
        wishes = MEASURANDS if not most or most > 1 else ("Current.Import",)
        for wanted in wishes:
            if ",".join(current) == wanted:
                break
            if most and wanted.count(",") >= most:
                continue
            if await self._write(key, wanted) in _TAKEN:
                return tuple(wanted.split(","))
        return current

    async def _set_interval(self, key: str, current_s: int | None) -> int | None:
        """Have it send that as often as it can; returns how often it does then."""
        for wanted_s in SAMPLE_INTERVALS_S:
            # 0 means never (OCPP 1.6, 9.1.19).
            if current_s and current_s <= wanted_s:
                break
            status = await self._write(key, str(wanted_s))
            if status in _TAKEN:
                return wanted_s
            if status != "Rejected":
                break
        return current_s

    async def _ask_for_news(self, features: Features) -> None:
        """Ask for what has not been heard since connecting. Stations that cannot be asked stay as they are."""
        wishes: list[tuple[str, int | None]] = [] if self._memory.info else [("BootNotification", None)]
        connectors = min(features.number_of_connectors or 1, _MOST_CONNECTORS)
        for connector_id in range(1, connectors + 1):
            wishes += [("StatusNotification", connector_id), ("MeterValues", connector_id)]
        for message, number in wishes:
            try:
                await self._commands.trigger(message, number)
            except StationOffline:
                raise
            except StationTimeout:
                return
            except StationError as error:
                # MeterValues are refused by many while idle (evcc#15768).
                _LOGGER.debug("Station %s: %s", self._memory.identity, error)
