"""When the limits that come and go will hold, as far as that is known: for plans, which have to know before."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..configuration.limits import LimitConfig
from ..engine.model.limit import LimitSource, LimitSpan
from ..sources.limit import LimitReading
from ..sources.limit_hours import SignalHours, Stretch

GOES_ON: Final = timedelta(hours=2)
"""So long a signal is taken to go on of which nobody knows when it ends: longer than grids are mostly short of power, and
not so long that a night's plan is lost by it. Plans are made anew meanwhile, and when it ends."""


class LimitsAhead:
    """What is known of one site's limits. Those that hold now hold in plans as well, at least for a while."""

    def __init__(self, hass: HomeAssistant, configs: Mapping[str, LimitConfig]) -> None:
        self._configs = configs
        self._signals = {
            limit_id: SignalHours(hass, config.entity_id)
            for limit_id, config in configs.items()
            if config.entity_id is not None
        }
        self._readings: Mapping[str, LimitReading] = {}
        self._on_change: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to ask schedules and calendars; `on_change` is called when something else is known than before."""
        self._on_change = on_change
        for signal in self._signals.values():
            signal.start(on_change)

    @callback
    def stop(self) -> None:
        """Ask no more."""
        for signal in self._signals.values():
            signal.stop()

    @callback
    def note(self, readings: Mapping[str, LimitReading]) -> None:
        """Note how the limits stand now, by limit id."""
        before, self._readings = self._readings, readings
        if _held(before) != _held(readings):
            self._on_change()

    def known(self, at: datetime, until: datetime) -> dict[str, tuple[LimitSpan, ...]]:
        """List when they hold from `at` to `until`, UTC, by circuit id: each with what it allows now, or would."""
        found: dict[str, tuple[LimitSpan, ...]] = {}
        for limit_id, reading in self._readings.items():
            stretches = self._stretches(limit_id, reading, at, until)
            spans = tuple(LimitSpan(start=first, end=last, limit=reading.limit) for first, last in stretches)
            circuit_id = self._configs[limit_id].circuit_id
            found[circuit_id] = (*found.get(circuit_id, ()), *spans)
        return found

    def _stretches(self, limit_id: str, reading: LimitReading, at: datetime, until: datetime) -> tuple[Stretch, ...]:
        hours, signal = self._configs[limit_id].hours, self._signals.get(limit_id)
        if hours is not None:
            return hours.held(at, until, dt_util.get_default_time_zone())
        told = () if signal is None else signal.between(at, until)
        coming = tuple(stretch for stretch in told if stretch[0] > at)
        if not reading.holds:
            # Whatever it was to do now.
            return coming
        now = next((stretch for stretch in told if stretch[0] <= at), (at, self._may_end(limit_id, reading, at, until)))
        return (now, *coming)

    def _may_end(self, limit_id: str, reading: LimitReading, at: datetime, until: datetime) -> datetime:
        """Tell until when a limit is to be reckoned with of which nobody knows how long it holds.

        What its owner set holds until he says otherwise, and what is silent holds for as long as that lasts.
        """
        own = self._configs[limit_id].limit.source is LimitSource.USER
        return until if own or not reading.known else min(until, at + GOES_ON)


def _held(readings: Mapping[str, LimitReading]) -> frozenset[str]:
    return frozenset(limit_id for limit_id, reading in readings.items() if reading.holds)
