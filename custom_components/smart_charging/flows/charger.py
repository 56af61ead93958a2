"""Adds a charger to a site, and changes one.

The steps: `user` is a menu -> adopt | address | scan | network | station | adopt_by_hand. `address` {vendor} shows what to enter in the charger; then `waiting` is
progress, up to five minutes, which says what happens (GET the flow until it is something else); then `details`, or
`choose` {station} when several chargers came, or the menu `waiting_over` -> waiting | address | station. `station` {station, key
(optional), connector} is for a charger that is entered by hand. `details` {name, connector (only if there are several),
circuit (only if there are any), wiring (only on three phases), minimum_a, maximum_a, failsafe_a, priority, make_key
(optional), security (only where chargers can encrypt: any | tls | certificate), and the section operator {operator_url,
operator_identity, operator_key, operator_decides, operator_updates, operator_authority}} makes the subentry; with
make_key, `key` {send_key (only while the charger is connected)} shows the password before. `reconfigure` has the same
fields without the connector, and `key` (optional) and give_certificate (only while the charger is connected).

`network` {kind, host, and the section more {secret, user, port, unit}} asks the charger once; then `network_details` has
the fields of `details` about wiring, currents and priority. `reconfigure` of such a charger leads to `network_change`
with all of these but the kind. `scan` is progress, for some seconds; then `scan_done` {charger} when several were found,
or the menu `scan_found_nothing` -> scan | network; one that was found is tried as by `network`, which shows what is missing.

`adopt` {charger} lists the chargers of other integrations by name and area; where there is none it is `adopt_by_hand`
{limit, pause, on_pauses, status, power, energy, current_l1 .. current_l3}, which are entities. `adopt_details` has the same
fields as `network_details`, and so has `adopt_change`, to which `reconfigure` leads.

`mqtt` {preset, prefix}, only where there is a broker, goes on to `mqtt_details`; `reconfigure` leads to `mqtt_change`.
"""

from collections.abc import Mapping
from typing import Any, Final, override

import probatio
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..const import CONF_CONNECTOR, CONF_DRIVER, CONF_KEY, CONF_STATION, DRIVER_ADOPTED, DRIVER_MQTT, DRIVER_NETWORK
from .arrival import ArrivalSteps
from .charger_access import access_as_answers, access_fields, access_of, share_access
from .charger_adopted import AdoptedSteps
from .charger_form import (
    charger_as_answers,
    charger_data,
    charger_errors,
    charger_schema,
    charger_suggestions,
    charger_unique_id,
    has_charger,
    station_data,
    station_errors,
)
from .charger_mqtt import MQTT, MqttSteps
from .charger_operator import operator_as_answers, operator_fields, operator_of
from .charger_scan import ScanSteps
from .pairing import address_for_chargers, connectors_of, forget_discovery, name_of
from .places import circuit_options

_KEY: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))

_STATION_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_STATION): TextSelector(),
        probatio.Optional(CONF_KEY): _KEY,
        probatio.Required(CONF_CONNECTOR, default=1): NumberSelector(
            NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX)
        ),
    }
)


class ChargerSubentryFlow(ArrivalSteps, ScanSteps, AdoptedSteps, MqttSteps):
    """Waits for a charger, or takes its identity by hand, and asks how it is wired."""

    def __init__(self) -> None:
        super().__init__()
        self._key: str | None = None
        self._connectors: tuple[int, ...] = (1,)
        self._name = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose how to begin."""
        del user_input
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        options = ["adopt", "address", "scan", "network", "station", "adopt_by_hand"]
        if MQTT in self.hass.config.components:
            options = ["adopt", "address", "scan", "network", "mqtt", "station", "adopt_by_hand"]
        return self.async_show_menu(step_id="user", menu_options=options)

    @override
    async def _take(self, station: str) -> SubentryFlowResult:
        """Go on with a charger that is connected."""
        self._station = station
        self._connectors = connectors_of(self._central, station)
        self._name = name_of(self._central, station)
        return await self.async_step_details()

    async def async_step_station(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Take a charger's identity by hand."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._station = self._name = user_input[CONF_STATION].strip()
            self._key = user_input.get(CONF_KEY) or None
            self._connectors = (int(user_input[CONF_CONNECTOR]),)
            errors = station_errors(self._get_entry().data, self._station, self._key, self._connectors[0])
            if has_charger(self._get_entry(), charger_unique_id(self._station, self._connectors[0])):
                return self.async_abort(reason="already_configured")
            if not errors:
                return await self.async_step_details()
        return self.async_show_form(
            step_id="station",
            data_schema=self.add_suggested_values_to_schema(_STATION_SCHEMA, user_input),
            errors=errors,
            description_placeholders=await self._address(),
            last_step=False,
        )

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the charger is wired and what it may draw."""
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            connector = int(user_input.get(CONF_CONNECTOR, self._connectors[0]))
            unique_id = charger_unique_id(self._station, connector)
            if has_charger(entry, unique_id):
                return self.async_abort(reason="already_configured")
            shared = access_of(entry, self._station)
            before = {CONF_KEY: self._key} if self._key else shared
            access = self._access(before, user_input) | operator_of(shared, user_input)
            data = charger_data(entry.data, station_data(self._station, connector, access), user_input)
            errors = charger_errors(entry, data, user_input)
            if not errors:
                return await self._keep(user_input[CONF_NAME].strip(), data)
        shared = access_of(entry, self._station)
        schema = charger_schema(entry.data, await circuit_options(self.hass, entry), self._connectors)
        known = charger_suggestions(self._name) | access_as_answers(shared) | operator_as_answers(shared)
        return self.async_show_form(
            step_id="details",
            data_schema=self.add_suggested_values_to_schema(
                schema.extend({**access_fields(entry.data), **operator_fields()}), user_input or known
            ),
            errors=errors,
            description_placeholders={"identity": self._station},
            last_step=True,
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a charger that is set up."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if subentry.data[CONF_DRIVER] == DRIVER_NETWORK:
            return await self.async_step_network_change()
        if subentry.data[CONF_DRIVER] == DRIVER_ADOPTED:
            return await self.async_step_adopt_change()
        if subentry.data[CONF_DRIVER] == DRIVER_MQTT:
            return await self.async_step_mqtt_change()
        self._station = subentry.data[CONF_STATION]
        errors: dict[str, str] = {}
        if user_input is not None:
            connector = subentry.data[CONF_CONNECTOR]
            access = self._access(subentry.data, user_input) | operator_of(subentry.data, user_input)
            data = charger_data(entry.data, station_data(self._station, connector, access), user_input)
            errors = charger_errors(entry, data, user_input, subentry.subentry_id)
            errors |= station_errors(entry.data, self._station, access.get(CONF_KEY), connector)
            errors = errors or await self._give_certificate(user_input)
            if not errors:
                return await self._keep(user_input[CONF_NAME].strip(), data)
        schema = charger_schema(entry.data, await circuit_options(self.hass, entry)).extend(
            {
                probatio.Optional(CONF_KEY): _KEY,
                **access_fields(entry.data),
                **self._certificate_field(),
                **operator_fields(),
            }
        )
        known = charger_as_answers(entry, subentry.title, subentry.data) | access_as_answers(subentry.data)
        known |= operator_as_answers(subentry.data)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or known),
            errors=errors,
            description_placeholders={"identity": self._station},
            last_step=True,
        )

    @override
    async def _finish(self) -> SubentryFlowResult:
        entry, (name, data) = self._get_entry(), self._pending
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            share_access(self.hass, entry, data, subentry.subentry_id)
            return self.async_update_and_abort(entry, subentry, title=name, data=data)
        share_access(self.hass, entry, data)
        forget_discovery(self.hass, self._station)
        unique_id = charger_unique_id(self._station, data[CONF_CONNECTOR])
        return self.async_create_entry(title=name, data=data, unique_id=unique_id)

    async def _address(self) -> Mapping[str, str]:
        return {"address": await address_for_chargers(self.hass, self._get_entry())}
