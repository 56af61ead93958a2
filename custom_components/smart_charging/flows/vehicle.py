"""Adds a vehicle to a site, and changes one.

The steps: `user` {vehicle: one of those that were found, or "another"}, left out where none was; then `details` {name,
capacity_kwh (optional), phases: "1"|"2"|"3", maximum_a, minimum_a, limit_pct, least_pct, consumption, consumption_unit,
continuous}; then `links` {soc, charge_limit, plugged, location, range, as_of, wake, max_age_h, cards, usual_charger, calendar}, all
optional, which makes the subentry. `reconfigure` shows the last two again.
"""

from typing import Any

import probatio
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig, SelectSelectorMode

from ..const import CONF_VEHICLE, DOMAIN
from ..sources.vehicle_finder import FoundVehicle, find_vehicles
from .vehicle_form import (
    ANOTHER,
    DETAILS_SCHEMA,
    details_errors,
    links_as_answers,
    links_data,
    links_errors,
    links_schema,
    links_suggestions,
    taken_entities,
    vehicle_as_answers,
    vehicle_data,
    vehicle_options,
    vehicle_suggestions,
)


class VehicleSubentryFlow(ConfigSubentryFlow):
    """Asks which vehicle it is, what it can do, and what tells of it."""

    def __init__(self) -> None:
        super().__init__()
        self._found: FoundVehicle | None = None
        self._answers: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """List the vehicles that other integrations know and that are not set up yet."""
        taken = taken_entities(self.hass, DOMAIN)
        found = {
            vehicle.key: vehicle for vehicle in find_vehicles(self.hass) if taken.isdisjoint(vehicle.entities.values())
        }
        if user_input is not None and user_input[CONF_VEHICLE] not in {*found, ANOTHER}:
            return self.async_abort(reason="already_configured")
        if user_input is not None or not found:
            self._found = None if user_input is None else found.get(user_input[CONF_VEHICLE])
            return await self.async_step_details()
        options = await vehicle_options(self.hass, found.values())
        select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        return self.async_show_form(
            step_id="user", data_schema=probatio.Schema({probatio.Required(CONF_VEHICLE): select}), last_step=False
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a vehicle."""
        del user_input
        return await self.async_step_details()

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what the vehicle can do."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = details_errors(user_input)
            if not errors:
                self._answers = user_input
                return await self.async_step_links()
        known = self._answers or self._known_details()
        return self.async_show_form(
            step_id="details",
            data_schema=self.add_suggested_values_to_schema(DETAILS_SCHEMA, user_input or known),
            errors=errors,
            last_step=False,
        )

    async def async_step_links(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what tells of the vehicle, and by what it is known."""
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = vehicle_data(self._answers) | links_data(self.hass, user_input)
            errors = links_errors(self.hass, entry, data, user_input, self._own_id)
            if not errors:
                return self._save_vehicle(self._answers[CONF_NAME].strip(), data)
        return self.async_show_form(
            step_id="links",
            data_schema=self.add_suggested_values_to_schema(links_schema(entry), user_input or self._known_links()),
            errors=errors,
            last_step=True,
        )

    @property
    def _own_id(self) -> str | None:
        return self._get_reconfigure_subentry().subentry_id if self.source == SOURCE_RECONFIGURE else None

    def _known_details(self) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return vehicle_suggestions(self._found)
        subentry = self._get_reconfigure_subentry()
        return vehicle_as_answers(subentry.title, subentry.data)

    def _known_links(self) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return links_suggestions(self.hass, self._get_entry(), self._found)
        return links_as_answers(self.hass, self._get_entry(), self._get_reconfigure_subentry().data)

    def _save_vehicle(self, title: str, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)
