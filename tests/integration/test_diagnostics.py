"""Diagnostics: everything that a bug report needs, and nothing that opens a door."""

import json

from custom_components.smart_charging.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.replay import to_json

from .home import GARAGE, Home, charger, subentry

KEY = "0123456789abcdef"
OLD_KEY = "fedcba9876543210"
OPERATORS_KEY = "00112233445566778899"
IDENTITY = "SECRET-IDENTITY"


async def test_nothing_in_it_opens_a_door(home: Home) -> None:
    operator = {"operator_url": "ws://127.0.0.1:1", "operator_identity": "OP-IDENTITY", "operator_key": OPERATORS_KEY}
    data = charger(IDENTITY, key=KEY, previous_key=OLD_KEY, operator=operator)
    home.entry = home.make_entry(subentry(GARAGE, "Garage", data))
    await home.set_up()
    text = json.dumps(await async_get_config_entry_diagnostics(home.hass, home.entry))
    for secret in (KEY, OLD_KEY, OPERATORS_KEY, IDENTITY, "OP-IDENTITY", "127.0.0.1"):
        assert secret not in text


async def test_every_tick_in_it_runs_again_as_it_did(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(30, watts=1000)
        told = json.loads(json.dumps(await async_get_config_entry_diagnostics(home.hass, home.entry)))
    ticks = home.coordinator.ticks
    assert len(ticks) > 20
    for written, tick in zip(told["ticks"], ticks, strict=True):
        # That these come back from JSON as they were is the replay's own test.
        assert written == {
            "snapshot": to_json(tick.snapshot),
            "state": to_json(tick.state),
            "decision": to_json(tick.decision),
        }
        assert step(home.entry.runtime_data.setup.site, tick.snapshot, tick.state, tick.plans) == tick.decision
    assert told["site"] == to_json(home.entry.runtime_data.setup.site)
    assert told["capabilities"][GARAGE]["watchdog"]["kind"] == "expiry"
    assert told["failures"] == {GARAGE: 0}


async def test_it_tells_what_a_charger_is_and_how_it_is_treated(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await peer.boot(chargePointVendor="ABB", chargePointSerialNumber="SECRET-SERIAL")
        await home.turn()
        told = json.loads(json.dumps(await async_get_config_entry_diagnostics(home.hass, home.entry)))
    details = told["details"][GARAGE]
    assert (details["version"], details["info"]["vendor"], details["quirk"]) == ("1.6", "ABB", "lbbrhzn/ocpp#1737")
    assert details["style"]["stack_level"] == 0
    assert told["shortcomings"] == {GARAGE: []}
    assert "SECRET-SERIAL" not in json.dumps(told)
