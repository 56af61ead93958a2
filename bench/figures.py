"""What is counted of a run with cars, and how runs are put together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from demo.electrical import VOLTAGE_V

WS_PER_KWH: Final = 3_600_000
SMALL_A: Final = 0.5
"""Per charger and phase: a difference that is not worth a command."""


class Counted(Protocol):
    """What is looked at of a charger."""

    @property
    def capability_w(self) -> float:
        """What its car will take of its offer."""

    @property
    def power_w(self) -> float:
        """What it takes."""

    @property
    def offered_a(self) -> float:
        """A per phase."""

    @property
    def car_phases(self) -> int:
        """On which its car charges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What one second adds, as in `Figures`; it is the same for as long as nothing changes."""

    energy: float = 0.0
    possible: float = 0.0
    most: float = 0.0
    lost_paused: float = 0.0
    lost_small: float = 0.0
    lost_low: float = 0.0
    lost_car: float = 0.0
    chargers: int = 0

    @classmethod
    def of(cls, chargers: Sequence[Counted], possible_w: float, most_w: float, least_served: int) -> Self:
        """Judge what is offered and drawn; `least_served` is how many cars a perfect controller serves at the least."""
        offered_w = math.fsum(item.capability_w for item in chargers)
        drawn_w = math.fsum(item.power_w for item in chargers)
        small_w = math.fsum(SMALL_A * item.car_phases * VOLTAGE_V for item in chargers)
        lost_w = possible_w - offered_w
        paused = sum(item.offered_a > 0 for item in chargers) < least_served
        small = not paused and 0 <= lost_w <= small_w
        return cls(
            energy=drawn_w / WS_PER_KWH,
            possible=possible_w / WS_PER_KWH,
            most=most_w / WS_PER_KWH,
            lost_paused=lost_w / WS_PER_KWH if paused else 0.0,
            lost_small=lost_w / WS_PER_KWH if small else 0.0,
            lost_low=0.0 if paused or small else lost_w / WS_PER_KWH,
            lost_car=(offered_w - drawn_w) / WS_PER_KWH,
            chargers=len(chargers),
        )


@dataclass(slots=True, kw_only=True)
class Figures:
    """Of one run, or of several: energies in kWh, times in s."""

    lag_s: int = 0
    charger_s: float = 0.0
    """Seconds that count, once for each charger."""
    energy: float = 0.0
    possible: float = 0.0
    """What a perfect controller could have given, that serves as many cars as fit, and all of them in turns."""
    most: float = 0.0
    """What one could have given that serves only those who together take the most."""
    lost_paused: float = 0.0
    """Lost in seconds in which fewer cars were offered anything than a perfect controller would have served."""
    lost_small: float = 0.0
    """Lost by offers that were lower by no more than `SMALL_A`."""
    lost_low: float = 0.0
    """Lost by offers that were lower by more than that; less than nothing: by which they were higher."""
    lost_car: float = 0.0
    """Lost by cars that had not yet followed."""
    commands: int = 0
    trips_ours: int = 0
    """That the house alone would not have had; by the reading of its protection that gives the most."""
    trips_house: int = 0
    trips_perfect: int = 0
    """Those which a perfect controller would have had."""
    overloads_s: list[int] = field(default_factory=list[int])
    """How long each overload of our doing was."""
    beyond_lag_s: list[int] = field(default_factory=list[int])
    """By how much each was longer than the meter's lag."""
    excess_a: float = 0.0
    nearness: float = 0.0
    """How far of the way from the limit to a trip an overload of our doing took the protection, less how far it was in that
    second by the house alone."""
    nearness_ever: float = 0.0
    """The same in any second: also where the house exceeds the limit by itself, from as warm as cars up to the limit leave it."""
    nearness_perfect: float = 0.0
    """As `nearness_ever`, of a perfect controller."""

    def count(self, second: Second) -> None:
        """One second."""
        self.energy += second.energy
        self.possible += second.possible
        self.most += second.most
        self.lost_paused += second.lost_paused
        self.lost_small += second.lost_small
        self.lost_low += second.lost_low
        self.lost_car += second.lost_car
        self.charger_s += second.chargers

    @property
    def share(self) -> float | None:
        """Of what was possible; None where nothing was."""
        return self.energy / self.possible if self.possible else None

    @property
    def share_of_most(self) -> float | None:
        """Of the most that was possible; None where nothing was."""
        return self.energy / self.most if self.most else None

    @property
    def commands_per_hour(self) -> float | None:
        """For each charger."""
        return self.commands / self.charger_s * 3600 if self.charger_s else None


def together(runs: Sequence[Figures]) -> Figures:
    """Put runs together: energies and counts are added, of extremes the worst holds."""
    whole = Figures()
    for run in runs:
        for name in ("charger_s", "energy", "possible", "most", "lost_paused", "lost_small", "lost_low", "lost_car"):
            setattr(whole, name, getattr(whole, name) + getattr(run, name))
        for name in ("commands", "trips_ours", "trips_house", "trips_perfect"):
            setattr(whole, name, getattr(whole, name) + getattr(run, name))
        whole.overloads_s.extend(run.overloads_s)
        whole.beyond_lag_s.extend(max(0, length - run.lag_s) for length in run.overloads_s)
        whole.excess_a = max(whole.excess_a, run.excess_a)
        whole.nearness = max(whole.nearness, run.nearness)
        whole.nearness_ever = max(whole.nearness_ever, run.nearness_ever)
        whole.nearness_perfect = max(whole.nearness_perfect, run.nearness_perfect)
    return whole


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` of them do not exceed; 0 for none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else 0.0
