"""What lost its circuit is named in a repair issue for as long as it is so."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.issues import async_tell_orphans


def told(hass: HomeAssistant) -> dict[str, str] | None:
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "circuit_gone_entry")
    return None if issue is None else issue.translation_placeholders


async def test_what_lost_its_circuit_is_named_until_it_has_one(hass: HomeAssistant) -> None:
    async_tell_orphans(hass, "entry", "Home", ())
    assert told(hass) is None

    async_tell_orphans(hass, "entry", "Home", ("Carport", "Boiler"))
    assert told(hass) == {"site": "Home", "names": "Boiler, Carport"}

    async_tell_orphans(hass, "entry", "Home", ("Carport",))
    assert told(hass) == {"site": "Home", "names": "Carport"}

    async_tell_orphans(hass, "entry", "Home", ())
    assert told(hass) is None
