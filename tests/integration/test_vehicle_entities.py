"""A vehicle's entities, and which car is at a charger: what they show, and what becomes of what a person sets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.configuration.vehicles import VehicleConfig
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.goal_set import (
    Departure,
    GoalSet,
    GoalStrategy,
    OneOff,
    Target,
    TargetKind,
    Terms,
)
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.foresight.departures import Coming, Origin
from custom_components.smart_charging.foresight.held_goals import HeldGoals, HoldsFor
from custom_components.smart_charging.vehicle_entity import car_options

from .entities import GARAGE, LEAF, NOW, TWIZY, VEHICLES, ZOE, ToldSite, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

SESSION = SessionEnergy(started_at=NOW, energy_kwh=0.0, running=True)
WORK = Departure(weekdays=frozenset(range(5)), time=time(7, 30))


@pytest.fixture(autouse=True)
async def _sunday_noon_in_london(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/London")
    freezer.move_to(NOW)
    hass.states.async_set("sensor.zoe", "40")


async def show(hass: HomeAssistant, platform: Platform, vehicles: Mapping[str, VehicleConfig] = VEHICLES) -> ToldSite:
    """A car is plugged in at the garage, as the Zoe always is."""
    return await load(hass, platform, tick(session=SESSION), vehicles=vehicles)


def goals(site: ToldSite, vehicle_id: str) -> GoalSet:
    found: GoalSet = site.entry.runtime_data.goals.of(vehicle_id)
    return found


async def want(site: ToldSite, vehicle_id: str, wanted: GoalSet) -> None:
    site.entry.runtime_data.goals.set(vehicle_id, wanted)
    await site.tell(tick(session=SESSION))


def attributes(site: ToldSite, entity_id: str) -> dict[str, Any]:
    """What an entity tells beside its state, as far as it is ours."""
    state = site.hass.states.get(entity_id)
    assert state is not None
    names = ("estimated", "charger", "vehicle", "found_by", "candidates", "until", "learned_at", "set_for")
    return {name: state.attributes[name] for name in names if name in state.attributes}


async def set_number(hass: HomeAssistant, entity_id: str, value: float) -> None:
    data = {ATTR_ENTITY_ID: entity_id, "value": value}
    await hass.services.async_call("number", "set_value", data, blocking=True)


async def choose(hass: HomeAssistant, entity_id: str, option: str) -> None:
    data = {ATTR_ENTITY_ID: entity_id, "option": option}
    await hass.services.async_call("select", "select_option", data, blocking=True)


@pytest.mark.parametrize(
    "platform", [Platform.NUMBER, Platform.SELECT, Platform.SENSOR, Platform.SWITCH, Platform.TIME]
)
async def test_all_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion, platform: Platform
) -> None:
    site = await show(hass, platform)
    for registered in er.async_entries_for_config_entry(entity_registry, site.entry.entry_id):
        if registered.config_subentry_id not in VEHICLES and not registered.unique_id.endswith("_car"):
            entity_registry.async_remove(registered.entity_id)
    await hass.async_block_till_done()
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_how_full_it_is(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR)
    assert site.state("sensor.zoe_state_of_charge") == "40"
    assert attributes(site, "sensor.zoe_state_of_charge") == {"estimated": False, "charger": "Garage"}
    assert site.state("sensor.leaf_state_of_charge") == STATE_UNKNOWN
    assert attributes(site, "sensor.leaf_state_of_charge") == {"estimated": None, "charger": None}
    await site.tell(tick(session=replace(SESSION, energy_kwh=10.0)))
    assert site.state("sensor.zoe_state_of_charge") == "59"
    assert attributes(site, "sensor.zoe_state_of_charge") == {"estimated": True, "charger": "Garage"}


async def test_a_person_says_how_full_it_is(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.NUMBER)
    assert site.state("number.leaf_state_of_charge_now") == STATE_UNKNOWN
    await set_number(hass, "number.leaf_state_of_charge_now", 62)
    assert site.state("number.leaf_state_of_charge_now") == "62"
    # The others tell themselves, or could do nothing with it.
    assert hass.states.get("number.zoe_state_of_charge_now") is None
    assert hass.states.get("number.twizy_state_of_charge_now") is None


async def test_how_much_is_wanted(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.NUMBER)
    # As much as it charges to, until somebody says.
    assert site.state("number.zoe_wanted_charge") == "90"
    await set_number(hass, "number.zoe_wanted_charge", 80)
    assert site.state("number.zoe_wanted_charge") == "80"
    assert goals(site, ZOE) == GoalSet(target=Target(kind=TargetKind.SOC, amount=0.8))
    await want(site, ZOE, GoalSet(target=Target(kind=TargetKind.RANGE, amount=200)))
    assert site.state("number.zoe_wanted_charge") == STATE_UNKNOWN


async def test_how_much_is_wanted_of_a_battery_that_nobody_knows(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.NUMBER)
    assert site.state("number.twizy_wanted_charge") == STATE_UNKNOWN
    await set_number(hass, "number.twizy_wanted_charge", 4.5)
    assert site.state("number.twizy_wanted_charge") == "4.5"
    assert goals(site, TWIZY) == GoalSet(target=Target(kind=TargetKind.ENERGY, amount=4.5))


SIXTY = Target(kind=TargetKind.SOC, amount=0.6)
SEVENTY = Target(kind=TargetKind.SOC, amount=0.7)
EIGHTY = Target(kind=TargetKind.SOC, amount=0.8)
TONIGHT = OneOff(at=datetime(2026, 3, 1, 20, tzinfo=UTC), target=SIXTY)


@pytest.mark.parametrize(
    ("wanted", "state", "set_for", "changed"),
    [
        pytest.param(GoalSet(target=SIXTY), "60", "always", GoalSet(target=SEVENTY), id="the standing one"),
        pytest.param(
            GoalSet(target=EIGHTY, once=TONIGHT),
            "60",
            "once",
            GoalSet(target=EIGHTY, once=replace(TONIGHT, target=SEVENTY)),
            id="just this once",
        ),
        pytest.param(
            GoalSet(target=EIGHTY, once=replace(TONIGHT, target=None)),
            "80",
            "always",
            GoalSet(target=SEVENTY, once=replace(TONIGHT, target=None)),
            id="just this once, as always",
        ),
        pytest.param(
            GoalSet(target=EIGHTY, departures=(replace(WORK, target=SIXTY), replace(WORK, time=time(12)))),
            "60",
            "departure",
            GoalSet(target=EIGHTY, departures=(replace(WORK, target=SEVENTY), replace(WORK, time=time(12)))),
            id="one of those that are repeated",
        ),
    ],
)
async def test_the_goal_that_holds_is_shown_and_changed(
    hass: HomeAssistant, wanted: GoalSet, state: str, set_for: str, changed: GoalSet
) -> None:
    site = await show(hass, Platform.NUMBER)
    await want(site, ZOE, wanted)
    assert (site.state("number.zoe_wanted_charge"), attributes(site, "number.zoe_wanted_charge")) == (
        state,
        {"set_for": set_for},
    )
    await set_number(hass, "number.zoe_wanted_charge", 70)
    assert site.state("number.zoe_wanted_charge") == "70"
    assert goals(site, ZOE) == changed


async def test_what_is_wanted_at_its_charger_holds_until_it_is_unplugged(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.NUMBER)
    site.entry.runtime_data.goals.set_guest(GARAGE, GoalSet(target=SIXTY))
    await want(site, ZOE, GoalSet(target=EIGHTY))
    assert attributes(site, "number.zoe_wanted_charge") == {"set_for": "charger"}
    await set_number(hass, "number.zoe_wanted_charge", 70)
    assert site.state("number.zoe_wanted_charge") == "70"
    assert site.entry.runtime_data.goals.of_guest(GARAGE) == GoalSet(target=SEVENTY)
    assert goals(site, ZOE) == GoalSet(target=EIGHTY)
    await site.tell(tick(session=replace(SESSION, running=False)))
    assert site.state("number.zoe_wanted_charge") == "80"


async def set_time(hass: HomeAssistant, at: str) -> None:
    data = {ATTR_ENTITY_ID: "time.zoe_ready_by", "time": at}
    await hass.services.async_call("time", "set_value", data, blocking=True)


async def test_each_day_at_the_same_time(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.TIME)
    assert site.state("time.zoe_ready_by") == STATE_UNKNOWN
    await set_time(hass, "07:30")
    assert goals(site, ZOE) == GoalSet(ready_by=time(7, 30))
    assert site.state("time.zoe_ready_by") == "07:30:00"
    # While that is paused it shows what will be.
    await want(site, ZOE, GoalSet(ready_by=time(7, 30), paused=True))
    assert site.state("time.zoe_ready_by") == "07:30:00"


@pytest.mark.parametrize(
    ("at", "utc"),
    [("15:00", datetime(2026, 3, 1, 15, tzinfo=UTC)), ("06:00", datetime(2026, 3, 2, 6, tzinfo=UTC))],
)
async def test_just_this_once_where_weekdays_differ(hass: HomeAssistant, at: str, utc: datetime) -> None:
    site = await show(hass, Platform.TIME)
    await want(site, ZOE, GoalSet(departures=(WORK,)))
    assert site.state("time.zoe_ready_by") == "07:30:00"
    await set_time(hass, at)
    assert goals(site, ZOE) == GoalSet(departures=(WORK,), once=OneOff(at=utc))
    assert site.state("time.zoe_ready_by") == f"{at}:00"


DAILY = GoalSet(ready_by=time(7, 30), once=TONIGHT)
FRIDAY = OneOff(at=datetime(2026, 3, 6, 7, tzinfo=UTC), target=SIXTY)


@pytest.mark.parametrize(
    ("wanted", "at", "set_for", "changed"),
    [
        pytest.param(
            GoalSet(ready_by=time(7, 30)), "06:00", "always", GoalSet(ready_by=time(6)), id="that of each day"
        ),
        pytest.param(
            DAILY,
            "21:00",
            "once",
            replace(DAILY, once=replace(TONIGHT, at=datetime(2026, 3, 1, 21, tzinfo=UTC))),
            id="that of today, and what is wanted for it stays",
        ),
        pytest.param(
            DAILY,
            "06:00",
            "once",
            replace(DAILY, once=replace(TONIGHT, at=datetime(2026, 3, 2, 6, tzinfo=UTC))),
            id="that of today, which was at that time already",
        ),
        pytest.param(
            GoalSet(once=FRIDAY),
            "15:00",
            "once",
            GoalSet(once=replace(FRIDAY, at=datetime(2026, 3, 6, 15, tzinfo=UTC))),
            id="that of Friday stays on Friday",
        ),
        pytest.param(
            GoalSet(departures=(replace(WORK, target=SIXTY),)),
            "06:00",
            "departure",
            GoalSet(
                departures=(replace(WORK, target=SIXTY),),
                once=OneOff(at=datetime(2026, 3, 2, 6, tzinfo=UTC), target=SIXTY),
            ),
            id="one of those that are repeated, with what is wanted for it",
        ),
        pytest.param(
            GoalSet(departures=(WORK,), paused=True),
            "06:00",
            "always",
            GoalSet(departures=(WORK,), paused=True, once=OneOff(at=datetime(2026, 3, 2, 6, tzinfo=UTC))),
            id="none at all",
        ),
    ],
)
async def test_the_departure_that_holds_is_changed(
    hass: HomeAssistant, wanted: GoalSet, at: str, set_for: str, changed: GoalSet
) -> None:
    site = await show(hass, Platform.TIME)
    await want(site, ZOE, wanted)
    assert attributes(site, "time.zoe_ready_by") == {"set_for": set_for}
    await set_time(hass, at)
    assert site.state("time.zoe_ready_by") == f"{at}:00"
    assert goals(site, ZOE) == changed


async def test_the_departure_of_a_goal_at_its_charger(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.TIME)
    site.entry.runtime_data.goals.set_guest(GARAGE, GoalSet(once=TONIGHT))
    await want(site, ZOE, GoalSet(ready_by=time(7, 30)))
    assert (site.state("time.zoe_ready_by"), attributes(site, "time.zoe_ready_by")) == (
        "20:00:00",
        {"set_for": "charger"},
    )


def test_an_event_gives_way_to_what_is_set_instead() -> None:
    held = HeldGoals(goals=GoalSet(ready_by=time(7, 30)), coming=Coming(said=TONIGHT, origin=Origin.CALENDAR))
    assert (held.target_holds, held.departure_holds) == (HoldsFor.CALENDAR, HoldsFor.CALENDAR)
    assert held.with_target(SEVENTY).goals.once == replace(TONIGHT, target=SEVENTY)
    moved = held.with_departure(time(21), NOW, UTC)
    assert moved.goals.once == replace(TONIGHT, at=datetime(2026, 3, 1, 21, tzinfo=UTC))


async def test_the_time_in_summer(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.TIME)
    await want(site, ZOE, GoalSet(once=OneOff(at=datetime(2026, 7, 1, 6, 30, tzinfo=UTC))))
    assert site.state("time.zoe_ready_by") == "07:30:00"


async def test_how_it_is_reached(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SELECT)
    assert site.state("select.zoe_strategy") == "cheapest"
    await choose(hass, "select.zoe_strategy", "at_once")
    assert goals(site, ZOE).terms == Terms(strategy=GoalStrategy.AT_ONCE)
    assert site.state("select.zoe_strategy") == "at_once"
    for needs_a_figure in ("below_price", "cheapest_hours"):
        with pytest.raises(ServiceValidationError):
            await choose(hass, "select.zoe_strategy", needs_a_figure)
    await want(site, ZOE, GoalSet(terms=Terms(price_limit=0.2, hours=3)))
    for has_its_figure in ("below_price", "cheapest_hours"):
        await choose(hass, "select.zoe_strategy", has_its_figure)
        assert site.state("select.zoe_strategy") == has_its_figure


async def test_on_holiday(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = await show(hass, Platform.SWITCH)
    switch = {ATTR_ENTITY_ID: "switch.zoe_repeat_paused"}
    assert site.state("switch.zoe_repeat_paused") == "off"
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    assert site.state("switch.zoe_repeat_paused") == "on"
    assert goals(site, ZOE) == GoalSet(paused=True)
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    assert goals(site, ZOE) == GoalSet()
    await want(site, ZOE, GoalSet(paused=True, paused_until=date(2026, 3, 2)))
    assert attributes(site, "switch.zoe_repeat_paused") == {"until": date(2026, 3, 2)}
    freezer.move_to("2026-03-02T00:00:00+00:00")
    await site.tell(tick(session=SESSION))
    assert site.state("switch.zoe_repeat_paused") == "off"
    assert attributes(site, "switch.zoe_repeat_paused") == {"until": None}


async def test_in_one_go(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SWITCH)
    switch = {ATTR_ENTITY_ID: "switch.zoe_charge_in_one_go"}
    assert site.state("switch.zoe_charge_in_one_go") == "off"
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    assert site.state("switch.zoe_charge_in_one_go") == "on"
    assert attributes(site, "switch.zoe_charge_in_one_go") == {"learned_at": None}
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    assert site.state("switch.zoe_charge_in_one_go") == "off"


async def test_which_car_is_here(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SELECT)
    assert site.state("select.garage_car") == "automatic"
    assert attributes(site, "select.garage_car") == {"vehicle": "Zoe", "found_by": "usual", "candidates": []}
    await choose(hass, "select.garage_car", "Leaf")
    assert site.state("select.garage_car") == "Leaf"
    assert attributes(site, "select.garage_car") == {"vehicle": "Leaf", "found_by": "choice", "candidates": []}
    await choose(hass, "select.garage_car", "guest")
    assert attributes(site, "select.garage_car") == {"vehicle": None, "found_by": "choice", "candidates": []}
    await site.tell(tick(session=replace(SESSION, running=False)))
    assert site.state("select.garage_car") == "automatic"
    assert attributes(site, "select.carport_car") == {"vehicle": None, "found_by": None, "candidates": []}


async def test_it_may_be_one_of_two(hass: HomeAssistant) -> None:
    shared = {key: replace(config, usual_charger=GARAGE) for key, config in VEHICLES.items()}
    site = await show(hass, Platform.SELECT, {key: shared[key] for key in (ZOE, LEAF)})
    assert attributes(site, "select.garage_car") == {
        "vehicle": None,
        "found_by": None,
        "candidates": ["Zoe", "Leaf"],
    }
    assert site.entry.runtime_data.vehicles.unclear == {GARAGE}


async def test_without_vehicles_nobody_is_asked_which_one_it_is(hass: HomeAssistant) -> None:
    await show(hass, Platform.SELECT, {})
    assert hass.states.get("select.garage_car") is None


async def test_a_vehicle_that_was_linked_needs_no_number_any_more(hass: HomeAssistant) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create("number", "smart_charging", f"{ZOE}_soc_now", suggested_object_id="old")
    site = await show(hass, Platform.NUMBER)
    registry.async_update_entity("number.old", config_entry_id=site.entry.entry_id)
    await hass.config_entries.async_forward_entry_unload(site.entry, Platform.NUMBER)
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.NUMBER])
    assert registry.async_get("number.old") is None
    assert registry.async_get("number.carport_priority") is not None


def test_no_two_cars_have_one_name():
    def named(name: str) -> VehicleConfig:
        return VehicleConfig(name=name, vehicle=Vehicle(vehicle_id=name))

    cars = {"a": named("Zoe"), "b": named("Zoe"), "c": named("guest"), "d": named("automatic"), "e": named("Zoe")}
    assert car_options(cars) == {
        "automatic": None,
        "Zoe": "a",
        "Zoe (2)": "b",
        "guest (2)": "c",
        "automatic (2)": "d",
        "Zoe (3)": "e",
        "guest": "guest",
    }
