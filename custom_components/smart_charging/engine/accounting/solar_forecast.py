"""A solar forecast: energies by period, as somebody tells them, put right by what the roof did today."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import multimode
from typing import Final

QUARTER: Final = timedelta(minutes=15)
"""A forecast is spread over quarters of an hour: nobody tells a finer one."""
LEAST_SHARE: Final = 0.3
MOST_SHARE: Final = 1.5
"""A morning tells no more of the afternoon than this: clouds and snow go, and mist is not all that there is."""
_DAMPING: Final = 0.2
"""So much of the day's forecast counts as if it had come just so: the first rays tell little."""
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarForecast:
    """Energies in kWh by the start of a quarter of an hour, UTC. The empty one knows nothing."""

    quarters_kwh: Mapping[datetime, float] = field(default_factory=dict[datetime, float])
    until: datetime | None = None
    """After this nobody knows; before it what is not told is nothing, as nights often are."""

    def kw(self, quarter: datetime) -> float | None:
        """Tell the power that is expected in the quarter of an hour that begins then; None is unknown."""
        if self.until is None or quarter >= self.until:
            return None
        return self.quarters_kwh.get(quarter, 0.0) / (QUARTER / _HOUR)

    def energy_kwh(self, start: datetime, end: datetime) -> float:
        """Add up the quarters that begin in this time."""
        return math.fsum(kwh for quarter, kwh in self.quarters_kwh.items() if start <= quarter < end)


def add_up(forecasts: Iterable[Mapping[datetime, float]]) -> SolarForecast:
    """Add up forecasts of several roofs, each its energies in Wh by the start of their period, UTC.

    A period lasts to the next one, and no longer than most of the same forecast do: after the last one comes the night. What is
    no energy counts as none. The sum goes as far as the longest of them: too little sun is better than one made up.
    """
    quarters: dict[datetime, float] = defaultdict(float)
    until: datetime | None = None
    for forecast in forecasts:
        for start, end, kwh in _periods(forecast):
            _spread(quarters, start, end, kwh)
            until = end if until is None else max(until, end)
    return SolarForecast(quarters_kwh=dict(quarters), until=until)


def share_of_forecast(
    forecast: SolarForecast, measured_kwh: Mapping[datetime, float], day: tuple[datetime, datetime]
) -> float:
    """Tell how much of its forecast a roof gives on a day, by its hours that were measured; 1 where nothing tells.

    `measured_kwh` is by the start of the hour, and `day` where it starts and ends, UTC.
    """
    hours = {
        hour: kwh for hour, kwh in measured_kwh.items() if day[0] <= hour < day[1] and math.isfinite(kwh) and kwh >= 0
    }
    damping_kwh = _DAMPING * forecast.energy_kwh(*day)
    if damping_kwh <= 0:
        return 1.0
    expected_kwh = math.fsum(forecast.energy_kwh(hour, hour + _HOUR) for hour in hours)
    share = (math.fsum(hours.values()) + damping_kwh) / (expected_kwh + damping_kwh)
    return min(MOST_SHARE, max(LEAST_SHARE, share))


def scale(forecast: SolarForecast, share: float, day: tuple[datetime, datetime]) -> SolarForecast:
    """Take this share of what is forecast for a day, which starts and ends at such times, UTC."""
    return replace(
        forecast,
        quarters_kwh={
            quarter: kwh * share if day[0] <= quarter < day[1] else kwh
            for quarter, kwh in forecast.quarters_kwh.items()
        },
    )


def quarter_of(moment: datetime) -> datetime:
    """Tell when the quarter of an hour began that a time, UTC, is in."""
    midnight = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return midnight + (moment - midnight) // QUARTER * QUARTER


def _periods(forecast: Mapping[datetime, float]) -> list[tuple[datetime, datetime, float]]:
    starts = sorted(forecast)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    usual = min(multimode(gaps), default=_HOUR)
    return [
        (start, start + min(gap, usual), forecast[start] / 1000 if _is_energy(forecast[start]) else 0.0)
        for start, gap in zip(starts, [*gaps, usual], strict=False)
    ]


def _is_energy(wh: float) -> bool:
    return math.isfinite(wh) and wh >= 0


def _spread(quarters: dict[datetime, float], start: datetime, end: datetime, kwh: float) -> None:
    quarter = quarter_of(start)
    while quarter < end:
        part = min(end, quarter + QUARTER) - max(start, quarter)
        quarters[quarter] += kwh * (part / (end - start))
        quarter += QUARTER
