"""What lost its circuit is named in a repair issue for as long as it is so."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.issues import async_tell_orphans

from .home import Home
from .parts import charger, circuit, part


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


async def test_a_circuit_is_removed_under_a_charger(home: Home) -> None:
    entry = home.make_entry(
        part("circuit", "box", circuit(wiring=["l1"]), "Box"),
        part("charger", "one", charger("CP7", circuit="box"), "Carport"),
    )
    await home.set_up(entry)
    issue_id = f"circuit_gone_{entry.entry_id}"
    issues = ir.async_get(home.hass)
    assert issues.async_get_issue(DOMAIN, issue_id) is None

    home.hass.config_entries.async_remove_subentry(entry, "box")
    await home.hass.async_block_till_done()

    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.setup.site.evses[0].circuit_id == "site"
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {"site": "Home", "names": "Carport"}

    subentry = entry.subentries["one"]
    home.hass.config_entries.async_update_subentry(entry, subentry, data=charger("CP7"))
    await home.hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None
