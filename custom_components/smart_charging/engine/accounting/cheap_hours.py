"""The cheap hours of a tariff: when a car charges that nobody wants anything of but that it is cheap."""

from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Final

from ..model.off_peak import OffPeak
from ..model.tariff import PriceSlot, Tariff

BEHIND: Final = timedelta(hours=12)
AHEAD: Final = timedelta(hours=24)
SHARE: Final = 1 / 3
"""So much of the time is cheap at the most: as much as the night rates of most suppliers have, and enough for most cars."""
_HAIR: Final = 1e-9


def cheap_hours(tariff: Tariff, at: datetime) -> OffPeak | None:
    """Tell whether it is cheap at `at`, UTC: among the cheapest third of half a day before and a day after that.

    Where plans go by CO₂ that is the greenest third. Times of the same price are all cheap, or none; those of the lowest price always are. None where no price is known now.
    """
    near = [slot for slot in tariff.counted if slot.end > at - BEHIND and slot.start < at + AHEAD]
    now = tariff.counted_at(at)
    if now is None:
        return None
    most = _threshold(near, at)
    cheap = now.price_per_kwh <= most + _HAIR
    return OffPeak(cheap=cheap, changes_at=_changes_at(near, at, most, cheap=cheap))


def _threshold(near: list[PriceSlot], at: datetime) -> float:
    """The dearest price that is cheap."""
    levels: dict[float, timedelta] = {}
    for slot in sorted(near, key=lambda slot: slot.price_per_kwh):
        length = min(slot.end, at + AHEAD) - max(slot.start, at - BEHIND)
        levels[slot.price_per_kwh] = levels.get(slot.price_per_kwh, timedelta()) + length
    third = sum(levels.values(), timedelta()) * SHARE
    within = [price for price, taken in zip(levels, accumulate(levels.values()), strict=True) if taken <= third]
    return within[-1] if within else min(levels)


def _changes_at(near: list[PriceSlot], at: datetime, most: float, *, cheap: bool) -> datetime | None:
    """The first time after now when it is otherwise, as far as prices are known without a break."""
    running = [slot for slot in near if slot.end > at]
    for slot, following in pairwise(running):
        if following.start > slot.end:
            return None
        if (following.price_per_kwh <= most + _HAIR) is not cheap:
            return following.start
    return None
