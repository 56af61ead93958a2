"""A night as it happens, in steps of 15 s: a car, a house, what goes wrong, and what a policy does about it.

The charger follows the policy as far as the supply lets it: what the house leaves on its fullest phase is law, and less than
6 A is a pause. The house loads its phases unevenly, as demo/trace.py has it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal_set import Terms
from custom_components.smart_charging.engine.model.outlook import Outlook
from custom_components.smart_charging.engine.model.peak_month import PeakMonth
from custom_components.smart_charging.engine.model.tariff import PeakPrice, PriceSlot
from demo.trace import PHASE_SHARES

from .plan_bound import hours_between
from .plan_car import HIGHEST_A, KW_PER_A, LOWEST_A, stored_kw
from .plan_house import QUARTER, STEP, STEP_H
from .plan_prices import HOUR, Stay

MARGIN: Final = timedelta(minutes=Terms().margin_min)
"""Every policy that looks ahead is to be ready so long before departure: what goals have where nobody says otherwise."""
LOST: Final = timedelta(hours=1)
TOLD_LATE: Final = timedelta(hours=2)
BATTERY_KWH: Final = 60.0
_TRIFLE_KWH: Final = 0.05
_KW_ONE_PHASE: Final = 0.23
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong in a night.

    `takes`: the car draws so much of the charger's maximum at the most. `lacks_kwh`: until `TOLD_LATE` after it came its
    battery is thought to lack so much less than it does. `lost_at`: from then on it is out of reach for an hour; its charger
    pauses, and nobody hears of it. `house`: the house takes so many times what it would.
    """

    takes: float = 1.0
    lacks_kwh: float = 0.0
    lost_at: datetime | None = None
    house: float = 1.0

    def is_lost(self, now: datetime) -> bool:
        """Whether the charger is out of reach."""
        return self.lost_at is not None and self.lost_at <= now < self.lost_at + LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One car's night at one house. `house_kw` is by step from the car's arrival on; `limit_a` is the supply's, per phase."""

    stay: Stay
    prices: tuple[PriceSlot, ...]
    limit_a: float
    house_kw: tuple[float, ...]
    outlook: Outlook
    trouble: Trouble = field(default_factory=Trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What can be known at `now`.

    `lacks_kwh` is what the battery is thought to lack of what is wanted; below 0 where it has more. `status` is what the
    charger tells, and `month` and `peak` are the peaks so far and their price, where power has one.
    """

    now: datetime
    scene: Scene
    lacks_kwh: float
    status: EvseStatus
    month: Callable[[], PeakMonth] | None = None
    peak: PeakPrice | None = None

    @property
    def need_kwh(self) -> float:
        """What it is thought to need."""
        return max(0.0, self.lacks_kwh)

    @property
    def ready(self) -> datetime:
        """When it is to be ready; whoever is within the margin and is not yet has until departure."""
        leaves = self.scene.stay.leaves
        return leaves - MARGIN if self.now < leaves - MARGIN else leaves


class Policy(Protocol):
    """Decides for one night."""

    def current_a(self, seen: Seen) -> float:
        """What the charger may give, A per phase; 0 is a pause."""
        ...


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How it ended: kWh in the battery, EUR for energy, and how often it started."""

    stored_kwh: float = 0.0
    paid: float = 0.0
    starts: int = 0
    car_kw: dict[datetime, float] = field(default_factory=dict[datetime, float])
    """What the car took on average in each quarter of an hour, by its beginning."""

    def is_met(self, stay: Stay) -> bool:
        """Whether it has what it needs."""
        return self.stored_kwh >= stay.need_kwh - _TRIFLE_KWH


type MonthAt = Callable[[datetime, Outcome, float], PeakMonth]
"""The month as it is at a time, in a night that went like this until then, with so many kWh since the quarter began."""


def live_through(
    scene: Scene, policy: Policy, peak: PeakPrice | None = None, month_at: MonthAt | None = None
) -> Outcome:
    """Let the night pass."""
    stay, trouble, outcome, charger = scene.stay, scene.trouble, Outcome(), _Charger(scene.stay.arrives)
    window_kwh = 0.0
    for now, house_kw, price in _steps(scene):
        quarter = _quarter(now)
        window_kwh = 0.0 if now == quarter else window_kwh
        given_a = 0.0
        if not trouble.is_lost(now):
            late_kwh = trouble.lacks_kwh if now < stay.arrives + TOLD_LATE else 0.0
            seen = Seen(
                now=now,
                scene=scene,
                lacks_kwh=stay.need_kwh - outcome.stored_kwh - late_kwh,
                status=charger.status(now),
                month=None if month_at is None else partial(month_at, now, outcome, window_kwh),
                peak=peak,
            )
            given_a = _allowed_a(scene, house_kw, policy.current_a(seen))
        is_full = stay.room_kwh - outcome.stored_kwh <= _HAIR
        drawn_a = 0.0 if is_full else min(given_a, trouble.takes * HIGHEST_A)
        outcome.starts += drawn_a > 0 and not charger.charges
        charger.note(now, given_a, drawn_a)
        car_kwh = _charge(outcome, stay, drawn_a, price)
        window_kwh += house_kw * STEP_H + car_kwh
        outcome.car_kw[quarter] = outcome.car_kw.get(quarter, 0.0) + car_kwh / (QUARTER / HOUR)
    return outcome


class _Charger:
    """What a charger tells of itself."""

    def __init__(self, at: datetime) -> None:
        self._offered_a = self._drawn_a = 0.0
        self._offered_at = self._state_at = at

    @property
    def charges(self) -> bool:
        """Whether the car takes something."""
        return self._drawn_a > 0

    def note(self, at: datetime, offered_a: float, drawn_a: float) -> None:
        """From `at` on it offers this, and this is taken."""
        if offered_a != self._offered_a:
            self._offered_at = at
        if (drawn_a > 0) is not self.charges:
            self._state_at = at
        self._offered_a, self._drawn_a = offered_a, drawn_a

    def status(self, at: datetime) -> EvseStatus:
        """Tell how it has been until `at`."""
        return EvseStatus(
            reachable=True,
            state=EvState.C if self.charges else EvState.B,
            state_at=self._state_at,
            offered_a=self._offered_a,
            offered_at=self._offered_at,
            measured_at=at,
            current_a=(self._drawn_a,) * 3,
        )


def _quarter(now: datetime) -> datetime:
    """The quarter of an hour that it is in begins then."""
    return now.replace(minute=now.minute - now.minute % 15, second=0)


def _steps(scene: Scene) -> Iterator[tuple[datetime, float, float]]:
    """Each step's beginning, what the house takes in it, and the price."""
    now, hour = scene.stay.arrives, 0
    for house_kw in scene.house_kw:
        while scene.prices[hour].end <= now:
            hour += 1
        yield now, house_kw * scene.trouble.house, scene.prices[hour].price_per_kwh
        now += STEP


def _allowed_a(scene: Scene, house_kw: float, asked_a: float) -> float:
    house_a = house_kw * max(PHASE_SHARES) / _KW_ONE_PHASE
    given_a = min(asked_a, HIGHEST_A, scene.limit_a - house_a)
    return given_a if given_a >= LOWEST_A - _HAIR else 0.0


def _charge(outcome: Outcome, stay: Stay, current_a: float, price: float) -> float:
    """Charge for a step, or until the battery is full; returns what was drawn, kWh."""
    per_hour_kwh = stored_kw(current_a * KW_PER_A)
    if per_hour_kwh <= 0:
        return 0.0
    hours = min(STEP_H, (stay.room_kwh - outcome.stored_kwh) / per_hour_kwh)
    outcome.stored_kwh += hours * per_hour_kwh
    outcome.paid += hours * current_a * KW_PER_A * price
    return hours * current_a * KW_PER_A


def steps_between(start: datetime, end: datetime) -> Sequence[datetime]:
    """List when the steps between two times begin."""
    return [start + number * STEP for number in range(round(hours_between(start, end) / STEP_H))]
