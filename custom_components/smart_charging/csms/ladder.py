"""What to try, one after the other, with a station that refuses a limit, or says yes to it and does not follow.

Where no table knows a station (`csms.quirks`), it is found out: another kind of schedule, the lowest stack level, the
other unit, no number of phases, the default profile in place of the transaction's; first one difference alone, then two.
What is accepted is kept, and goes to disk for this vendor, model and firmware.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import combinations
from typing import Final

from .rate import choose_stack_level, choose_unit
from .records import Features, ProfileStyle, RateUnit

# Two at once: those that want three differences have never been heard of, and each try costs a call.
_MOST_DIFFERENCES: Final = 2

# A refusal of every style may have had another reason; it is not gone through again with every setpoint.
_CLIMB_AGAIN: Final = timedelta(minutes=10)

# A style that was accepted before is refused for another reason, a few times at least.
_PATIENCE: Final = 3


def _other_kind(style: ProfileStyle, _features: Features) -> ProfileStyle | None:
    return replace(style, relative=not style.relative)


def _lowest_level(style: ProfileStyle, features: Features) -> ProfileStyle | None:
    return None if choose_stack_level(style, features) == 0 else replace(style, stack_level=0)


def _other_unit(style: ProfileStyle, features: Features) -> ProfileStyle | None:
    unit = RateUnit.A if choose_unit(style, features) is RateUnit.W else RateUnit.W
    # A station that names its units knows them.
    return None if features.rate_units and unit not in features.rate_units else replace(style, unit=unit)


def _no_phases(style: ProfileStyle, _features: Features) -> ProfileStyle | None:
    return replace(style, names_phases=False) if style.names_phases else None


def _by_default(style: ProfileStyle, features: Features) -> ProfileStyle | None:
    # It has to lie above the failsafe, hence needs a level of its own, and an end that does not count from the start.
    if style.by_default or (features.max_stack_level is not None and features.max_stack_level < 1):
        return None
    return replace(style, by_default=True, relative=False, stack_level=max(1, choose_stack_level(style, features)))


class Purpose(Enum):
    """What a limit is for; the value is what can be put otherwise about it, the likeliest first."""

    LIVE = (_other_kind, _lowest_level, _other_unit, _no_phases, _by_default)
    DEFAULT = (_lowest_level, _other_unit, _no_phases)


def climb(style: ProfileStyle, features: Features | None, purpose: Purpose) -> Iterator[ProfileStyle]:
    """Yield this style, then every other that is worth a try, the likeliest first, none twice."""
    yield style
    seen = {style}
    for count in range(1, _MOST_DIFFERENCES + 1):
        for rungs in combinations(purpose.value, count):
            variant: ProfileStyle | None = style
            for rung in rungs:
                variant = rung(variant, features or Features()) if variant is not None else None
            if variant is not None and variant not in seen:
                seen.add(variant)
                yield variant


class Ladder:
    """The style in use with one station, and what was tried."""

    def __init__(self, style: ProfileStyle, proven: Collection[Purpose] = ()) -> None:
        self.style = style
        self.proven = set(proven)
        self._tried: dict[Purpose, set[ProfileStyle]] = {purpose: set() for purpose in Purpose}
        self._refused_at: dict[Purpose, datetime] = {}
        self._strikes = dict.fromkeys(Purpose, 0)
        self._trusted: ProfileStyle | None = None

    def rungs(self, purpose: Purpose, features: Features | None, now: datetime) -> list[ProfileStyle]:
        """What to try now, in this order: the style in use, and, where that is in doubt, what has not been tried yet."""
        if purpose in self.proven and self._strikes[purpose] < _PATIENCE:
            return [self.style]
        refused_at = self._refused_at.get(purpose)
        if refused_at is not None and now - refused_at >= _CLIMB_AGAIN:
            self._tried[purpose].clear()
        return [
            style
            for style in climb(self.style, features, purpose)
            if style == self.style or style not in self._tried[purpose]
        ]

    def accepted(self, purpose: Purpose, style: ProfileStyle) -> None:
        """The station said yes to a limit in this style."""
        self.style = style
        self.proven.add(purpose)
        self._strikes[purpose] = 0

    def refused(self, purpose: Purpose, style: ProfileStyle, now: datetime) -> None:
        """The station said no."""
        if style == self.style:
            self._strikes[purpose] += 1
        if purpose not in self.proven or self._strikes[purpose] >= _PATIENCE:
            if not self._tried[purpose]:
                self._refused_at[purpose] = now
            self._tried[purpose].add(style)

    def distrust(self, features: Features | None, now: datetime) -> ProfileStyle | None:
        """The station said yes to the live limit and did not follow: go on to the next style.

        None when there is none; then the one that it began with is as good as any, and what the station says it wants.
        """
        purpose = Purpose.LIVE
        self.proven.discard(purpose)
        if self._trusted is None:
            self._trusted = self.style
        if not self._tried[purpose]:
            self._refused_at[purpose] = now
        self._tried[purpose].add(self.style)
        for style in climb(self.style, features, purpose):
            if style not in self._tried[purpose]:
                self.style = style
                return style
        self.style, self._trusted = self._trusted, None
        return None
