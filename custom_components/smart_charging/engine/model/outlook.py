"""An outlook: what the house will take in the coming days, and what its roof will give."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from .quantities import Phase

WIDE_KW: Final = 3.0
"""The margin above a base load that nobody knows: an oven and a kettle at once, or a heat pump."""

_TELLING: Final = 0.5
"""Such a part of the steps has to be known until their mean stands for those that are not."""


class Blank(StrEnum):
    """What an outlook does without."""

    BASE_LOAD = "base_load"
    """Nothing is known of what the house takes: there is no surplus, and limits are kept with a wide margin."""
    SOLAR = "solar"
    """There is a roof, and nobody forecasts it: there is no surplus."""
    BATTERY = "battery"
    """There is a home battery of unknown capacity: nothing of the surplus is taken off for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookStep:
    """From `start` (included) to `end` (excluded), UTC; powers are means in kW, None is unknown."""

    start: datetime
    end: datetime
    base_kw: float | None = None
    """What the site takes without its chargers, its battery and its roof."""
    margin_kw: float | None = None
    """The base load is hardly ever higher by more than this."""
    solar_kw: float | None = None
    stored_kw: float = 0.0
    """What the home battery takes of the surplus before cars may."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Steps in order, without overlap. It has no slots, so that what follows from the steps is computed once.

    Whoever asks gives a span, `start` before `end`, both UTC; ValueError where it is none.
    """

    steps: Sequence[OutlookStep] = ()
    blanks: frozenset[Blank] = frozenset()
    shares: Mapping[Phase, float] = field(default_factory=dict[Phase, float])
    """Which part of the base load is on each phase, together 1; empty is unknown."""

    def base_kw(self, start: datetime, end: datetime) -> float:
        """Tell the base load that is expected on average; where it is not known it is the mean of what is, if that is most of it, or else none."""
        return _mean((self._base_kw(step), hours) for step, hours in self._parts(start, end))

    def high_base_kw(self, start: datetime, end: datetime) -> float:
        """Tell what the base load is hardly ever above, at any time of the span: for limits."""
        return max(self._base_kw(step) + _margin_kw(step) for step, _ in self._parts(start, end))

    def high_phase_kw(self, start: datetime, end: datetime, phase: Phase, phases: Sequence[Phase]) -> float:
        """Tell what the base load is hardly ever above on one of the site's phases; where its shares are unknown it is even.

        What comes on top, a kettle, comes on one phase: each has the whole margin. The one that is but guessed is shared out.
        """
        share = self.shares[phase] if set(phases) <= self.shares.keys() else 1 / len(phases)
        return max(
            share * self._base_kw(step) + _margin_kw(step) * (1.0 if _has_margin(step) else share)
            for step, _ in self._parts(start, end)
        )

    def surplus_kw(self, start: datetime, end: datetime) -> float:
        """Tell what cars may have of the sun on average, never negative; none where sun or base load are unknown."""
        return _mean((self._surplus_kw(step), hours) for step, hours in self._parts(start, end))

    def net_kw(self, start: datetime, end: datetime) -> float:
        """Tell what the roof gives beyond the base load on average, before any battery; negative where it gives less."""
        return _mean((self._net_kw(step), hours) for step, hours in self._parts(start, end))

    def _net_kw(self, step: OutlookStep | None) -> float:
        return (0.0 if step is None or step.solar_kw is None else step.solar_kw) - self._base_kw(step)

    def _surplus_kw(self, step: OutlookStep | None) -> float:
        if step is None or step.solar_kw is None or (step.base_kw is None and self._usual_kw is None):
            return 0.0
        return max(0.0, step.solar_kw - self._base_kw(step) - step.stored_kw)

    def _base_kw(self, step: OutlookStep | None) -> float:
        if step is None or step.base_kw is None:
            return self._usual_kw or 0.0
        return step.base_kw

    @cached_property
    def _usual_kw(self) -> float | None:
        """The mean of what is known, where that is most of it: an evening alone tells nothing of the night."""
        known = [step.base_kw for step in self.steps if step.base_kw is not None]
        return math.fsum(known) / len(known) if known and len(known) >= _TELLING * len(self.steps) else None

    @cached_property
    def _starts(self) -> list[datetime]:
        return [step.start for step in self.steps]

    def _parts(self, start: datetime, end: datetime) -> Iterator[tuple[OutlookStep | None, float]]:
        """List the steps that the span meets, each with how long it is in it, h; None is what no step tells of."""
        if not start < end:
            raise ValueError("a span ends after it starts")
        told = start
        for step in self.steps[max(0, bisect_right(self._starts, start) - 1) :]:
            if step.start >= end:
                break
            if step.start > told:
                yield None, _hours(step.start - told)
            begin, until = max(start, step.start), min(end, step.end)
            if begin < until:
                yield step, _hours(until - begin)
            told = max(told, until)
        if told < end:
            yield None, _hours(end - told)


def _margin_kw(step: OutlookStep | None) -> float:
    return WIDE_KW if step is None or step.base_kw is None or step.margin_kw is None else step.margin_kw


def _has_margin(step: OutlookStep | None) -> bool:
    return step is not None and step.base_kw is not None and step.margin_kw is not None


def _hours(length: timedelta) -> float:
    return length / timedelta(hours=1)


def _mean(parts: Iterator[tuple[float, float]]) -> float:
    values = list(parts)
    return math.fsum(value * hours for value, hours in values) / math.fsum(hours for _, hours in values)
