"""Circuits with meters of their own, the home battery, and a charger that does not obey, in a home that ticks."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentry
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN, SUBENTRY_CIRCUIT
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.evse import Means
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.issues import CHARGER_DISOBEYS

from ..chargers.benches import interruptions
from ..csms.peer import Peer
from .home import GARAGE, METER, Home, commands

BARN = "barn_id"
BARN_METER = "sensor.barn"


def add_barn(home: Home) -> None:
    """A circuit of 20 A with a meter of its own, that feeds the charger."""
    home.hass.states.async_set(BARN_METER, "unknown", {"unit_of_measurement": "W"})
    data: dict[str, Any] = {
        "circuit": "site",
        "wiring": ["l1"],
        "limit_unit": "a",
        "limit": 20.0,
        "meter": [{"role": "net", "phase": "l1", "entity_id": BARN_METER}],
        "meter_inverted": False,
        "meter_period_s": 2.0,
    }
    barn = ConfigSubentry(
        data=MappingProxyType(data),
        subentry_id=BARN,
        subentry_type=SUBENTRY_CIRCUIT,
        title="Barn",
        unique_id=None,
    )
    home.hass.config_entries.async_add_subentry(home.entry, barn)
    garage = home.entry.subentries[GARAGE]
    home.hass.config_entries.async_update_subentry(home.entry, garage, data={**garage.data, "circuit": BARN})


async def test_each_circuit_s_meter_is_read_and_wakes_the_tick(home: Home) -> None:
    add_barn(home)
    await home.set_up()
    await home.meter(2300)
    await home.meter(460, BARN_METER)
    meters = home.coordinator.data.snapshot.meters
    assert {circuit_id: dict(reading.current_a) for circuit_id, reading in meters.items()} == {
        "site": {Phase.L1: 10.0},
        BARN: {Phase.L1: 2.0},
    }
    # One meter's report does not make the other's wait.
    await home.pass_s(2)
    await home.meter(2300)
    await home.meter(690, BARN_METER)
    assert home.coordinator.data.snapshot.meters[BARN].current_a == {Phase.L1: pytest.approx(3.0)}


async def test_the_circuit_s_limit_is_told_by_its_name(home: Home) -> None:
    add_barn(home)
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        for _ in range(60):
            await home.meter(9 * 230.0, BARN_METER)
            await home.pass_s(1, watts=9 * 230.0)
        assert commands(peer)[-1] < 16
        state = home.hass.states.get("sensor.garage_reason")
        assert state is not None
        assert "circuit Barn allows 20 A on L1" in state.state
        headroom = home.hass.states.get("sensor.barn_headroom")
        assert headroom is not None
        assert headroom.state == "11.0"


async def test_a_circuit_s_meter_that_falls_silent_is_noticed_at_its_own_time(home: Home) -> None:
    add_barn(home)
    await home.set_up()
    await home.pass_s(2, watts=500)
    await home.meter(500, BARN_METER)
    assert home.coordinator.data.decision.headroom[BARN].known
    await home.pass_s(9, watts=500)
    assert home.coordinator.data.decision.headroom[BARN].known
    await home.pass_s(3, watts=500)
    assert not home.coordinator.data.decision.headroom[BARN].known
    assert home.coordinator.data.decision.headroom["site"].known


async def test_the_home_battery_is_in_the_snapshot(home: Home) -> None:
    home.hass.states.async_set("sensor.battery", "-1.5", {"unit_of_measurement": "kW"})
    home.hass.states.async_set("sensor.charge", "40", {"unit_of_measurement": "%"})
    options = {"battery_power": "sensor.battery", "battery_inverted": True, "battery_soc": "sensor.charge"}
    home.hass.config_entries.async_update_entry(home.entry, options=options)
    await home.set_up()
    await home.pass_s(1, watts=500)
    battery = home.coordinator.data.snapshot.battery
    assert isinstance(battery, BatteryReading)
    assert (battery.power_w, battery.soc) == (1500.0, 0.4)


async def disobey(home: Home, peer: Peer, seconds: int) -> None:
    """The car draws 16 A whatever it is told, and the house takes the rest and more."""
    for _ in range(seconds):
        await peer.meter({"value": "16", "measurand": "Current.Import", "phase": "L1", "unit": "A"}, connector_id=1)
        await home.pass_s(1, watts=30 * 230.0)


def disobeys(home: Home) -> bool:
    return ir.async_get(home.hass).async_get_issue(DOMAIN, f"{CHARGER_DISOBEYS}_{GARAGE}") is not None


async def test_a_charger_that_does_not_obey_is_taken_out_of_service_at_last(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(60, watts=1000)
        assert commands(peer)[-1] == 16
        await disobey(home, peer, 120)
        assert interruptions(peer) == [Means.STOP, Means.STOP, Means.DISABLE]
        assert home.setpoint().reason.code is ReasonCode.DISOBEDIENT
        assert disobeys(home)
        # Whoever takes over knows that it has to be released some day.
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()
        await home.pass_s(5, watts=1000)
        assert interruptions(peer)[-1] is Means.DISABLE
        await home.pass_s(400, watts=1000)
        await home.until(lambda: interruptions(peer)[-1] is None)
        await home.pass_s(2, watts=1000)
        assert not disobeys(home)


async def test_a_charger_that_a_lost_home_assistant_took_out_of_service_is_released(home: Home) -> None:
    await home.set_up()
    home.coordinator._store.set_interrupted({GARAGE: Means.DISABLE})
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.hass.data.pop("smart_charging_left", None)
    await home.set_up()
    async with home.station() as peer:
        await home.pass_s(3, watts=1000)
        await home.until(lambda: interruptions(peer) == [None])
    assert home.hass.states.get(METER) is not None


async def disable(home: Home) -> None:
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)


async def remove(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entry.entry_id)


async def remove_charger(home: Home) -> None:
    home.hass.config_entries.async_remove_subentry(home.entry, GARAGE)
    await home.hass.async_block_till_done()


@pytest.mark.parametrize("end", [disable, remove, remove_charger])
@pytest.mark.parametrize("answer", ["Accepted", "Rejected"])
async def test_a_charger_that_is_given_back_is_in_service(
    home: Home, end: Callable[[Home], Awaitable[None]], answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    await home.set_up()
    async with home.station() as peer:
        home.coordinator._dispatcher._lanes[GARAGE].interrupted = Means.DISABLE
        home.coordinator._store.set_interrupted({GARAGE: Means.DISABLE})
        peer.answers["ChangeAvailability"] = lambda _: {"status": answer}
        await end(home)
        assert interruptions(peer) == [None]
        assert ("Garage could not be put into service again" in caplog.text) is (answer == "Rejected")
