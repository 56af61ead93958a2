"""Vehicles in a home that ticks, with a charger that speaks OCPP: which one came, and how full it is."""

from datetime import UTC, datetime

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_charging.engine.model.goal_set import GoalSet, Target, TargetKind

from .home import GARAGE, Home
from .parts import card, charger, part, vehicle

ISSUE = f"car_unclear_{GARAGE}"


async def make(home: Home, **both: object) -> None:
    """A home with a Zoe, which Anna's card names, and a Leaf that nothing tells of."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("card", "anna", card(number="ABC"), "Anna"),
        part("vehicle", "zoe", vehicle(cards=["anna"], entities={"soc": "sensor.zoe"}, **both), "Zoe"),
        part("vehicle", "leaf", vehicle(capacity_kwh=40.0, **both), "Leaf"),
    )
    home.hass.states.async_set("sensor.zoe", "40")
    await home.set_up()


def shown(home: Home, entity_id: str) -> str:
    state = home.hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state


async def test_a_car_that_its_card_names_is_carried_on_by_the_charger_s_meter(home: Home) -> None:
    await make(home)
    assert shown(home, "sensor.zoe_state_of_charge") == "40"
    async with home.station() as peer:
        await peer.status("Preparing")
        await peer.start(idTag="ABC")
        await peer.status("Charging")
        await home.pass_s(2, watts=500)
        state = home.hass.states.get("select.garage_car")
        assert state is not None
        assert (state.state, state.attributes["vehicle"], state.attributes["found_by"]) == ("automatic", "Zoe", "card")

        runtime = home.entry.runtime_data
        runtime.goals.set("zoe", GoalSet(target=Target(kind=TargetKind.SOC, amount=0.8)))
        tick = home.coordinator.data
        aims = runtime.goals.aims(home.now(), home.coordinator.site, tick.snapshot.evses, tick.sessions)
        assert aims[GARAGE].order.stages[0].energy_kwh == pytest.approx(20.0)
        assert (aims[GARAGE].order.phases, aims[GARAGE].order.charging) == (1, True)

        await home.pass_s(10, watts=500)
        await peer.meter({"value": "6000", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}, connector_id=1)
        await home.pass_s(2, watts=500)
        # 5 kWh, of which 93 % are in a battery of 50 kWh.
        assert shown(home, "sensor.zoe_state_of_charge") == "49"
        told = await async_get_config_entry_diagnostics(home.hass, home.entry)
        assert told["presences"][GARAGE]["vehicle_id"] == "zoe"
        assert told["vehicles"]["zoe"]["charger"] == GARAGE
        assert told["vehicles"]["zoe"]["soc"] == {"value": pytest.approx(0.493, abs=1e-4), "estimated": True}
        assert told["vehicles"]["zoe"]["goals"]["target"] == {"kind": "soc", "amount": 0.8}


async def test_it_is_asked_which_of_two_cars_it_is_until_somebody_says(home: Home) -> None:
    await make(home, usual_charger=GARAGE)
    issues = ir.async_get(home.hass)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(2, watts=500)
        assert issues.async_get_issue(DOMAIN, ISSUE) is not None
        await home.hass.services.async_call(
            "select", "select_option", {"entity_id": "select.garage_car", "option": "Leaf"}, blocking=True
        )
        await home.pass_s(2, watts=500)
        assert issues.async_get_issue(DOMAIN, ISSUE) is None
        assert home.entry.runtime_data.vehicles.charger_of("leaf") == GARAGE
        # And it stays said over a reload.
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.pass_s(5, watts=500)
        assert home.entry.runtime_data.vehicles.charger_of("leaf") == GARAGE


async def test_the_departure_is_shown_as_the_clocks_show_it(home: Home) -> None:
    await home.hass.config.async_set_time_zone("Europe/Paris")
    home.freezer.move_to(datetime(2026, 3, 28, 20, tzinfo=UTC))
    await make(home)
    await home.hass.services.async_call(
        "time", "set_value", {"entity_id": "time.zoe_ready_by", "time": "07:30:00"}, blocking=True
    )
    assert shown(home, "time.zoe_ready_by") == "07:30:00"
    due = home.entry.runtime_data.goals.next_due("zoe", home.now())
    # The clocks go forward in this night.
    assert due is not None
    assert due.at == datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
