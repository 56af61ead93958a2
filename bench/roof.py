"""A home with a roof and a car in solar mode, on a virtual clock, second by second; any policy steers the charger."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Protocol

from demo.car import DRAWS, Car, CarModel
from demo.electrical import CAR_MINIMUM_A, VOLTAGE_V

WS_PER_KWH: Final = 3_600_000
STEP_A: Final = 0.1
"""The charger's, as OCPP's smart charging has it."""
MAXIMUM_A: Final = 16.0
"""Of the charger, and of the car's on-board charger: 3.7 kW on one phase, 11 kW on three."""
SWITCH_S: Final = 10
"""For so long nothing flows while the charger switches phases [assumption]."""
MEASURES_S: Final = 5
"""How often the charger tells what it measures."""
FLOWS_A: Final = 0.5
MARGIN_S: Final = 1800
"""Watched before the first surplus of a day, and after the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day's surplus without the car, W for each second; `first` and `last` bound the seconds that are worth a look."""

    name: str
    surplus_w: Sequence[float]
    first: int
    last: int


def day_of(name: str, roof_w: Sequence[float], house_w: Sequence[float]) -> Day:
    """Put a roof (W each second) above a house (W each minute)."""
    surplus_w = [sun - house_w[second // 60] for second, sun in enumerate(roof_w)]
    least_w = CAR_MINIMUM_A * DRAWS * VOLTAGE_V / 2
    bright = [second for second, power_w in enumerate(surplus_w) if power_w > least_w]
    first, last = (bright[0], bright[-1]) if bright else (0, 0)
    return Day(
        name=name,
        surplus_w=surplus_w,
        first=max(0, first - MARGIN_S),
        last=min(len(surplus_w), last + MARGIN_S),
    )


class Station:
    """A charger with a car that is never full; `phases` are those it is wired to, and `on` those it charges on."""

    def __init__(self, *, phases: int, seed: int) -> None:
        """`seed` decides how late the car follows."""
        self.phases, self.on = phases, phases
        self.offered_a = self.drawn_a = 0.0
        self.switches = self.starts = self.under_load = self.commands = 0
        self._car = Car(CarModel(capacity_kwh=100_000.0, tapers_above=None, maximum_a=MAXIMUM_A), seed=seed)
        self._dark_s = 0
        self._flowed = self._switched = False

    @property
    def power_w(self) -> float:
        """What the car takes."""
        return self.drawn_a * self.on * VOLTAGE_V

    @property
    def current_a(self) -> tuple[float, ...]:
        """On each of its phases."""
        return tuple(self.drawn_a if phase < self.on else 0.0 for phase in range(self.phases))

    def command(self, current_a: float, on: int) -> None:
        """Take a command at once."""
        self.commands += abs(current_a - self.offered_a) > STEP_A / 2 or on != self.on
        if on != self.on:
            self.switches += 1
            self.under_load += self.drawn_a > FLOWS_A
            self.on, self._dark_s, self._switched = on, SWITCH_S, True
            self._car.lose_power()
        self.offered_a = current_a

    def step(self) -> None:
        """One second."""
        self.drawn_a = self._car.step(1.0, 0.0 if self._dark_s else self.offered_a)
        self._dark_s = max(0, self._dark_s - 1)
        flows = self.drawn_a > FLOWS_A
        if flows and not self._flowed:
            # Going on after a switch is counted as that, not as a start.
            self.starts += not self._switched
            self._switched = False
        self._flowed = flows


class Policy(Protocol):
    """Steers one charger over several days."""

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int] | None:
        """What to offer from the next second on, A per phase, and on how many phases; None: as it is.

        `second` counts on over the days; `grid_w` is the meter's reading of this second, import positive.
        """


@dataclass(slots=True, kw_only=True)
class Tally:
    """Energies in kWh, of one day or of several."""

    days: int = 0
    car: float = 0.0
    sun: float = 0.0
    """What the car took of the surplus."""
    used: float = 0.0
    """What it took of that which the oracle would have used, second by second."""
    oracle: float = 0.0
    grid: float = 0.0
    lost_paused: float = 0.0
    """Of the oracle's, while the car was offered nothing."""
    lost_one_phase: float = 0.0
    """While it had all that one phase can give."""
    lost_late: float = 0.0
    """The rest: by following late, or by less than there was."""
    grid_held: float = 0.0
    """From the grid, at the minimum."""
    starts: int = 0
    switches: int = 0
    under_load: int = 0
    commands: int = 0
    most_starts: int = 0
    """On one day."""
    most_switches: int = 0
    seconds: int = 0

    def add(self, other: Tally) -> None:
        """Put another one to this."""
        for item in fields(self):
            mine, theirs = getattr(self, item.name), getattr(other, item.name)
            setattr(self, item.name, max(mine, theirs) if item.name.startswith("most_") else mine + theirs)


@dataclass(slots=True, kw_only=True)
class Oracle:
    """What a clairvoyant controller uses of a surplus, second by second.

    It knows each second's surplus in that second, and its car follows at once. It has the same charger: at least 6 A, the
    same step, at most 16 A, on one phase or (where the charger can) on all of them, whichever takes more; and the same car,
    which takes 95 % of what it is offered. It takes nothing from the grid, and starts and switches as often as it likes.
    """

    choices: tuple[int, ...]
    _known: dict[int, float] = field(default_factory=dict[int, float])

    def power_w(self, surplus_w: float) -> float:
        """What its car takes, W."""
        key = math.floor(surplus_w)
        if key not in self._known:
            self._known[key] = max(self._on(phases, key) for phases in self.choices)
        return self._known[key]

    @staticmethod
    def _on(phases: int, surplus_w: float) -> float:
        per_a = DRAWS * VOLTAGE_V * phases
        current_a = min(MAXIMUM_A, math.floor(surplus_w / per_a / STEP_A + 1e-6) * STEP_A)
        return current_a * per_a if current_a >= CAR_MINIMUM_A else 0.0


def run_days(days: Sequence[Day], policy: Policy, station: Station, oracle: Oracle) -> Tally:
    """Run one policy through days that follow one another, as far as it can tell; nights are left out."""
    whole = Tally()
    for number, day in enumerate(days):
        before = (station.starts, station.switches, station.under_load, station.commands)
        tally = Tally(days=1, seconds=day.last - day.first)
        for second in range(day.first, day.last):
            station.step()
            surplus_w = day.surplus_w[second]
            _count(tally, station, surplus_w, oracle.power_w(surplus_w))
            told = policy.decide(number * len(day.surplus_w) + second, station.power_w - surplus_w, station)
            if told is not None:
                station.command(*told)
        after = (station.starts, station.switches, station.under_load, station.commands)
        tally.starts, tally.switches, tally.under_load, tally.commands = (
            late - early for early, late in zip(before, after, strict=True)
        )
        tally.most_starts, tally.most_switches = tally.starts, tally.switches
        whole.add(tally)
    return whole


def _count(tally: Tally, station: Station, surplus_w: float, oracle_w: float) -> None:
    power_w = station.power_w
    used_w, sun_w = min(power_w, oracle_w), min(power_w, max(0.0, surplus_w))
    tally.car += power_w / WS_PER_KWH
    tally.sun += sun_w / WS_PER_KWH
    tally.used += used_w / WS_PER_KWH
    tally.oracle += oracle_w / WS_PER_KWH
    tally.grid += (power_w - sun_w) / WS_PER_KWH
    lost_kwh = (oracle_w - used_w) / WS_PER_KWH
    if station.offered_a < CAR_MINIMUM_A:
        tally.lost_paused += lost_kwh
    elif station.on < station.phases and station.offered_a > MAXIMUM_A - STEP_A:
        tally.lost_one_phase += lost_kwh
    else:
        tally.lost_late += lost_kwh
    if CAR_MINIMUM_A <= station.offered_a < CAR_MINIMUM_A + STEP_A:
        tally.grid_held += (power_w - sun_w) / WS_PER_KWH
