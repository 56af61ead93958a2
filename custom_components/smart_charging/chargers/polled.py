"""The driver of a charger that has to be asked, whatever its protocol (`device.py`).

It asks quickly while a car charges and slowly otherwise, backs off while nothing answers, and watches for limits that
somebody else has set. A charger's watchdog is kept content only while somebody steers: when decisions cease, so do the
signs of life, and the charger goes to its failsafe current.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, Evse, EvseStatus, Means, WatchdogKind
from ..engine.model.operation import Connection
from ..engine.model.shortcoming import Shortcoming
from .device import Device, Reading
from .driver import ChargerDriver
from .errors import ChargerError, ChargerLacksError, ChargerSilentError, ChargerUnfitError
from .offers import Offers
from .seen import Seen

_LOGGER: Final = logging.getLogger(__name__)

PREPARE_EVERY: Final = timedelta(minutes=10)
"""A charger may have restarted unseen, and forgotten its failsafe current."""
STEERED: Final = timedelta(seconds=60)
"""So long after the last command somebody is taken to steer: several renewals, and what a busy machine is late."""
KEPT: Final = 50
"""So many commands are kept for a report of a fault."""
LOST_AFTER: Final = 2
"""So many answers in a row may be missing until a charger counts as gone."""

RENEW_AFTER_S: Final = 20.0
"""How often a setpoint is told again to a charger that signs of life alone keep content: so we know that somebody decides."""

# A sign of life is given this often within a watchdog's time: some may be lost.
_SIGN_SHARE: Final = 0.25
# What keeps these content is no decision.
_CONTENT: Final = frozenset({WatchdogKind.TRAFFIC, WatchdogKind.HEARTBEAT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a charger is asked, in seconds; a pause after a failure is doubled each time up to the longest."""

    quick_s: float = 2.0
    slow_s: float = 10.0
    first_pause_s: float = 2.0
    longest_pause_s: float = 60.0

    def pause_s(self, failures: int) -> float:
        """How long to wait after so many failures in a row (at least one)."""
        return min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(failures - 1, 16))


class PolledDriver(ChargerDriver):
    """Steers a device. `now` gives aware times in UTC."""

    def __init__(self, device: Device, evse: Evse, now: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._device = device
        self._evse = evse
        self._now = now
        self._pace = pace or Pace()
        self._on_status: Callable[[], None] = lambda: None
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._hurry = asyncio.Event()
        self._read_at: datetime | None = None
        self._seen = Seen(evse, now)
        self._failures = 0
        self._offers = Offers(now)
        self._commanded_at: datetime | None = None
        self._writes = 0
        self._prepared_at: datetime | None = None
        self._keeps_failsafe = True
        self._unfit: Shortcoming | None = None
        self._told: deque[Mapping[str, Any]] = deque(maxlen=KEPT)
        self._missing = ""

    @property
    @override
    def capabilities(self) -> Capabilities:
        evse, can = self._evse, self._device.capabilities
        watchdog = can.watchdog
        if watchdog.kind in _CONTENT and watchdog.renew_after_s is None:
            watchdog = replace(watchdog, renew_after_s=RENEW_AFTER_S)
        return replace(
            can, phases=len(evse.phases), minimum_a=evse.minimum_a, maximum_a=evse.maximum_a, watchdog=watchdog
        )

    @property
    @override
    def status(self) -> EvseStatus:
        return self._seen.status(offer=self._offers.offer, offered_a=self._offered_a, measured_at=self._read_at)

    @property
    @override
    def details(self) -> Mapping[str, Any]:
        """What it said last, why it did not, and the last commands with what became of them."""
        return {"said": asdict(self._seen.reading), "missing": self._missing, "told": list(self._told)}

    @property
    @override
    def connection(self) -> Connection:
        return Connection(last_message_at=self._read_at)

    @property
    @override
    def shortcomings(self) -> frozenset[Shortcoming]:
        found = set()
        if self._unfit is not None:
            found.add(self._unfit)
        if not self._keeps_failsafe:
            found.add(Shortcoming.FAILSAFE_REFUSED)
        watchdog = self._device.capabilities.watchdog
        if watchdog.kind is WatchdogKind.NONE:
            found.add(Shortcoming.NO_WATCHDOG)
        elif not watchdog.takes_failsafe:
            found.add(Shortcoming.FAILSAFE_ELSEWHERE)
        if self._offers.fought_over:
            found.add(Shortcoming.LIMIT_FOUGHT_OVER)
        return frozenset(found)

    @override
    async def start(self, on_status: Callable[[], None]) -> None:
        self._on_status = on_status
        self._seen.reachable_since = self._now()
        loop = asyncio.get_running_loop()
        self._tasks = (loop.create_task(self._ask_on()), loop.create_task(self._live_on()))

    @override
    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._on_status = lambda: None
        if tasks:
            await self._step_down()
            await self._device.close()

    @override
    async def apply(self, current_a: float, phases: int | None = None) -> None:
        self._commanded_at = self._now()
        number = None if phases == len(self._evse.phases) else phases
        answer = "no answer"
        self._writes += 1
        try:
            await self._device.write(current_a, number)
            answer = "acknowledged"
        except (ChargerSilentError, asyncio.CancelledError) as error:
            # It may have acted without an answer.
            self._offers.may_be(current_a, number)
            answer = str(error) or answer
            raise
        except ChargerError as error:
            answer = str(error)
            raise
        finally:
            self._writes += 1
            self._told.append({"at": self._now(), "current_a": current_a, "phases": number, "answer": answer})
            self._hurry.set()
        self._offers.acknowledge(current_a, number)
        self._on_status()

    @override
    async def interrupt(self, means: Means) -> None:
        raise ChargerLacksError(f"it cannot be told to {means}")

    @override
    async def release(self) -> None:
        """Nothing is ever interrupted."""

    @property
    def _offered_a(self) -> float | None:
        """What it offers: once its watchdog has run out, its failsafe current."""
        offer, timeout_s = self._offers.offer, self._device.capabilities.watchdog.certain_after_s
        if offer is None:
            return None
        if self._seen.reachable or timeout_s is None or not self._keeps_failsafe:
            return offer.current_a
        heard_at = max(filter(None, (self._offers.acknowledged_at, self._read_at, offer.at)))
        ran_out = self._now() - heard_at >= timedelta(seconds=timeout_s)
        return self._evse.failsafe_a if ran_out else offer.current_a

    @property
    def _steered(self) -> bool:
        """Whether somebody decides: without, the charger is to notice."""
        if self._device.capabilities.watchdog.kind not in _CONTENT:
            return True
        return self._commanded_at is None or self._now() - self._commanded_at <= STEERED

    async def _ask_on(self) -> None:
        while True:
            pause_s = await self._ask() if self._steered else self._pace.slow_s
            self._hurry.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._hurry.wait()
                    # What was just written is read back with the next turn, and not in a rush of turns.
                    await asyncio.sleep(min(pause_s, self._pace.quick_s) / 2)

    async def _live_on(self) -> None:
        """Give signs of life, where they are wanted.

        None before the first command: a charger that has fallen back would go on with what it was told last.
        """
        while True:
            watchdog = self._device.capabilities.watchdog
            await asyncio.sleep((watchdog.timeout_s or self._pace.slow_s) * _SIGN_SHARE)
            commanded = self._commanded_at is not None and self._seen.reachable and self._steered
            if watchdog.kind is WatchdogKind.HEARTBEAT and commanded:
                try:
                    await self._device.keep_alive()
                except ChargerError as error:
                    _LOGGER.debug("No sign of life to %s: %s", self._evse.evse_id, error)

    async def _ask(self) -> float:
        """Ask once; returns how long to wait until the next time, s."""
        writes = self._writes
        try:
            if self._is_to_be_prepared():
                self._keeps_failsafe = await self._device.prepare(self._evse.failsafe_a)
                self._prepared_at = self._now()
            reading = await self._device.read()
        except ChargerError as error:
            self._unfit = Shortcoming(error.unfit) if isinstance(error, ChargerUnfitError) else None
            return self._missed(error)
        except Exception as error:
            # A driver's fault is its own charger's: it goes on asking.
            _LOGGER.debug("Charger %s", self._evse.evse_id, exc_info=True)
            return self._missed(ChargerError(f"{type(error).__name__}: {error}"))
        self._failures, self._unfit, self._missing = 0, None, ""
        self._take(reading, undisturbed=writes == self._writes)
        flows = reading.state is not None and reading.state.power_flows
        return self._pace.quick_s if flows else self._pace.slow_s

    def _is_to_be_prepared(self) -> bool:
        prepared_at = self._prepared_at
        return prepared_at is None or not timedelta() <= self._now() - prepared_at < PREPARE_EVERY

    def _missed(self, error: ChargerError) -> float:
        self._failures += 1
        self._missing = str(error)
        if self._failures == LOST_AFTER or (self._failures < LOST_AFTER and self._read_at is None):
            _LOGGER.info("Charger %s does not answer: %s", self._evse.evse_id, error)
        if self._failures >= LOST_AFTER and self._seen.note(reachable=False):
            self._prepared_at = None
            self._on_status()
        return self._pace.pause_s(self._failures)

    def _take(self, reading: Reading, *, undisturbed: bool) -> None:
        """Take in an answer; `undisturbed`: nothing was written while it was asked."""
        before, new = self._seen.reading, self._seen.note(reachable=True)
        self._seen.take(reading)
        self._read_at = self._now()
        offer = self._offers.offer
        if undisturbed and reading.limit_a is not None:
            # One that is wired on a single phase has all of its phases there.
            phases = None if reading.phases == len(self._evse.phases) else reading.phases
            self._offers.compare(reading.limit_a, phases, self._device.capabilities.step_a)
        if new or reading != before or self._offers.offer != offer:
            self._on_status()

    async def _step_down(self) -> None:
        """Nobody is going to steer: one that would not notice is brought to its failsafe current, if it has more."""
        offer, offered_a, failsafe_a = self._offers.offer, self._offered_a, self._evse.failsafe_a
        left_alone = (
            self._device.capabilities.watchdog.certain_after_s is not None or self._offers.acknowledged_at is None
        )
        if left_alone or offer is None or offered_a is None or offered_a <= failsafe_a:
            return
        try:
            # On the phases that it has: more of them would be a rise.
            await self._device.write(failsafe_a, offer.phases)
        except ChargerError as error:
            _LOGGER.warning("Charger %s keeps %s A: %s", self._evse.evse_id, offered_a, error)
