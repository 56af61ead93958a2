"""The peaks of a site's month, where power has a price: seen by its meter, by the home's own clock, kept over restarts."""

import math
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..configuration.setup import SiteSetup
from ..const import ROOT_CIRCUIT
from ..engine.accounting.house_power import net_w
from ..engine.accounting.peaks import (
    MOST_KW,
    Sample,
    follow,
    free_kw,
    highest,
    month_of,
    seen_enough,
    start_of,
)
from ..engine.model.peak_month import PeakMonth
from ..engine.model.peak_watch import PeakWatch
from ..engine.model.snapshot import SiteSnapshot
from ..sources.month_peak import MonthPeakSource
from ..tariffs.peaks import PeakTariff
from .peak_store import PeakStore

_AHEAD: Final = 4
"""So many days of the next month are told: plans may reach into it."""
_QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class HighestPeak:
    """`start`, UTC, is when its window began; None where only the meter tells of it, which does not say."""

    kw: float
    start: datetime | None = None


class Peaks:
    """One site's, whose power has a price."""

    def __init__(self, hass: HomeAssistant, setup: SiteSetup, tariff: PeakTariff, store: PeakStore) -> None:
        """Make it; `store` is loaded."""
        self._site = setup.site
        self._supply = setup.site.circuit(ROOT_CIRCUIT)
        self._tariff = tariff
        self._price = tariff.price
        self._store = store
        self._of = f"{tariff.key} {tariff.price.window / timedelta(minutes=1):g}"
        self._seen = store.seen(self._of)
        self._meter = MonthPeakSource(hass, (channel.entity_id for channel in setup.meter.channels))

    @property
    def window(self) -> timedelta:
        """Import is averaged over so long."""
        return self._price.window

    @callback
    def start(self) -> None:
        """Look what the meter tells by itself."""
        self._meter.start()

    async def stop(self) -> None:
        """Write down what was seen."""
        await self._store.async_save()

    @callback
    def note(self, snapshot: SiteSnapshot) -> None:
        """Note what flows in now; a meter that is silent for as long as makes it unknown elsewhere tells nothing."""
        sample = Sample(at=snapshot.at, kw=self._net_kw(snapshot))
        days = _month(snapshot.at).days
        self._seen = follow(self._seen, sample, window=self.window, days=days, factor=self.factor_at)
        self._store.keep(self._of, self._seen)

    @property
    def always_counts(self) -> bool:
        """Whether each window counts in full, whenever it is."""
        return self._tariff.hours is None

    def factor_at(self, at: datetime) -> float:
        """Tell how much a window counts that begins at `at`, UTC."""
        return self._tariff.factor_at(at, dt_util.get_default_time_zone())

    def month(self, at: datetime) -> PeakMonth:
        """Tell of the month that runs at `at`, UTC."""
        bounds = _month(at)
        month = month_of(self._seen, at, window=self.window, days=bounds.days, ends=bounds.ends)
        told_kw = self._told_kw(bounds.days[0], at)
        # Only the highest counts where the meter tells it, so it does no harm that it may stand here twice.
        return month if told_kw is None else replace(month, past_kw=(*month.past_kw, told_kw))

    def watch(self, at: datetime, wanted_kw: Callable[[datetime], float | None]) -> PeakWatch | None:
        """Tell how high the window that runs at `at`, UTC, may become; None where that is not guarded, or not known.

        `wanted_kw` tells how high plans want a window to become that begins at a time, UTC; None where they want nothing of it.
        """
        start = start_of(at, self.window)
        factor, planned_kw = self.factor_at(start), wanted_kw(start)
        if not self._tariff.guarded or factor <= 0 or planned_kw is None:
            return None
        month = self.month(at)
        free = free_kw(month, self._price)
        if not math.isfinite(free) or not seen_enough(self._seen, at, window=self.window):
            return None
        return PeakWatch(
            starts=start,
            ends=start + self.window,
            used_kwh=month.window_kwh,
            target_kw=max(free, planned_kw) / factor,
        )

    def highest(self, at: datetime) -> HighestPeak | None:
        """Tell the highest peak of the month that runs at `at`, UTC; None before there is one."""
        first = _month(at).days[0]
        own, told_kw = highest(self._seen, first), self._told_kw(first, at)
        if own is not None and (told_kw is None or told_kw <= own.kw):
            return HighestPeak(kw=own.kw, start=own.start)
        return None if told_kw is None else HighestPeak(kw=told_kw)

    @property
    def window_kw(self) -> float | None:
        """The mean import of the window that runs, as far as it was seen; None where nothing was."""
        return None if self._seen.window is None else self._seen.window.mean_kw

    def _net_kw(self, snapshot: SiteSnapshot) -> float | None:
        reading, stale_after_s = snapshot.meters.get(ROOT_CIRCUIT), self._supply.stale_after_s
        held_s = self._site.policy.stale_after_s if stale_after_s is None else stale_after_s
        if reading is None or snapshot.at - reading.at > timedelta(seconds=held_s):
            return None
        power_w = net_w(reading, self._supply, self._site.voltage_v)
        return None if power_w is None else power_w / 1000

    def _told_kw(self, first: datetime, at: datetime) -> float | None:
        """Tell the peak that the meter tells, where the tariff counts as the meter does: one quarter of an hour."""
        # In a month's first window there is no peak of it yet: what a meter still tells then is the last month's.
        settled = first + self.window
        if self._price.days > 1 or self.window != _QUARTER or not self.always_counts or at < settled:
            return None
        told_kw = self._meter.kw(settled)
        return told_kw if told_kw is not None and told_kw <= MOST_KW else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    days: Sequence[datetime]
    ends: datetime


def _month(at: datetime) -> _Month:
    """Tell when the days of a month begin by the home's clock, UTC, and some of the next one's."""
    first = dt_util.as_local(at).date().replace(day=1)
    _, length = monthrange(first.year, first.month)
    starts = [
        dt_util.as_utc(dt_util.start_of_local_day(first + timedelta(days=number))) for number in range(length + _AHEAD)
    ]
    return _Month(days=starts, ends=starts[length])
