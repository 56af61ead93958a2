"""What a plan is, and what it would be: asked by an action, in a home with real stations, for cars that leave in the morning."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.goal_set import GoalSet, OneOff, Target, TargetKind
from custom_components.smart_charging.engine.model.mode import Mode

from .home import CARPORT, GARAGE, Home
from .parts import charger, circuit, part, vehicle
from .tariff_data import green_tariff, hp_hc
from .test_config_rules import TEXTS
from .test_vehicle_home import shown

EVENING: Final = datetime(2026, 1, 15, 19, 20, tzinfo=UTC)
"""20:20 in Paris: the cheap hours begin at 22:30."""
MORNING: Final = datetime(2026, 1, 16, 6, tzinfo=UTC)
"""07:00 in Paris."""
HOUR: Final = timedelta(hours=1)
CARS: Final = {"zoe": GARAGE, "leaf": CARPORT}


async def set_up(home: Home, *others: Any) -> None:
    """A Zoe whose charger is in the garage, a Leaf whose is in the carport, and a Mii with none; 25 A are for all."""
    await home.hass.config.async_set_time_zone("Europe/Paris")
    home.hass.config.currency = "EUR"
    home.freezer.move_to(EVENING)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("charger", CARPORT, charger("CP2"), "Carport"),
        part("vehicle", "zoe", vehicle(entities={"soc": "sensor.zoe"}, usual_charger=GARAGE), "Zoe"),
        part("vehicle", "leaf", vehicle(entities={"soc": "sensor.leaf"}, usual_charger=CARPORT), "Leaf"),
        part("vehicle", "mii", vehicle(), "Mii"),
        part("circuit", "barn", circuit(wiring=["l1"]), "Barn"),
        *others,
    )
    for car in CARS:
        home.hass.states.async_set(f"sensor.{car}", "40")
    await home.set_up()


async def want(home: Home, car: str, kwh: float, at: datetime = MORNING) -> None:
    """Let a car want so much just this once, and charge by a plan."""
    await home.coordinator.async_set_mode(CARS[car], Mode.SMART)
    goals = GoalSet(once=OneOff(at=at, target=Target(kind=TargetKind.ENERGY, amount=kwh)))
    home.entry.runtime_data.goals.set(car, goals)


async def planned(home: Home) -> None:
    """Let plans be made, and be taken by a tick."""
    await home.pass_s(1, watts=300)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    await home.pass_s(2, watts=300)


@pytest.fixture
async def parked(home: Home) -> AsyncIterator[Home]:
    """Both cars are plugged in. Nothing is wanted of them, and power is cheap at night."""
    await set_up(home, part("tariff", "tariff", hp_hc(), "HP/HC"))
    async with AsyncExitStack() as stack:
        for station, evse_id in (("CP1", GARAGE), ("CP2", CARPORT)):
            peer = await stack.enter_async_context(home.station(station, evse_id))
            await home.charge(peer, evse_id)
        await home.pass_s(2, watts=300)
        yield home


async def ask(home: Home, action: str, *parts: str, **data: Any) -> dict[str, Any]:
    """Ask for some parts of the site."""
    registry = dr.async_get(home.hass)
    devices = [registry.async_get_device_by_identifier((DOMAIN, part), home.entry.entry_id) for part in parts]
    target = {"device_id": [device.id for device in devices if device is not None]}
    answer: Any = await home.hass.services.async_call(
        DOMAIN, action, {**target, **data}, blocking=True, return_response=True
    )
    assert isinstance(answer, dict)
    return answer


async def get(home: Home, *parts: str) -> list[dict[str, Any]]:
    answer = await ask(home, "get_plan", *parts)
    assert answer["currency"] == "EUR"
    plans: list[dict[str, Any]] = answer["plans"]
    return plans


async def test_a_plan_is_told_by_the_clocks_of_the_home(parked: Home) -> None:
    await want(parked, "zoe", 10.0)
    await planned(parked)
    (plan,) = await get(parked, "zoe", GARAGE)
    slots = plan.pop("slots")
    # In the very words that are shown.
    assert plan.pop("sentence") == shown(parked, "sensor.garage_plan")
    assert plan.pop("made_at").startswith("2026-01-15T20:20")
    assert plan == {
        "charger": "Garage",
        "vehicle": "Zoe",
        "mode": "smart",
        "departure": "2026-01-16T07:00:00+01:00",
        "ready_by": "2026-01-16T06:30:00+01:00",
        "goal_kwh": 10.0,
        "soc": pytest.approx(40.0),
        "caveats": [],
        "start": slots[0]["start"],
        "end": slots[-1]["end"],
        "cost": pytest.approx(sum(slot["cost"] for slot in slots), abs=0.01),
        "saving": plan["saving"],
        "missed_kwh": 0.0,
        "missed_for": None,
        "estimated": False,
    }
    # Some of it would be charged at 22 cents if it began at once.
    assert plan["saving"] > 0.2
    assert plan["start"] >= "2026-01-15T22:30:00+01:00"
    # Of 3.68 kW 250 W are used up at once, and 93 % of the rest reach the battery.
    assert slots[-1]["stored_kwh"] == pytest.approx(10.0 * 0.93 * 3.43 / 3.68, abs=0.01)
    assert {(slot["current_a"], slot["price_per_kwh"]) for slot in slots} == {(16.0, 0.17)}
    hour = next(slot for slot in slots if (slot["start"][11:16], slot["end"][11:16]) == ("00:00", "01:00"))
    assert hour["cost"] == pytest.approx(hour["power_kw"] * 0.17, abs=0.001)


async def test_a_plan_by_co2_tells_what_is_emitted(home: Home) -> None:
    """One price, and 45 g from three o'clock on for an hour: BottlecapDave/HomeAssistant-CarbonIntensity tells it so."""
    green = datetime(2026, 1, 16, 2, tzinfo=UTC)
    rows = [
        {"from": at.isoformat(), "to": (at + HOUR).isoformat(), "intensity_forecast": 45 if at == green else 250}
        for at in (datetime(2026, 1, 15, 19, tzinfo=UTC) + hour * HOUR for hour in range(14))
    ]
    home.hass.states.async_set("event.grid", "rates", {"rates": rows})
    carbon = green_tariff(carbon_entities=["event.grid"])
    await set_up(home, part("tariff", "tariff", carbon, "Green"))
    async with home.station("CP1", GARAGE) as peer:
        await home.charge(peer, GARAGE)
        await home.pass_s(2, watts=300)
        await want(home, "zoe", 2.0)
        await planned(home)
        (plan,) = await get(home, "zoe")
    assert (plan["start"][11:16], plan["slots"][0]["g_per_kwh"]) == ("03:00", 45)
    drawn_kwh = plan["cost"] / 0.25
    assert plan["carbon_kg"] == pytest.approx(0.045 * drawn_kwh, abs=0.002)
    assert plan["carbon_kg"] == pytest.approx(sum(slot["carbon_kg"] for slot in plan["slots"]), abs=0.002)
    assert plan["carbon_saving_kg"] == pytest.approx(0.205 * drawn_kwh, abs=0.05)
    assert plan["saving"] == pytest.approx(0, abs=0.05)
    assert not plan["estimated"]


async def test_what_stands_in_the_way_of_a_plan_is_said(parked: Home) -> None:
    (plan,) = await get(parked, GARAGE)
    assert plan == {
        "charger": "Garage",
        "vehicle": "Zoe",
        "mode": "fast",
        "reason": "no_goal",
        "sentence": shown(parked, "sensor.garage_plan"),
    }
    await want(parked, "zoe", 10.0)
    await parked.coordinator.async_set_mode(GARAGE, Mode.FAST)
    await parked.pass_s(2, watts=300)
    (plan,) = await get(parked, "zoe")
    assert (plan["reason"], plan["goal_kwh"]) == ("other_mode", 10.0)
    assert plan["sentence"] == shown(parked, "sensor.garage_plan") == 'No plan: the mode is not "Smart"'


async def test_a_plan_that_is_being_made(parked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked.entry.runtime_data.foresight.plans, "_busy", True)
    await want(parked, "zoe", 10.0)
    await parked.pass_s(2, watts=300)
    (plan,) = await get(parked, GARAGE)
    assert plan["reason"] == "being_made"
    assert plan["sentence"] == shown(parked, "sensor.garage_plan") == "The plan is being made"
    assert "slots" not in plan


async def test_no_plan_without_a_car_or_a_tariff(home: Home) -> None:
    await set_up(home)
    (plan,) = await get(home, GARAGE)
    assert plan.pop("sentence").startswith("No plan")
    assert plan == {"charger": "Garage", "vehicle": None, "mode": "fast", "reason": "no_car"}
    async with home.station() as peer:
        await home.charge(peer)
        await want(home, "zoe", 10.0)
        await home.pass_s(2, watts=300)
        (plan,) = await get(home, GARAGE)
        assert (plan["mode"], plan["reason"]) == ("smart", "no_prices")
        answer = await ask(home, "preview_plan", "zoe", departure="06:00")
        assert (answer["reason"], answer["departure"]) == ("no_prices", "2026-01-16T06:00:00+01:00")
        assert answer["sentence"] == "No plan: no prices are known"
        # Who would be late otherwise charges now, whatever that costs.
        await want(home, "zoe", 10.0, EVENING + timedelta(hours=2))
        await home.pass_s(2, watts=300)
        (plan,) = await get(home, GARAGE)
        assert (plan["cost"], plan["end"]) == (None, "2026-01-15T21:50:00+01:00")
        (slot,) = plan["slots"]
        assert (slot["current_a"], slot["power_kw"], slot["price_per_kwh"], slot["cost"]) == (16.0, None, None, None)


@pytest.mark.parametrize(
    ("action", "parts", "data", "key", "placeholders"),
    [
        ("get_plan", ["barn"], {}, "no_vehicle", {}),
        ("preview_plan", ["barn"], {}, "no_vehicle", {}),
        ("get_plan", ["mii"], {}, "car_elsewhere", {"name": "Mii"}),
        ("preview_plan", ["mii"], {"departure": "06:00"}, "car_elsewhere", {"name": "Mii"}),
        ("preview_plan", ["zoe", "leaf"], {"departure": "06:00"}, "one_car", {}),
        ("preview_plan", ["zoe"], {"soc": 95}, "share_above_limit", {"name": "Zoe", "limit": "90%"}),
        ("preview_plan", ["zoe"], {"departure": "2026-01-15 20:00:00"}, "in_the_past", None),
    ],
)
async def test_what_cannot_be_is_said(
    parked: Home, action: str, parts: list[str], data: dict[str, Any], key: str, placeholders: dict[str, str] | None
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await ask(parked, action, *parts, **data)
    assert (raised.value.translation_key, raised.value.translation_placeholders) == (key, placeholders)
    TEXTS["exceptions"][key]["message"].format(**placeholders or {})


async def test_nothing_can_be_planned_where_no_car_is(home: Home) -> None:
    await set_up(home)
    with pytest.raises(ServiceValidationError, match="No car is plugged in at Garage"):
        await ask(home, "preview_plan", GARAGE, departure="06:00")


async def test_and_if_i_left_at_six(parked: Home) -> None:
    runtime = parked.entry.runtime_data
    await want(parked, "zoe", 10.0)
    await planned(parked)
    wanted, plans = runtime.goals.of("zoe"), parked.coordinator.data.ahead.plans
    answer = await ask(parked, "preview_plan", "zoe", departure="06:00", energy_kwh=12)
    assert (answer["departure"], answer["goal_kwh"]) == ("2026-01-16T06:00:00+01:00", 12.0)
    assert (answer["missed_kwh"], answer["others"], answer["currency"]) == (0.0, [], "EUR")
    assert answer["sentence"].startswith("Starts at ")
    # 2 kWh more, at 17 cents.
    assert answer["cost_difference"] == pytest.approx(0.35, abs=0.03)
    # And at half past nine, so that it is to be ready by nine?
    answer = await ask(parked, "preview_plan", "zoe", departure="21:30:00", energy_kwh=12)
    assert answer["start"].startswith("2026-01-15T20:20")
    assert answer["missed_kwh"] > 8
    assert answer["missed_for"] == "time"
    # Nothing is set.
    await parked.pass_s(2, watts=300)
    assert runtime.goals.of("zoe") == wanted
    assert parked.coordinator.data.ahead.plans == plans


async def test_a_car_whose_mode_is_another(parked: Home) -> None:
    answer = await ask(parked, "preview_plan", "zoe", energy_kwh=5, departure="07:00")
    assert answer["mode"] == "fast"
    assert answer["sentence"].startswith("Starts at ")
    assert (answer["cost_difference"], answer["missed_kwh"], answer["others"]) == (None, 0.0, [])
    assert answer["slots"]
    # Whose car it is does not matter to what is asked of the one that is there.
    guest = await ask(parked, "preview_plan", GARAGE, energy_kwh=5, departure="07:00")
    assert guest["slots"] == answer["slots"]
    assert parked.entry.runtime_data.goals.of_guest(GARAGE) is None


async def test_without_a_word_it_is_what_is_wanted_now(parked: Home) -> None:
    assert (await ask(parked, "preview_plan", "zoe"))["reason"] == "no_goal"
    await want(parked, "zoe", 10.0)
    await parked.coordinator.async_set_mode(GARAGE, Mode.FAST)
    await parked.pass_s(2, watts=300)
    answer = await ask(parked, "preview_plan", "zoe")
    assert answer["departure"] == "2026-01-16T07:00:00+01:00"
    assert answer["slots"]


async def test_what_it_costs_the_others(parked: Home) -> None:
    # The Leaf is to be ready at one and takes nearly all the cheap hours until then, the Zoe those after.
    await want(parked, "leaf", 5.0, datetime(2026, 1, 16, 0, 30, tzinfo=UTC))
    await want(parked, "zoe", 8.0)
    await planned(parked)
    answer = await ask(parked, "preview_plan", "zoe", energy_kwh=3, earliest="22:30", departure="00:30:00")
    (leaf,) = answer["others"]
    assert set(leaf) == {"charger", "vehicle", "start", "end", "cost", "cost_difference", "missed_kwh"}
    assert (answer["missed_kwh"], leaf["missed_kwh"]) == (0.0, 0.0)
    assert (leaf["charger"], leaf["vehicle"]) == ("Carport", "Leaf")
    # More than 2 kWh of it have to be charged in the evening instead, for 5 cents more each.
    assert leaf["start"] < "2026-01-15T22:30:00+01:00"
    assert 0.1 < leaf["cost_difference"] < 0.2
