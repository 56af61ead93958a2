"""The plans of a site's cars: made in the executor when something has changed, and at the latest each quarter of an hour.

The tick asks for them and never waits. What it does with them is its own matter: a plan is a wish, limits are law.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.requirements import RequirementsNotFound, async_process_requirements

from ..const import DOMAIN
from ..engine.model.aim import Aim
from ..engine.model.battery_plan import BatteryPlan
from ..engine.model.evse import EvseStatus
from ..engine.model.home_battery import SteeredBattery
from ..engine.model.order import Order
from ..engine.model.plan import Plan
from ..engine.model.site import Site
from ..engine.planning import highs
from ..engine.planning.appetite import Appetite, as_seen, is_known, seen
from ..engine.planning.course import fits
from ..engine.planning.guard import guard
from ..engine.planning.months import wanted_kw
from ..engine.planning.planner import make_all, make_plans
from ..engine.planning.question import Question
from ..engine.planning.times import FURTHEST
from .limits_ahead import LimitsAhead
from .outlooks import Outlooks
from .peaks import Peaks
from .tariff_desk import Tariffs

_LOGGER: Final = logging.getLogger(__name__)

SOLVER: Final = "highspy>=1.11,<2"
"""Solves what is left of a plan exactly. Where it cannot be installed, plans are nearly as good."""
RENEWED: Final = timedelta(minutes=15)
"""Prices change on the quarter, and the house and the sun turn out otherwise."""
_STALE: Final = timedelta(minutes=30)
"""A plan of the home battery that is older is none: it was not renewed when it should have been."""
_PAUSE: Final = timedelta(seconds=10)
"""At least so long between two plannings: what changes all the time is not followed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The plans, by charger id, what they were made for, and when, UTC; `wanted_kw`: see `planning.months.wanted_kw`."""

    at: datetime
    orders: Mapping[str, Order]
    plans: Mapping[str, Plan] = field(default_factory=dict[str, Plan])
    battery: BatteryPlan | None = None
    steers: bool = False
    """Whether the home battery was to be planned as well."""
    wanted_kw: Mapping[datetime, float] = field(default_factory=dict[datetime, float])


class Plans:
    """Keeps the plans of one site."""

    def __init__(
        self,
        hass: HomeAssistant,
        tariffs: Tariffs,
        outlooks: Outlooks,
        limits: LimitsAhead,
        peaks: Peaks | None,
        *,
        storage: Callable[[], SteeredBattery | None] = lambda: None,
    ) -> None:
        """Make them; `storage` tells of the home battery, where it is to be planned as well."""
        self._hass = hass
        self._tariffs = tariffs
        self._outlooks = outlooks
        self._limits = limits
        self._peaks = peaks
        self._storage = storage
        self._made: _Made | None = None
        self._appetites: dict[str, Appetite] = {}
        self._outdated = True
        self._failed = False
        self._busy = False
        self._stopped = False
        self._on_change: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen to prices, and to what is expected of the house and of limits; `on_change` is called when there are other plans."""
        self._on_change = on_change
        self._tariffs.start(self._outdate)
        self._outlooks.start(self._outdate)
        self._limits.start(self._outdate)
        self._hass.async_create_background_task(_install_solver(self._hass), f"{DOMAIN} solver")

    async def stop(self) -> None:
        """Plan no more."""
        self._stopped = True
        self._tariffs.stop()
        self._limits.stop()
        await self._outlooks.stop()

    @property
    def made_at(self) -> datetime | None:
        """When the plans were made, UTC."""
        return None if self._made is None else self._made.at

    def wanted_kw(self, start: datetime) -> float | None:
        """Tell how high the plans want the window of power to become that begins at `start`, UTC; None where none charges."""
        return None if self._made is None else self._made.wanted_kw.get(start)

    def battery(self, at: datetime) -> BatteryPlan | None:
        """Tell what is planned for the home battery at `at`, UTC; None: nothing, or nothing that still holds."""
        made = self._made
        # Where the clock was put back nobody knows how old it is.
        holds = made is not None and not self._failed and timedelta() <= at - made.at <= _STALE
        return made.battery if made is not None and holds else None

    @callback
    def update(
        self, at: datetime, site: Site, aims: Mapping[str, Aim], statuses: Mapping[str, EvseStatus]
    ) -> dict[str, Plan]:
        """Give the plans that hold at `at`, UTC, by charger id, and have others made if they do not fit any more.

        A car of which something is wanted waits for its first plan; without a tariff there is none, and it charges as its mode
        says until it would be late.
        """
        self._appetites = seen(self._appetites, statuses, at)
        orders = {evse_id: self._order(evse_id, aim) for evse_id, aim in aims.items()}
        if (orders or self._storage() is not None) and self._is_due(at, orders):
            self._make(at, site, orders)
        plans = {evse_id: self._plan(evse_id, order, site, at) for evse_id, order in orders.items()}
        return {evse_id: plan for evse_id, plan in plans.items() if plan is not None}

    async def async_preview(self, at: datetime, site: Site, aims: Mapping[str, Aim]) -> Mapping[str, Plan] | None:
        """Tell what the plans would be for other aims, by charger id; None where nothing is known of prices."""
        question = self._question(at, site, {evse_id: self._order(evse_id, aim) for evse_id, aim in aims.items()})
        if question is None:
            return None
        plans = await self._hass.async_add_executor_job(make_plans, question)
        # Who would have to start now, so as not to be late, is told so as he would be.
        return {
            evse_id: guard(
                plan, question.orders[evse_id], site, at, seen=self._was_seen(evse_id, question.orders[evse_id])
            )
            for evse_id, plan in plans.items()
        }

    def _kept(self, orders: Mapping[str, Order]) -> Mapping[str, Plan]:
        """Give the plans of the cars that are still there."""
        made = self._made
        if made is None:
            return {}
        return {
            evse_id: plan
            for evse_id, plan in made.plans.items()
            if evse_id in orders and made.orders[evse_id].stay == orders[evse_id].stay
        }

    def _was_seen(self, evse_id: str, order: Order) -> bool:
        return is_known(order, self._appetites.get(evse_id))

    def _order(self, evse_id: str, aim: Aim) -> Order:
        return as_seen(aim.order, self._appetites.get(evse_id))

    def _question(self, at: datetime, site: Site, orders: Mapping[str, Order]) -> Question | None:
        tariff = self._tariffs.tariff(at)
        if tariff is None or not tariff.counted:
            return None
        return Question(
            at=at,
            site=site,
            orders=orders,
            tariff=tariff,
            outlook=self._outlooks.outlook(at),
            before=self._kept(orders),
            month=None if self._peaks is None else self._peaks.month(at),
            limits=self._limits.known(at, at + FURTHEST),
            storage=self._storage(),
        )

    def _is_due(self, at: datetime, orders: Mapping[str, Order]) -> bool:
        made = self._made
        if self._busy or self._stopped:
            return False
        if made is None or _stays(made.orders) != _stays(orders):
            return True
        if timedelta() <= at - made.at < _PAUSE:
            return False
        if self._outdated or made.steers is not (self._storage() is not None) or _quarter(at) != _quarter(made.at):
            return True
        return not all(
            evse_id in made.plans and fits(made.plans[evse_id], made.orders[evse_id], order, at)
            for evse_id, order in orders.items()
        )

    def _plan(self, evse_id: str, order: Order, site: Site, at: datetime) -> Plan | None:
        was_seen = self._was_seen(evse_id, order)
        plan = self._kept({evse_id: order}).get(evse_id)
        if plan is not None and self._failed and plan.at(at) is None and plan.next_charge(at) is None:
            # An old plan that is over, and no new one can be made: nobody is left waiting for what does not come.
            plan = None
        if plan is None and not self._busy:
            # There is none to wait for: it charges as its mode says, until it would be late.
            late = guard(_WAITS, order, site, at, seen=was_seen)
            return None if late is _WAITS else late
        return guard(plan or _WAITS, order, site, at, seen=was_seen)

    @callback
    def _outdate(self) -> None:
        self._outdated = True
        self._on_change()

    def _make(self, at: datetime, site: Site, orders: Mapping[str, Order]) -> None:
        question = self._question(at, site, orders)
        self._outdated = False
        if question is None:
            self._made = _Made(at=at, orders=orders, steers=self._storage() is not None)
            return
        self._busy = True
        self._hass.async_create_background_task(self._make_soon(question), f"{DOMAIN} plan")

    async def _make_soon(self, question: Question) -> None:
        wanted: Mapping[datetime, float]
        try:
            plans, battery = await self._hass.async_add_executor_job(_answer, question)
            wanted = await self._hass.async_add_executor_job(wanted_kw, question, plans, battery)
        except Exception:
            # Said once; the old plans go on, and whoever has none charges as its mode says. It is tried again.
            if not self._failed:
                _LOGGER.exception("The cars' plans could not be made; it is tried again")
            self._failed = True
            battery = None
            plans, wanted = self._kept(question.orders), {} if self._made is None else self._made.wanted_kw
        else:
            self._failed = False
        finally:
            self._busy = False
        self._made = _Made(
            at=question.at,
            orders=question.orders,
            plans=plans,
            battery=battery,
            steers=question.storage is not None,
            wanted_kw=wanted,
        )
        if not self._stopped:
            self._on_change()


def _answer(question: Question) -> tuple[Mapping[str, Plan], BatteryPlan | None]:
    """Make the plans of the cars, and of the home battery where that is asked for."""
    if question.storage is None:
        return make_plans(question), None
    made = make_all(question)
    return made.cars, made.battery


_WAITS: Final = Plan(slots=())
"""Of a car whose first plan is being made."""


def _stays(orders: Mapping[str, Order]) -> dict[str, str]:
    return {evse_id: order.stay for evse_id, order in orders.items()}


def _quarter(at: datetime) -> int:
    return int(at.timestamp() // RENEWED.total_seconds())


async def _install_solver(hass: HomeAssistant) -> None:
    try:
        await async_process_requirements(hass, DOMAIN, [SOLVER], is_built_in=False)
    except RequirementsNotFound:
        _LOGGER.info("%s cannot be installed here: plans are made without it, and may cost a little more", SOLVER)
        return
    await hass.async_add_executor_job(highs.look_again)
