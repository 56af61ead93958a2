"""What a charger says of itself stands on its device."""

from homeassistant.helpers import device_registry as dr

from custom_components.smart_charging.const import DOMAIN

from .home import GARAGE, Home


def device(home: Home) -> tuple[str | None, str | None, str | None]:
    entry = dr.async_get(home.hass).async_get_device_by_identifier((DOMAIN, GARAGE), home.entry.entry_id)
    assert entry is not None
    return entry.manufacturer, entry.model, entry.sw_version


async def test_a_charger_tells_what_it_is_when_it_connects(home: Home) -> None:
    await home.set_up()
    assert device(home) == (None, None, None)
    async with home.station() as station:
        await home.pass_s(2, watts=500)
        manufacturer, model, _ = device(home)
        assert manufacturer
        assert model
        await station.boot(chargePointVendor="Other", chargePointModel="Mark 2", firmwareVersion="2.0")
        await home.pass_s(2, watts=500)
        assert device(home) == ("Other", "Mark 2", "2.0")
