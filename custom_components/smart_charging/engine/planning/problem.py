"""What a plan is made for: times, prices, cars and limits, all in kW, kWh and one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .job import Job
from .peak import Peak
from .span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """`sum(factors[job] * power_kw)` is at most `capacity[span]` at any moment: one limit of one circuit, on a phase or in total.

    `factors` is by the job's number; jobs that are not in it do not count.
    """

    factors: Mapping[int, float]
    capacity: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything by span is as long as `spans`. It has no slots, so that what follows from it is computed once.

    A kWh that the cars take is paid with `price_per_kwh`, as far as it is not of the surplus: that would have been sold for
    `feed_in_per_kwh`. Prices may be negative.
    """

    spans: tuple[Span, ...]
    price_per_kwh: tuple[float, ...]
    feed_in_per_kwh: tuple[float, ...]
    surplus_kw: tuple[float, ...]
    """What the roof is expected to give beyond the home's own needs; never negative."""
    jobs: tuple[Job, ...]
    bounds: tuple[Bound, ...] = ()
    peaks: tuple[Peak, ...] = ()

    @cached_property
    def hours(self) -> tuple[float, ...]:
        """How long each span is, h."""
        return tuple(span.hours for span in self.spans)

    @cached_property
    def ceilings_kw(self) -> tuple[tuple[float, ...], ...]:
        """By job and span: what it could be given if it were alone; 0 where that is less than it can be told."""
        return tuple(self._ceiling(number, job) for number, job in enumerate(self.jobs))

    @cached_property
    def shared(self) -> tuple[Bound, ...]:
        """The bounds that several cars may come up against together."""
        return tuple(bound for bound in self.bounds if self._binds(bound))

    def room_kw(self, number: int, span: int) -> float:
        """Tell what the limits would leave a car in a span if it were alone there; infinite without any."""
        bounds = self._bounds_of[number]
        return min((bound.capacity[span] / bound.factors[number] for bound in bounds), default=float("inf"))

    def _ceiling(self, number: int, job: Job) -> tuple[float, ...]:
        ceilings = [min(highest_kw, self.room_kw(number, span)) for span, highest_kw in enumerate(job.highest_kw)]
        return tuple(kw if 0 < job.lowest_kw <= kw + HAIR else 0.0 for kw in ceilings)

    @cached_property
    def _bounds_of(self) -> Sequence[Sequence[Bound]]:
        """By job."""
        return [[bound for bound in self.bounds if number in bound.factors] for number in range(len(self.jobs))]

    def _binds(self, bound: Bound) -> bool:
        if len(bound.factors) < 2:  # noqa: PLR2004 -- several
            return False
        most = (
            sum(factor * self.ceilings_kw[number][span] for number, factor in bound.factors.items())
            for span in range(len(self.spans))
        )
        return any(kw > capacity + HAIR for kw, capacity in zip(most, bound.capacity, strict=True))


HAIR = 1e-6
"""Less than this many kW or kWh is nothing: it only absorbs binary fractions."""
