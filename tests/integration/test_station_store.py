"""What the OCPP server knows of its stations outlives a restart of Home Assistant."""

from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.smart_charging import central as central_module
from custom_components.smart_charging.central import async_find_central

from ..csms.peer import station_at
from .home import Home


def file_of(home: Home) -> str:
    return f"smart_charging.stations.127.0.0.1.{home.port}"


async def restart(hass: HomeAssistant, home: Home) -> None:
    """As if Home Assistant had been restarted."""
    assert await hass.config_entries.async_unload(home.entry.entry_id)
    central = async_find_central(hass, home.entry.entry_id)
    assert central
    await central.stop()
    hass.data.pop(central_module._KEEPER)


async def test_a_transaction_that_runs_on_meanwhile_is_the_same_afterwards(
    hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]
) -> None:
    await home.set_up()
    async with home.station() as peer:
        transaction_id = await home.charge(peer)
        started_at = home.status().session_started_at
        await peer.meter(3500, transactionId=transaction_id)
    await restart(hass, home)
    kept = hass_storage[file_of(home)]["data"]["CP1"]
    assert kept["info"]["vendor"] == "Acme"
    assert [entry["transaction"]["transaction_id"] for entry in kept["transactions"]] == [str(transaction_id)]

    await home.pass_s(600)
    await home.set_up()
    async with station_at(home.port) as peer:
        await peer.status("Charging")
        await home.until(lambda: home.status().reachable)
        status = home.status()
        assert (status.session_started_at, status.session_start_kwh) == (started_at, 1.0)


async def test_a_file_that_is_spoilt_is_as_none(home: Home, hass_storage: dict[str, Any]) -> None:
    hass_storage[file_of(home)] = {
        "version": 1,
        "key": file_of(home),
        "data": {"CP1": {"info": 7, "transactions": [None]}, "CP2": "?"},
    }
    await home.set_up()
    async with home.station():
        assert home.status().reachable


async def test_a_removed_site_leaves_no_file(hass: HomeAssistant, home: Home, hass_storage: dict[str, Any]) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
    await restart(hass, home)
    assert file_of(home) in hass_storage
    await home.set_up()
    assert await hass.config_entries.async_remove(home.entry.entry_id)
    assert file_of(home) not in hass_storage
