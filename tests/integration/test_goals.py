"""Goals of vehicles and of guests, as they are kept, and the aims that come of them for the cars that are here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.configuration.vehicles import VehicleConfig
from custom_components.smart_charging.engine.model.aim import Aim, Caveat
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvState
from custom_components.smart_charging.engine.model.goal_set import (
    Departure,
    Due,
    GoalSet,
    GoalStrategy,
    GuestGoals,
    OneOff,
    Target,
    TargetKind,
    Terms,
)
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.foresight.goals import Goals
from custom_components.smart_charging.store import SiteStore

from ..sources.test_event_calendar import Calendar
from .test_vehicles import CARPORT, CONFIGS, GARAGE, LEAF, ZOE, Yard

SITE = Site(
    circuits=(Circuit(circuit_id="site", phases=ALL_PHASES, limits=()),),
    evses=tuple(Evse(evse_id=evse_id, circuit_id="site", phases=ALL_PHASES) for evse_id in (GARAGE, CARPORT)),
)
EIGHTY = Target(kind=TargetKind.SOC, amount=0.8)
TEN_KWH = Target(kind=TargetKind.ENERGY, amount=10.0)
EVERYTHING = GoalSet(
    target=EIGHTY,
    terms=Terms(
        strategy=GoalStrategy.CHEAPEST_HOURS,
        price_limit=0.2,
        hours=3.0,
        more=TEN_KWH,
        more_below=0.1,
        margin_min=10.0,
        last_stretch_min=15.0,
        earliest=time(22),
    ),
    ready_by=time(7, 30),
    departures=(Departure(weekdays=frozenset({0, 4}), time=time(6), target=TEN_KWH, terms=Terms(hours=1.0)),),
    once=OneOff(at=datetime(2026, 3, 3, 5, tzinfo=UTC), target=EIGHTY),
    paused=True,
    paused_until=date(2026, 4, 1),
)


@pytest.fixture
async def yard(hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]) -> Yard:
    """An empty yard in Paris, on a Monday at 20:00."""
    del hass_storage
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-03-02T19:00:00+00:00")
    return Yard(hass=hass, freezer=freezer, store=SiteStore(hass, "entry"))


def goals_of(yard: Yard, configs: Mapping[str, VehicleConfig] = CONFIGS) -> Goals:
    yard.vehicles.configs = configs
    return Goals(yard.hass, yard.vehicles, yard.store)


def aims(yard: Yard, goals: Goals) -> dict[str, Aim]:
    yard.look()
    goals.update(dt_util.utcnow(), yard.sessions)
    return goals.aims(dt_util.utcnow(), SITE, yard.statuses, yard.sessions)


def energy_kwh(aim: Aim) -> float:
    """What is to reach the battery."""
    return round(aim.order.stages[0].energy_kwh, 3)


def given_kwh(aim: Aim) -> float:
    """What the charger is to give for it."""
    return round(aim.goal.energy_kwh or 0.0, 3)


async def test_all_that_is_wanted_outlasts_a_restart(yard: Yard):
    guest = GuestGoals(goals=EVERYTHING, started_at=dt_util.utcnow())
    yard.store.set_goals("zoe", EVERYTHING)
    yard.store.set_guest_goals(GARAGE, guest)
    again = await yard.restart()
    assert again.store.goals == {"zoe": EVERYTHING}
    assert again.store.guest_goals == {GARAGE: guest}


async def test_what_a_later_release_wrote_is_read_as_far_as_it_is_known(yard: Yard, hass_storage: dict[str, Any]):
    yard.store.set_goals("zoe", EVERYTHING)
    yard.store.set_goals("leaf", EVERYTHING)
    await yard.store.async_save()
    stored = hass_storage["smart_charging.entry"]["data"]["goals"]
    stored["zoe"]["colour"] = "red"
    stored["zoe"]["terms"]["mood"] = "green"
    stored["leaf"]["terms"]["strategy"] = "by_feeling"
    again = SiteStore(yard.hass, "entry")
    await again.async_load()
    assert again.goals == {"zoe": EVERYTHING}


def test_a_vehicle_with_a_goal_by_the_morning(yard: Yard):
    goals = goals_of(yard)
    goals.set("zoe", GoalSet(target=EIGHTY, ready_by=time(7, 30)))
    yard.hass.states.async_set("sensor.zoe", "40")
    assert aims(yard, goals) == {}
    yard.plug_in(card="anna", state=EvState.C)
    (aim,) = aims(yard, goals).values()
    assert (energy_kwh(aim), aim.soc, aim.caveats) == (20.0, 0.4, frozenset())
    assert aim.departure == datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
    assert aim.goal.departure == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert (aim.order.evse_id, aim.order.charging) == (GARAGE, True)
    yard.charge(10)
    assert energy_kwh(aims(yard, goals)[GARAGE]) == 10.7
    # In two hours 0.5 kWh of it are used up at once.
    yard.charge(10, hours=2)
    assert energy_kwh(aims(yard, goals)[GARAGE]) == 11.165
    yard.unplug()
    assert aims(yard, goals) == {}


def test_one_that_was_seen_not_to_bear_pauses(yard: Yard):
    goals = goals_of(yard)
    goals.set("zoe", GoalSet(target=EIGHTY))
    yard.plug_in(card="anna")
    assert not aims(yard, goals)[GARAGE].order.continuous
    yard.vehicles.choose_continuous("zoe", continuous=True)
    assert aims(yard, goals)[GARAGE].order.continuous


def test_whose_car_it_is_and_since_when_tells_it_from_others(yard: Yard):
    goals = goals_of(yard)
    for vehicle_id in ("zoe", "leaf"):
        goals.set(vehicle_id, GoalSet(target=EIGHTY))
    stays: set[str] = set()
    for name in ("anna", "ben", "anna"):
        yard.plug_in(card=name)
        stays.add(aims(yard, goals)[GARAGE].order.stay)
        yard.charge(1)
        stays.add(aims(yard, goals)[GARAGE].order.stay)
        yard.unplug()
        aims(yard, goals)
        yard.freezer.tick(60)
    assert len(stays) == 3


def test_one_without_a_goal_charges_as_its_mode_says(yard: Yard):
    goals = goals_of(yard)
    yard.plug_in(card="anna")
    yard.plug_in(CARPORT)
    assert aims(yard, goals) == {}
    assert goals.of("zoe") == GoalSet()


def test_where_nobody_knows_how_full_it_is_it_is_charged_all_the_same(yard: Yard):
    goals = goals_of(yard)
    goals.set("leaf", GoalSet(target=EIGHTY))
    yard.plug_in(card="ben")
    aim = aims(yard, goals)[GARAGE]
    # From 10 % to 80 % of 40 kWh.
    assert (energy_kwh(aim), set(aim.caveats)) == (28.0, {Caveat.SOC_ASSUMED})
    yard.charge(10)
    assert energy_kwh(aims(yard, goals)[GARAGE]) == 18.7
    yard.vehicles.set_soc("leaf", 0.7, dt_util.utcnow())
    aim = aims(yard, goals)[GARAGE]
    assert (energy_kwh(aim), aim.caveats) == (4.0, frozenset())


def test_a_battery_of_which_nobody_knows_what_it_holds(yard: Yard):
    twizy = replace(LEAF, vehicle=Vehicle(vehicle_id="leaf"))
    goals = goals_of(yard, {"leaf": twizy})
    goals.set("leaf", GoalSet(target=TEN_KWH))
    yard.plug_in(card="ben")
    yard.charge(5)
    aim = aims(yard, goals)[GARAGE]
    assert (given_kwh(aim), aim.soc, aim.caveats) == (5.0, None, frozenset())
    # 250 of 11,040 W are used up at once.
    assert energy_kwh(aim) == pytest.approx(5 * 0.93 * 10.79 / 11.04, abs=1e-3)
    # How far that is good for is a matter of the battery: 60 km are 10 kWh, of which it has 0.93 * 4.5.
    goals.set("leaf", GoalSet(target=Target(kind=TargetKind.RANGE, amount=60.0)))
    yard.charge(5, hours=2)
    assert energy_kwh(aims(yard, goals)[GARAGE]) == 5.815


def test_what_is_wanted_once_is_over_with_its_departure(yard: Yard):
    goals = goals_of(yard)
    goals.set("leaf", GoalSet(once=OneOff(at=dt_util.utcnow() + timedelta(hours=3), target=EIGHTY)))
    yard.plug_in(card="ben")
    assert aims(yard, goals)[GARAGE].departure == dt_util.utcnow() + timedelta(hours=3)
    yard.later(3)
    assert aims(yard, goals) == {}
    assert goals.of("leaf") == GoalSet()


def test_a_guest_s_goal_until_the_car_is_unplugged(yard: Yard):
    goals = goals_of(yard)
    yard.plug_in(current_a=(15.8, 0.0, 0.0))
    goals.set_guest(GARAGE, GoalSet(target=TEN_KWH))
    yard.charge(2)
    aim = aims(yard, goals)[GARAGE]
    assert (given_kwh(aim), aim.order.phases, aim.soc) == (8.0, 1, None)
    assert goals.of_guest(GARAGE) == GoalSet(target=TEN_KWH)
    # It shows that it charges on all three.
    yard.statuses[GARAGE] = replace(yard.statuses[GARAGE], current_a=(15.8, 15.9, 15.7))
    assert aims(yard, goals)[GARAGE].order.phases == 3
    yard.unplug()
    assert aims(yard, goals) == {}
    assert goals.of_guest(GARAGE) is None


def test_a_guest_s_goal_from_before_it_comes_and_after_it_was_not_seen_to_go(yard: Yard):
    goals = goals_of(yard)
    goals.set_guest(GARAGE, GoalSet(target=TEN_KWH))
    goals.set_guest(CARPORT, GoalSet(target=TEN_KWH))
    goals.set_guest(CARPORT, None)
    assert aims(yard, goals) == {}
    yard.plug_in()
    assert given_kwh(aims(yard, goals)[GARAGE]) == 10.0
    yard.later(1)
    yard.plug_in()
    assert aims(yard, goals) == {}


def test_what_is_asked_for_at_a_charger_goes_before_what_its_car_wants_on_other_days(yard: Yard):
    goals = goals_of(yard)
    goals.set("zoe", GoalSet(target=EIGHTY))
    goals.set_guest(GARAGE, GoalSet(target=Target(kind=TargetKind.SOC, amount=0.5)))
    yard.hass.states.async_set("sensor.zoe", "40")
    yard.plug_in(card="anna")
    assert energy_kwh(aims(yard, goals)[GARAGE]) == 5.0


async def test_departures_from_a_calendar(yard: Yard):
    calendar, heard = Calendar(yard.hass), list[str]()
    goals = goals_of(yard, {"zoe": replace(ZOE, calendar="calendar.work")})
    goals.start(lambda: heard.append("something"))
    await calendar.settle()
    assert heard == ["something"]
    assert goals.next_due("zoe", dt_util.utcnow()) == Due(at=datetime(2026, 3, 3, 6, tzinfo=UTC))
    seven = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
    assert goals.next_due("zoe", seven) == Due(at=datetime(2026, 3, 3, 7, tzinfo=UTC), target=EIGHTY)
    goals.stop()
