"""A tariff or a vehicle that cannot be used is told of, and left out: charging is as safe without."""

import pytest
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN

from .home import GARAGE, Home
from .parts import charger, part, vehicle
from .tariff_data import hp_hc
from .test_config_rules import TEXTS


def told(home: Home, key: str) -> str | None:
    """What a notice says."""
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, f"{key}_{home.entry.entry_id}")
    if issue is None:
        return None
    assert issue.translation_key == key
    return str(TEXTS["issues"][key]["description"].format(**issue.translation_placeholders or {}))


async def make(home: Home) -> None:
    """A home whose tariff and one of whose vehicles an update does not take any more."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("tariff", "tariff", hp_hc(hours="x"), "HP/HC"),
        part("vehicle", "zoe", vehicle(), "Zoe"),
        part("vehicle", "leaf", vehicle(phases=7), "Leaf"),
    )
    await home.set_up()


async def test_the_site_goes_on(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    await make(home)
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(2, watts=300)
        assert (home.setpoint().current_a or 0.0) >= 6
    runtime = home.entry.runtime_data
    assert (runtime.tariffs, list(runtime.setup.vehicles)) == (None, ["zoe"])
    tariff, car = told(home, "tariff_left_out"), told(home, "vehicle_left_out")
    assert tariff is not None
    assert car is not None
    assert "HP/HC: " in tariff
    assert "Leaf: " in car
    assert "Zoe" not in car
    assert "HP/HC of Home is left out: hours: hours_unreadable" in caplog.text


async def test_the_notices_go_when_it_is_mended(home: Home) -> None:
    await make(home)
    subentries = home.entry.subentries
    home.hass.config_entries.async_update_subentry(home.entry, subentries["tariff"], data=hp_hc())
    await home.hass.async_block_till_done()
    assert (told(home, "tariff_left_out"), told(home, "vehicle_left_out") is None) == (None, False)
    assert home.entry.runtime_data.tariffs is not None
    home.hass.config_entries.async_remove_subentry(home.entry, "leaf")
    await home.hass.async_block_till_done()
    assert told(home, "vehicle_left_out") is None
    assert home.state() is ConfigEntryState.LOADED


async def test_nobody_is_told_of_a_site_that_is_switched_off(home: Home) -> None:
    await make(home)
    await home.hass.config_entries.async_set_disabled_by(home.entry.entry_id, ConfigEntryDisabler.USER)
    await home.hass.async_block_till_done()
    assert (told(home, "tariff_left_out"), told(home, "vehicle_left_out")) == (None, None)
