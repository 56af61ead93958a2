"""Smart Charging as it drives a car through a night: its own goals, aims and plans, what it sees of the car, and its guard.

All of that is the integration's code. What Home Assistant does there is done here at once: a plan is ready in the moment
in which it is asked for. Its control is not here; the night itself holds the car below the supply's limit.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from custom_components.smart_charging.engine.accounting.needs import Battery, ParkedCar, aim_for
from custom_components.smart_charging.engine.model.goal_set import GoalSet, OneOff, Target, TargetKind
from custom_components.smart_charging.engine.model.outlook import Outlook
from custom_components.smart_charging.engine.model.peak_month import PeakMonth
from custom_components.smart_charging.engine.model.tariff import Tariff
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.foresight.departures import next_due
from custom_components.smart_charging.foresight.plans import Plans

from .plan_car import EFFICIENCY, HIGHEST_A, LOWEST_A, STANDBY_KW, site_of
from .plan_prices import DUTCH
from .plan_world import BATTERY_KWH, Seen
from .result import BenchError

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from custom_components.smart_charging.engine.model.aim import Aim
    from custom_components.smart_charging.engine.model.evse import Evse
    from custom_components.smart_charging.engine.model.limit import LimitSpan
    from custom_components.smart_charging.foresight.limits_ahead import LimitsAhead
    from custom_components.smart_charging.foresight.outlooks import Outlooks
    from custom_components.smart_charging.foresight.peaks import Peaks
    from custom_components.smart_charging.foresight.tariff_desk import Tariffs

_ID: Final = "0"
_WANTED: Final = Target(kind=TargetKind.SOC, amount=0.9)


class Ours:
    """Asked in each step, as at each tick, it follows the plan that holds then; it plans anew when it finds a reason to."""

    def __init__(self) -> None:
        """A night begins."""
        self._home = _Home()
        self._plans = Plans(
            hass=cast("HomeAssistant", self._home),
            tariffs=cast("Tariffs", self._home),
            outlooks=cast("Outlooks", self._home),
            limits=cast("LimitsAhead", self._home),
            peaks=cast("Peaks", self._home),
        )

    def current_a(self, seen: Seen) -> float:
        """Follow the plan."""
        self._home.seen = seen
        site = site_of([_ID], seen.scene.limit_a)
        plans = self._plans.update(seen.now, site, {_ID: _aim(seen, site.evses[0])}, {_ID: seen.status})
        if self._home.error is not None:
            raise BenchError(f"no plan could be made: {self._home.error}") from self._home.error
        slot = plans[_ID].at(seen.now)
        return 0.0 if slot is None else slot.current_a


def _aim(seen: Seen, evse: Evse) -> Aim:
    stay = seen.scene.stay
    spare_kwh = stay.room_kwh - stay.need_kwh
    vehicle = Vehicle(
        vehicle_id=_ID,
        capacity_kwh=BATTERY_KWH,
        minimum_a=LOWEST_A,
        maximum_a=HIGHEST_A,
        efficiency=EFFICIENCY,
        standby_w=STANDBY_KW * 1000,
        limit_soc=_WANTED.amount + spare_kwh / BATTERY_KWH,
    )
    car = ParkedCar(
        vehicle=vehicle,
        battery=Battery(soc=_WANTED.amount - seen.lacks_kwh / BATTERY_KWH),
        evse=evse,
        charging=seen.status.state is not None and seen.status.state.power_flows,
    )
    goals = GoalSet(target=_WANTED, once=OneOff(at=stay.leaves))
    aim = aim_for(goals, next_due(goals, (), seen.now, DUTCH), car, seen.now)
    assert aim is not None, "something is wanted by a departure"
    return aim


class _Home:
    """As much of Home Assistant, and of what is known of prices, house, limits and peaks, as plans ask for."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.error: Exception | None = None

    def async_create_background_task(self, work: Coroutine[None, None, None], name: str) -> None:
        """Have it done at once."""
        del name
        with suppress(StopIteration):
            work.send(None)

    async def async_add_executor_job[**P, T](self, target: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it here; what it raises is kept, for a benchmark is not to go on with an old plan."""
        try:
            return target(*args, **kwargs)
        except Exception as error:
            self.error = error
            raise

    def tariff(self, at: datetime) -> Tariff:
        """All prices are known."""
        del at
        return Tariff(currency="EUR", prices=self._now.scene.prices, peak=self._now.peak)

    def outlook(self, at: datetime) -> Outlook:
        """What is expected of the house."""
        del at
        return self._now.scene.outlook

    def known(self, at: datetime, until: datetime) -> dict[str, tuple[LimitSpan, ...]]:
        """No limit comes or goes."""
        del at, until
        return {}

    def month(self, at: datetime) -> PeakMonth | None:
        """The peaks so far, where power has a price."""
        del at
        return None if self._now.month is None else self._now.month()

    @property
    def _now(self) -> Seen:
        assert self.seen is not None, "a night has begun"
        return self.seen
