"""Actions that say what is wanted of a car: for a vehicle, or for whatever car is at a charger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import voluptuous as vol
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.goal_set import (
    EVERY_DAY,
    Departure,
    GoalSet,
    GoalStrategy,
    OneOff,
    Target,
    TargetKind,
    Terms,
)
from custom_components.smart_charging.goal_actions import async_register_goal_actions

from .entities import BOILER, CARPORT, GARAGE, LEAF, NOW, TWIZY, VEHICLES, WHOLE_SITE, ZOE, ToldSite, load, tick
from .test_config_rules import TEXTS

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

EIGHTY = Target(kind=TargetKind.SOC, amount=0.8)
TEN_KWH = Target(kind=TargetKind.ENERGY, amount=10.0)
WORK = Departure(weekdays=frozenset(range(5)), time=time(7, 30))
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@pytest.fixture
async def site(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> ToldSite:
    """On a Sunday at noon in London the Zoe is in the garage."""
    await hass.config.async_set_time_zone("Europe/London")
    freezer.move_to(NOW)
    async_register_goal_actions(hass)
    session = SessionEnergy(started_at=NOW, energy_kwh=0.0, running=True)
    site = await load(hass, Platform.SELECT, tick(session=session), site=WHOLE_SITE, vehicles=VEHICLES)
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.BINARY_SENSOR])
    return site


async def call(site: ToldSite, action: str, *parts: str, **data: Any) -> None:
    """Call an action for some parts of the site."""
    registry = dr.async_get(site.hass)
    devices = [registry.async_get_device_by_identifier((DOMAIN, part), site.entry.entry_id) for part in parts]
    target = {"device_id": [device.id for device in devices if device is not None]}
    await site.hass.services.async_call(DOMAIN, action, {**target, **data}, blocking=True)


def wanted(site: ToldSite, vehicle_id: str = ZOE) -> GoalSet:
    goals: GoalSet = site.entry.runtime_data.goals.of(vehicle_id)
    return goals


def wanted_at(site: ToldSite, evse_id: str = GARAGE) -> GoalSet | None:
    goals: GoalSet | None = site.entry.runtime_data.goals.of_guest(evse_id)
    return goals


@pytest.mark.parametrize(
    ("data", "goals"),
    [
        pytest.param({"soc": 80}, GoalSet(target=EIGHTY), id="80 %"),
        pytest.param({"energy_kwh": "10"}, GoalSet(target=TEN_KWH), id="10 kWh"),
        pytest.param({"range_km": 200}, GoalSet(target=Target(kind=TargetKind.RANGE, amount=200.0)), id="200 km"),
        pytest.param({"departure": "07:30"}, GoalSet(once=OneOff(at=MONDAY)), id="tomorrow at 07:30"),
        pytest.param(
            {"departure": "2026-03-02 07:30:00", "soc": 80, "margin_min": 0},
            GoalSet(once=OneOff(at=MONDAY, target=EIGHTY, terms=Terms(margin_min=0.0))),
            id="just once",
        ),
        pytest.param(
            {"strategy": "at_once"}, GoalSet(terms=Terms(strategy=GoalStrategy.AT_ONCE)), id="as soon as possible"
        ),
        pytest.param(
            {"price_limit": 0.2},
            GoalSet(terms=Terms(strategy=GoalStrategy.BELOW_PRICE, price_limit=0.2)),
            id="whoever tells a price means it",
        ),
        pytest.param(
            {"cheapest_hours": 3},
            GoalSet(terms=Terms(strategy=GoalStrategy.CHEAPEST_HOURS, hours=3.0)),
            id="the three cheapest hours",
        ),
        pytest.param(
            {"soc": 80, "price_limit": 0.2, "cheapest_hours": 3, "strategy": "cheapest"},
            GoalSet(target=EIGHTY, terms=Terms(price_limit=0.2, hours=3.0)),
            id="figures to choose from later",
        ),
        pytest.param(
            {"soc": 80, "more_soc": 90, "more_below": 0.1, "last_stretch_min": 15, "earliest": "22:00"},
            GoalSet(
                target=EIGHTY,
                terms=Terms(
                    more=Target(kind=TargetKind.SOC, amount=0.9),
                    more_below=0.1,
                    last_stretch_min=15.0,
                    earliest=time(22),
                ),
            ),
            id="all the rest",
        ),
    ],
)
async def test_a_goal_is_set(site: ToldSite, data: dict[str, Any], goals: GoalSet) -> None:
    await call(site, "set_goal", ZOE, **data)
    assert wanted(site) == goals
    assert (wanted(site, LEAF), wanted_at(site)) == (GoalSet(), None)


async def test_what_is_not_said_stays(site: ToldSite) -> None:
    await call(site, "set_goal", ZOE, soc=80, price_limit=0.2)
    await call(site, "set_goal", ZOE, margin_min=10)
    await call(site, "set_goal", ZOE, soc=70)
    terms = Terms(strategy=GoalStrategy.BELOW_PRICE, price_limit=0.2, margin_min=10.0)
    seventy = Target(kind=TargetKind.SOC, amount=0.7)
    assert wanted(site) == GoalSet(target=seventy, terms=terms)
    await call(site, "set_goal", ZOE, departure="07:30", last_stretch_min=20)
    assert wanted(site).once == OneOff(at=MONDAY, terms=replace(terms, last_stretch_min=20.0))


async def test_for_whatever_car_is_at_a_charger(site: ToldSite) -> None:
    await call(site, "set_goal", CARPORT, energy_kwh=10, departure="07:30")
    assert wanted_at(site, CARPORT) == GoalSet(once=OneOff(at=MONDAY, target=TEN_KWH))
    # At the garage it is known which one that is.
    await call(site, "set_goal", GARAGE, soc=80)
    assert wanted_at(site) == GoalSet(target=EIGHTY)
    await call(site, "set_goal", GARAGE, margin_min=5)
    assert wanted_at(site) == GoalSet(target=EIGHTY, terms=Terms(margin_min=5.0))
    assert wanted(site) == GoalSet()


@pytest.mark.parametrize(
    ("part", "data", "key", "placeholders"),
    [
        (ZOE, {}, "goal_empty", {}),
        (ZOE, {"departure": "2026-03-01T11:00:00"}, "in_the_past", None),
        (ZOE, {"soc": 95}, "share_above_limit", {"name": "Zoe", "limit": "90%"}),
        (ZOE, {"more_soc": 95, "more_below": 0.1}, "share_above_limit", {"name": "Zoe", "limit": "90%"}),
        (TWIZY, {"soc": 80}, "share_of_unknown", {"name": "Twizy"}),
        (CARPORT, {"soc": 80}, "share_of_guest", {"name": "Carport"}),
        (ZOE, {"strategy": "below_price"}, "price_limit_missing", {}),
        (ZOE, {"strategy": "cheapest_hours"}, "hours_missing", {}),
        (ZOE, {"price_limit": 0.2, "cheapest_hours": 3}, "strategy_unclear", {}),
        (BOILER, {"soc": 80}, "no_vehicle", {}),
    ],
)
async def test_what_cannot_be_is_said(
    site: ToldSite, part: str, data: dict[str, Any], key: str, placeholders: dict[str, str] | None
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await call(site, "set_goal", part, **data)
    assert (raised.value.translation_key, raised.value.translation_placeholders) == (key, placeholders)
    TEXTS["exceptions"][key]["message"].format(**placeholders or {})
    assert wanted(site) == GoalSet()


@pytest.mark.parametrize(
    "data",
    [
        {"soc": 0},
        {"soc": 101},
        {"soc": 80, "energy_kwh": 10},
        {"energy_kwh": 501},
        {"range_km": -1},
        {"more_soc": 80},
        {"strategy": "by_feeling"},
        {"cheapest_hours": 25},
        {"margin_min": 721},
        {"last_stretch_min": -1},
        {"earliest": "late"},
        {"departure": "soon"},
    ],
)
async def test_what_makes_no_sense_is_refused(site: ToldSite, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await call(site, "set_goal", ZOE, **data)


async def test_all_of_them_or_none(site: ToldSite) -> None:
    with pytest.raises(ServiceValidationError, match="Nobody knows what the battery of Twizy holds"):
        await call(site, "set_goal", LEAF, TWIZY, soc=80)
    assert wanted(site, LEAF) == GoalSet()
    await call(site, "set_goal", LEAF, TWIZY, energy_kwh=10)
    assert wanted(site, LEAF) == wanted(site, TWIZY) == GoalSet(target=TEN_KWH)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ({"what": "once"}, GoalSet(target=EIGHTY, terms=Terms(hours=3), departures=(WORK,), paused=True)),
        ({}, GoalSet(departures=(WORK,), paused=True)),
        ({"what": "everything"}, GoalSet()),
    ],
)
async def test_a_goal_is_taken_back(site: ToldSite, data: dict[str, Any], left: GoalSet) -> None:
    once = OneOff(at=MONDAY)
    everything = GoalSet(target=EIGHTY, terms=Terms(hours=3), departures=(WORK,), once=once, paused=True)
    site.entry.runtime_data.goals.set(ZOE, everything)
    await call(site, "clear_goal", ZOE, **data)
    assert wanted(site) == left


@pytest.mark.parametrize(("what", "left"), [("once", GoalSet(target=EIGHTY)), ("goal", None), ("everything", None)])
async def test_a_guest_s_goal_is_taken_back(site: ToldSite, what: str, left: GoalSet | None) -> None:
    site.entry.runtime_data.goals.set_guest(GARAGE, GoalSet(target=EIGHTY, once=OneOff(at=MONDAY)))
    await call(site, "clear_goal", GARAGE, what=what)
    assert wanted_at(site) == left


async def test_departures_of_each_week(site: ToldSite) -> None:
    await call(site, "set_goal", ZOE, soc=70, margin_min=10)
    site.entry.runtime_data.goals.set(ZOE, replace(wanted(site), ready_by=time(9)))
    departures: list[Mapping[str, Any]] = [
        {"time": "07:30", "weekdays": ["mon", "tue", "wed", "thu", "fri"]},
        {"time": "12:15", "weekdays": ["wed"], "energy_kwh": 10, "strategy": "at_once"},
        {"time": "10:00:00", "soc": 80},
    ]
    await call(site, "set_departures", ZOE, departures=departures)
    assert wanted(site).departures == (
        WORK,
        Departure(
            weekdays=frozenset({2}),
            time=time(12, 15),
            target=TEN_KWH,
            terms=Terms(strategy=GoalStrategy.AT_ONCE, margin_min=10.0),
        ),
        Departure(weekdays=EVERY_DAY, time=time(10), target=EIGHTY),
    )
    assert (wanted(site).ready_by, wanted(site).paused) == (None, False)
    await call(site, "set_departures", ZOE, departures=departures[0], paused_until="2026-08-24")
    assert wanted(site).departures == (WORK,)
    assert (wanted(site).paused, wanted(site).paused_until) == (True, date(2026, 8, 24))
    await call(site, "set_departures", ZOE, departures=[])
    assert wanted(site).departures == ()


@pytest.mark.parametrize(
    ("part", "departures", "key", "placeholders"),
    [
        (
            ZOE,
            [{"time": "07:30", "weekdays": ["mon"]}, {"time": "07:30"}],
            "departure_twice",
            {"time": "07:30"},
        ),
        (ZOE, [{"time": "07:30", "soc": 95}], "share_above_limit", {"name": "Zoe", "limit": "90%"}),
        (GARAGE, [{"time": "07:30"}], "departures_of_vehicles", {"name": "Garage"}),
    ],
)
async def test_departures_that_cannot_be(
    site: ToldSite, part: str, departures: list[dict[str, Any]], key: str, placeholders: dict[str, str]
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await call(site, "set_departures", part, departures=departures)
    assert (raised.value.translation_key, raised.value.translation_placeholders) == (key, placeholders)
    TEXTS["exceptions"][key]["message"].format(**placeholders)
    assert wanted(site) == GoalSet()


@pytest.mark.parametrize("departure", [{}, {"time": "late"}, {"time": "07:30", "weekdays": ["someday"]}])
async def test_departures_that_make_no_sense(site: ToldSite, departure: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await call(site, "set_departures", ZOE, departures=[departure])
