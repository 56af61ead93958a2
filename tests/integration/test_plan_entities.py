"""A charger's plan in Home Assistant: a sentence, figures, what is at risk, what has changed, and a calendar."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from pytest_homeassistant_custom_component.common import mock_restore_cache_with_extra_data
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.coordinator import TickResult
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot, Shortage
from custom_components.smart_charging.foresight.foresight import Ahead

from .entities import CARPORT, GARAGE, NOW, VEHICLES, ToldSite, load, tick
from .home import Home
from .plans_told import HOUR, LEAVES, MINUTE, SESSION, aim, plan, planned, slot
from .tariff_data import dynamic_tariff, fixed_tariff
from .test_planned_home import EVENING, plugged_in

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

SENTENCE, START, END = "sensor.garage_plan", "sensor.garage_plan_start", "sensor.garage_plan_end"
COST, SAVING = "sensor.garage_plan_cost", "sensor.garage_expected_saving"
EXPECTED = "sensor.garage_charge_expected_at_departure"
AT_RISK, EVENT, CALENDAR = "binary_sensor.garage_goal_at_risk", "event.garage_plan", "calendar.home_planned_charging"

# Two hours of 10 kWh in the battery each; London's clocks are those of UTC in winter.
TWO = plan(slot(NOW + 2 * HOUR, HOUR, stored_kwh=10.0), slot(NOW + 5 * HOUR, HOUR, price=0.12, stored_kwh=20.0))
NOTHING = plan(saving=0.0)
AWAITED = Plan(slots=())


@pytest.fixture(autouse=True)
async def _sunday_noon_in_london(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_set_time_zone("Europe/London")
    freezer.move_to(NOW)
    hass.config.currency = "EUR"


async def show(
    hass: HomeAssistant, platform: Platform, first: TickResult | None = None, *, mode: Mode = Mode.SMART
) -> ToldSite:
    """A Zoe is in the garage, and somebody told what a kWh costs."""
    tariff = read_tariff(fixed_tariff())
    return await load(hass, platform, first or planned(TWO), mode=mode, vehicles=VEHICLES, tariff=tariff)


def attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    state = hass.states.get(entity_id)
    assert state is not None
    return dict(state.attributes)


# What is planned.


@pytest.mark.parametrize("entity_id", [SENTENCE, START, END, COST, SAVING, EXPECTED, AT_RISK, EVENT, CALENDAR])
async def test_all_that_is_shown_of_a_plan(hass: HomeAssistant, entity_id: str, snapshot: SnapshotAssertion) -> None:
    await show(hass, Platform(entity_id.split(".", maxsplit=1)[0]))
    assert hass.states.get(entity_id) == snapshot


@pytest.mark.parametrize("platform", [Platform.SENSOR, Platform.BINARY_SENSOR, Platform.EVENT, Platform.CALENDAR])
async def test_a_site_without_a_tariff_shows_no_plans(hass: HomeAssistant, platform: Platform) -> None:
    site = await show(hass, platform)
    shown = {SENTENCE, START, END, COST, SAVING, EXPECTED, AT_RISK, EVENT, CALENDAR} & set(
        hass.states.async_entity_ids()
    )
    assert shown
    # Somebody removes the tariff.
    await hass.config_entries.async_unload_platforms(site.entry, [platform])
    runtime = site.entry.runtime_data
    runtime.foresight.tariffs = type(runtime.foresight.tariffs)(hass, None, runtime.foresight._prices)
    await hass.config_entries.async_forward_entry_setups(site.entry, [platform])
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    assert [registry.async_get(entity_id) for entity_id in shown] == [None] * len(shown)


async def test_a_plan_in_words_and_figures(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR)
    assert site.state(SENTENCE) == (
        "Starts at 14:00 for 2 h in 2 parts at 0.11 EUR/kWh; ready 18:00, 4 h before you leave; "
        "saves 3.10 EUR against now"
    )
    assert (site.state(START), site.state(END)) == ("2026-03-01T14:00:00+00:00", "2026-03-01T18:00:00+00:00")
    assert (site.state(COST), site.state(SAVING)) == ("2.42", "3.1")
    assert attributes(hass, COST)["unit_of_measurement"] == "EUR"
    # 40 % of 50 kWh, and 20 kWh.
    assert site.state(EXPECTED) == "80"
    assert attributes(hass, SENTENCE)["slots"][0] == {
        "start": "2026-03-01T14:00:00+00:00",
        "end": "2026-03-01T15:00:00+00:00",
        "current_a": 16.0,
        "power_kw": 11.0,
        "price": 0.1,
        "cost": 1.1,
        "stored_kwh": 10.0,
    }


async def test_what_a_plan_emits(hass: HomeAssistant) -> None:
    green = [replace(it, carbon_kg_per_kwh=0.0451, carbon_kg=0.4961) for it in TWO.slots]
    await show(
        hass,
        Platform.SENSOR,
        planned(replace(TWO, slots=green, by_carbon=True, carbon_kg=0.9922, carbon_saving_kg=2.345)),
    )
    shown = attributes(hass, SENTENCE)
    assert (shown["carbon_kg"], shown["carbon_saving_kg"]) == (0.99, 2.35)
    assert [row["g_per_kwh"] for row in shown["slots"]] == [45, 45]


async def test_what_is_over_is_told_no_more(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR)
    await site.tell(planned(TWO, aim(soc=0.6), at=NOW + 4 * HOUR))
    assert len(attributes(hass, SENTENCE)["slots"]) == 1
    assert (site.state(START), site.state(EXPECTED)) == ("2026-03-01T17:00:00+00:00", "80")


async def test_a_plan_that_is_made_anew_while_it_runs_began_when_it_began(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR)
    for minutes in (0, 15, 30):
        at = NOW + 2 * HOUR + minutes * MINUTE
        rest = plan(slot(at, HOUR - minutes * MINUTE), saving=0.0)
        await site.tell(planned(rest, at=at))
        assert site.state(START) == "2026-03-01T14:00:00+00:00"
        assert site.state(SENTENCE) == "Charges until 15:00 at 0.10 EUR/kWh; 7 h before you leave"
    await site.tell(planned(NOTHING, at=NOW + 3 * HOUR))
    assert (site.state(START), site.state(END)) == (STATE_UNKNOWN, STATE_UNKNOWN)


async def test_what_starts_early_so_as_not_to_be_late_is_written_down_once(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR)
    written = set()
    for seconds in range(3):
        at = NOW + timedelta(seconds=seconds)
        early = PlanSlot(start=at, end=TWO.slots[0].start, current_a=16.0)
        await site.tell(planned(replace(TWO, slots=(early, *TWO.slots)), at=at))
        state = hass.states.get(SENTENCE)
        assert state is not None
        written.add(state.last_reported)
        assert (site.state(START), site.state(EXPECTED)) == ("2026-03-01T12:00:00+00:00", STATE_UNKNOWN)
    assert len(written) == 1
    assert attributes(hass, SENTENCE)["slots"][0].keys() == {"start", "end", "current_a"}


@pytest.mark.parametrize(
    ("told", "mode", "expected"),
    [
        pytest.param(planned(session=None), Mode.SMART, "No plan: no car is plugged in", id="no car"),
        pytest.param(tick(session=SESSION), Mode.SMART, "No plan: nothing is wanted of this car", id="no goal"),
        pytest.param(planned(), Mode.FAST, 'No plan: the mode is not "Smart"', id="another mode"),
        pytest.param(planned(), Mode.SMART, "The plan is being made", id="not made yet"),
        pytest.param(planned(AWAITED), Mode.SMART, "The plan is being made", id="being made"),
    ],
)
async def test_where_there_is_no_plan(hass: HomeAssistant, told: TickResult, mode: Mode, expected: str) -> None:
    site = await show(hass, Platform.SENSOR, told, mode=mode)
    assert site.state(SENTENCE) == expected
    assert {site.state(entity_id) for entity_id in (START, END, COST, SAVING, EXPECTED)} == {STATE_UNKNOWN}
    assert attributes(hass, SENTENCE)["slots"] == []


async def test_where_there_are_no_prices(hass: HomeAssistant) -> None:
    tariff = read_tariff(dynamic_tariff())
    site = await load(hass, Platform.SENSOR, planned(), mode=Mode.SMART, vehicles=VEHICLES, tariff=tariff)
    assert site.state(SENTENCE) == "No plan: no prices are known"


async def test_a_full_car_is_expected_to_be_full(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.SENSOR, planned(NOTHING, aim(soc=0.9)))
    assert site.state(EXPECTED) == "90"


@pytest.mark.parametrize("soc", [None, 0.4])
async def test_of_a_car_that_nobody_knows_no_charge_is_expected(hass: HomeAssistant, soc: float | None) -> None:
    site = await show(hass, Platform.SENSOR, planned(TWO, aim(soc=soc)))
    if soc is not None:
        site.entry.runtime_data.vehicles.choose(GARAGE, "guest")
        await site.tell(planned(TWO, aim(soc=soc)))
    assert site.state(EXPECTED) == STATE_UNKNOWN


# What is at risk.


@pytest.mark.parametrize(
    ("told", "expected", "missed_kwh", "why"),
    [
        pytest.param(planned(TWO), STATE_OFF, 0.0, None, id="all fits"),
        pytest.param(
            planned(replace(TWO, missed_kwh=4.23, missed_for=Shortage.LIMIT)), STATE_ON, 4.2, "limit", id="short"
        ),
        pytest.param(planned(), STATE_UNKNOWN, 0.0, None, id="nothing is planned"),
        pytest.param(tick(session=SESSION), STATE_OFF, 0.0, None, id="nothing is wanted"),
    ],
)
async def test_a_goal_at_risk(
    hass: HomeAssistant, told: TickResult, expected: str, missed_kwh: float, why: str | None
) -> None:
    site = await show(hass, Platform.BINARY_SENSOR, told)
    assert site.state(AT_RISK) == expected
    shown = attributes(hass, AT_RISK)
    assert (shown["missed_kwh"], shown["why"]) == (missed_kwh, why)


# What has changed.


def last(hass: HomeAssistant) -> tuple[str | None, Any]:
    """The last event, and what it says of what has changed or why."""
    shown = attributes(hass, EVENT)
    return shown["event_type"], shown.get("changed", shown.get("why"))


async def test_a_plan_for_a_car_that_has_come_is_told(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.EVENT, tick())
    assert last(hass) == (None, None)
    await site.tell(planned(AWAITED))
    assert last(hass) == (None, None)
    await site.tell(planned(TWO))
    assert last(hass) == ("plan_changed", ["goal"])
    shown = attributes(hass, EVENT)
    assert shown["sentence"].startswith("Starts at 14:00")
    assert (shown["start"], shown["end"]) == ("2026-03-01T14:00:00+00:00", "2026-03-01T18:00:00+00:00")
    assert (shown["cost"], shown["missed_kwh"], shown["departure"]) == (2.42, 0.0, "2026-03-01T22:00:00+00:00")


async def test_a_car_that_has_what_is_wanted_is_no_news(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.EVENT, planned(NOTHING))
    await site.tell(planned(NOTHING, at=NOW + HOUR))
    assert last(hass) == (None, None)


LATER = plan(slot(NOW + 2 * HOUR + 15 * MINUTE, HOUR), TWO.slots[1])
LONGER = plan(TWO.slots[0], slot(NOW + 5 * HOUR, 75 * MINUTE, price=0.096))
DEARER = plan(TWO.slots[0], slot(NOW + 5 * HOUR, HOUR, price=0.145))


@pytest.mark.parametrize(
    ("made", "leaves", "changed"),
    [
        pytest.param(LATER, LEAVES, ["start"], id="it starts later"),
        pytest.param(LONGER, LEAVES, ["end"], id="it ends later"),
        pytest.param(DEARER, LEAVES, ["cost"], id="it costs more"),
        pytest.param(NOTHING, LEAVES, ["start", "end", "cost"], id="nothing is to be charged any more"),
        pytest.param(TWO, LEAVES + HOUR, ["goal"], id="the car leaves later"),
        pytest.param(plan(slot(NOW + 129 * MINUTE, HOUR), TWO.slots[1]), LEAVES, None, id="nine minutes"),
        pytest.param(replace(TWO, cost=None), LEAVES, None, id="nobody knows what it costs"),
    ],
)
async def test_a_plan_that_changes(
    hass: HomeAssistant, made: Plan, leaves: datetime, changed: list[str] | None
) -> None:
    site = await show(hass, Platform.EVENT)
    before = site.state(EVENT)
    made = replace(made, departure=leaves)
    await site.tell(planned(made, aim(departure=leaves), at=NOW + MINUTE))
    assert last(hass) == ("plan_changed", changed or ["goal"])
    assert (site.state(EVENT) != before) is (changed is not None)
    # It is known now.
    before = site.state(EVENT)
    await site.tell(planned(made, aim(departure=leaves), at=NOW + 2 * MINUTE))
    assert site.state(EVENT) == before


async def test_a_plan_for_another_goal_is_told_once_it_is_made(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.EVENT)
    before = site.state(EVENT)
    later = aim(departure=LEAVES + HOUR)
    await site.tell(planned(TWO, later))
    assert site.state(EVENT) == before
    await site.tell(planned(replace(LATER, departure=LEAVES + HOUR), later))
    assert last(hass) == ("plan_changed", ["goal"])
    assert attributes(hass, EVENT)["start"] == "2026-03-01T14:15:00+00:00"


async def test_a_plan_that_goes_as_planned_is_no_news(hass: HomeAssistant) -> None:
    """It is made anew each quarter of an hour, for what is left."""
    site = await show(hass, Platform.EVENT)
    before = site.state(EVENT)
    for minutes in range(0, 7 * 60, 15):
        at = NOW + minutes * MINUTE
        left = tuple(
            slot(max(at, it.start), it.end - max(at, it.start), price=it.price_per_kwh or 0.0)
            for it in TWO.slots
            if it.end > at
        )
        await site.tell(planned(plan(*left), at=at))
    assert site.state(EVENT) == before


async def test_many_small_changes_are_a_change(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.EVENT)
    for minutes in (9, 18):
        moved = plan(slot(NOW + 2 * HOUR + minutes * MINUTE, HOUR), TWO.slots[1])
        await site.tell(planned(moved, at=NOW + minutes * MINUTE))
    assert last(hass) == ("plan_changed", ["start"])


async def test_a_goal_at_risk_is_told_once(hass: HomeAssistant) -> None:
    short = replace(TWO, missed_kwh=4.23, missed_for=Shortage.TIME)
    site = await show(hass, Platform.EVENT)
    await site.tell(planned(short))
    assert last(hass) == ("goal_at_risk", "time")
    assert attributes(hass, EVENT)["missed_kwh"] == 4.23
    before = site.state(EVENT)
    for made in (TWO, replace(short)):
        await site.tell(planned(made))
    assert site.state(EVENT) == before
    # For another goal it is told anew.
    await site.tell(planned(replace(short, departure=LEAVES + HOUR), aim(departure=LEAVES + HOUR)))
    assert last(hass) == ("goal_at_risk", "time")
    assert site.state(EVENT) != before


@pytest.mark.parametrize(
    ("departure", "expected"),
    [("2026-03-01T22:00:00+00:00", ["cost"]), ("2026-03-01T21:00:00+00:00", ["goal"])],
    ids=["the same goal", "another goal"],
)
async def test_what_was_told_before_a_restart_is_not_told_again(
    hass: HomeAssistant, departure: str, expected: list[str]
) -> None:
    before = {
        "last_event_type": "plan_changed",
        "last_event_attributes": {
            "changed": ["cost"],
            "plugged_in_at": "2026-03-01T11:00:00+00:00",
            "departure": departure,
            "missed_kwh": 1.0,
        },
    }
    mock_restore_cache_with_extra_data(hass, [(State(EVENT, "2026-03-01T11:00:00.000+00:00"), before)])
    await show(hass, Platform.EVENT, planned(replace(TWO, missed_kwh=0.0)))
    assert last(hass) == ("plan_changed", expected)


# The calendar.


def calendar(hass: HomeAssistant) -> CalendarEntity:
    entity = hass.data[DATA_INSTANCES]["calendar"].get_entity(CALENDAR)
    assert isinstance(entity, CalendarEntity)
    return entity


async def events(hass: HomeAssistant, start: datetime = NOW, end: datetime = LEAVES) -> list[CalendarEvent]:
    return await calendar(hass).async_get_events(hass, start, end)


def drawn(found: list[CalendarEvent]) -> list[str]:
    """Draw events as `14:00-15:00 Zoe`."""
    return [f"{it.start_datetime_local:%H:%M}-{it.end_datetime_local:%H:%M} {it.summary}" for it in found]


async def test_the_calendar_has_an_event_for_each_stretch(hass: HomeAssistant) -> None:
    site = await show(hass, Platform.CALENDAR)
    found = await events(hass)
    assert drawn(found) == ["14:00-15:00 Zoe", "17:00-18:00 Zoe"]
    assert (found[0].description or "").split("\n")[0] == "11 kWh for 1.10 EUR"
    assert "Starts at 14:00" in (found[0].description or "")
    assert drawn(await events(hass, NOW + 3 * HOUR)) == ["17:00-18:00 Zoe"]
    assert drawn(await events(hass, NOW, NOW + 2 * HOUR)) == []
    assert site.state(CALENDAR) == STATE_OFF
    assert attributes(hass, CALENDAR)["start_time"] == "2026-03-01 14:00:00"


async def test_the_event_that_is_on(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    site = await show(hass, Platform.CALENDAR)
    for minutes in (0, 15):
        at = NOW + 2 * HOUR + minutes * MINUTE
        freezer.move_to(at)
        await site.tell(planned(plan(slot(at, HOUR - minutes * MINUTE)), at=at))
        assert (site.state(CALENDAR), drawn(await events(hass))) == (STATE_ON, ["14:00-15:00 Zoe"])
    await site.tell(planned(NOTHING, at=NOW + 3 * HOUR))
    assert (site.state(CALENDAR), await events(hass)) == (STATE_OFF, [])


async def test_one_calendar_for_all_chargers(hass: HomeAssistant) -> None:
    both = planned(TWO)
    moment = plan(slot(NOW + 3 * HOUR, timedelta(seconds=10)))
    early = Plan(slots=(PlanSlot(start=NOW, end=NOW + HOUR, current_a=16.0),))
    ahead = Ahead(aims={GARAGE: aim(), CARPORT: aim()}, plans={GARAGE: moment, CARPORT: early})
    await show(hass, Platform.CALENDAR, replace(both, ahead=ahead))
    found = await events(hass)
    # What is hardly a moment is a minute; of what starts early no energy is known.
    assert drawn(found) == ["12:00-13:00 Carport", "15:00-15:01 Zoe"]
    assert found[0].description == "Charges until 13:00"


async def test_a_night_in_a_home_that_ticks(home: Home) -> None:
    async with plugged_in(home, kwh=5.0):
        shown = {state.entity_id: state.state for state in home.hass.states.async_all()}
        # Half past ten in Paris, when the cheap hours begin.
        assert shown[SENTENCE].startswith("Starts at 22:30 for 1 h 57 min at 0.17 EUR/kWh; ready 00:27, ")
        assert (shown[START], shown[CALENDAR]) == ("2026-01-15T21:30:00+00:00", STATE_OFF)
        assert (shown[EXPECTED], shown[AT_RISK]) == ("49", STATE_OFF)
        assert last(home.hass) == ("plan_changed", ["goal"])
        home.freezer.move_to(EVENING + 10 * MINUTE)
        await home.pass_s(2, watts=300)
        shown = {state.entity_id: state.state for state in home.hass.states.async_all()}
        assert shown[CALENDAR] == STATE_ON
        assert shown[SENTENCE].startswith("Charges until 00:27 ")
