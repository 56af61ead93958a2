"""The steps for a station that called in by itself: is it the user's own, and how is it wired?"""

from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.helpers.typing import DiscoveryInfoType

from ..central import async_find_central
from ..const import CONF_CONNECTOR, CONF_STATION, SUBENTRY_CHARGER
from .charger_access import access_of
from .charger_form import (
    charger_data,
    charger_errors,
    charger_schema,
    charger_suggestions,
    charger_unique_id,
    has_charger,
    station_data,
)
from .pairing import connectors_of, discovery_id, name_of
from .places import circuit_options


class DiscoverySteps(ConfigFlow):
    """Add a discovered charger to the site that it called."""

    def __init__(self) -> None:
        super().__init__()
        self._identity = ""
        self._address = ""
        self._entry_id = ""

    @override
    async def async_step_integration_discovery(self, discovery_info: DiscoveryInfoType) -> ConfigFlowResult:
        """Take note of a station. `discovery_info` has `identity`, `address` and the `entry_id` of the site."""
        self._identity = discovery_info["identity"]
        self._address = discovery_info["address"]
        self._entry_id = discovery_info["entry_id"]
        await self.async_set_unique_id(discovery_id(self._identity))
        # An entry with this id says that the user does not want to hear of it.
        self._abort_if_unique_id_configured()
        # The unique ids of entries are meters; a charger that is set up is a subentry, of whichever site.
        for entry in self._async_current_entries():
            if any(
                charger.data.get(CONF_STATION) == self._identity
                for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            ):
                return self.async_abort(reason="already_configured")
        self.context["title_placeholders"] = {"name": self._identity}
        return await self.async_step_discovered()

    async def async_step_discovered(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how the charger is wired, and add it to its site."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_abort(reason="site_gone")
        name, connectors = self._told(entry)
        errors: dict[str, str] = {}
        if user_input is not None:
            connector = int(user_input.get(CONF_CONNECTOR, connectors[0]))
            station = station_data(self._identity, connector, access_of(entry, self._identity))
            data = charger_data(entry.data, station, user_input)
            errors = charger_errors(entry, data, user_input)
            if has_charger(entry, charger_unique_id(self._identity, connector)):
                return self.async_abort(reason="already_configured")
            if not errors:
                self._add(entry, user_input[CONF_NAME].strip(), connector, data)
                return self.async_abort(reason="charger_added")
        return self.async_show_form(
            step_id="discovered",
            data_schema=self.add_suggested_values_to_schema(
                charger_schema(entry.data, await circuit_options(self.hass, entry), connectors),
                user_input or charger_suggestions(name),
            ),
            errors=errors,
            description_placeholders={"identity": self._identity, "address": self._address},
            last_step=True,
        )

    def _told(self, entry: ConfigEntry) -> tuple[str, tuple[int, ...]]:
        """What the station told of itself: a name to suggest, and its connectors."""
        central = async_find_central(self.hass, entry.entry_id)
        if central is None:
            return self._identity, (1,)
        return name_of(central, self._identity), connectors_of(central, self._identity)

    def _add(self, entry: ConfigEntry, name: str, connector: int, data: dict[str, Any]) -> None:
        self.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_type=SUBENTRY_CHARGER,
                title=name,
                unique_id=charger_unique_id(self._identity, connector),
            ),
        )
