"""Adds an appliance that gives way to a site, and changes one.

The steps: `user` {entity_id}, then `details` {name, circuit (only if there are any), wiring (only on three phases),
shed_value (only for a number), power_w (optional), power_entity_id (optional), priority, minimum_on_min,
minimum_off_min, maximum_off_min (optional)} makes the subentry. `reconfigure` {entity_id} goes on to `details` as well.
"""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME

from ..const import CONF_ENTITY_ID
from .load_form import (
    ENTITY_SCHEMA,
    load_as_answers,
    load_data,
    load_entity_errors,
    load_errors,
    load_schema,
    load_suggestions,
)
from .places import circuit_options


class LoadSubentryFlow(ConfigSubentryFlow):
    """Asks for an entity, then for what it takes and how it may be switched."""

    def __init__(self) -> None:
        self._entity_id = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose a new appliance."""
        return await self._ask_entity("user", user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change an appliance; it may be switched by another entity now."""
        return await self._ask_entity("reconfigure", user_input)

    async def _ask_entity(self, step_id: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            self._entity_id = user_input[CONF_ENTITY_ID]
            errors = load_entity_errors(self.hass, self._get_entry(), self._entity_id, self._load_id())
            if not errors:
                return await self.async_step_details()
        known = dict(self._get_reconfigure_subentry().data) if self.source == SOURCE_RECONFIGURE else {}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(ENTITY_SCHEMA, user_input or known),
            errors=errors,
            last_step=False,
        )

    async def async_step_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask where it hangs, what it takes, and how it may be switched."""
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = load_data(entry.data, self._entity_id, user_input)
            errors = load_errors(self.hass, entry, data, user_input, self._load_id())
            if not errors:
                return self._save_load(user_input[CONF_NAME].strip(), data)
        schema = load_schema(entry.data, await circuit_options(self.hass, entry), self._entity_id)
        return self.async_show_form(
            step_id="details",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or self._suggestions()),
            errors=errors,
            description_placeholders={"entity": self._entity_id},
            last_step=True,
        )

    def _suggestions(self) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return load_suggestions(self.hass, self._entity_id)
        subentry = self._get_reconfigure_subentry()
        return load_as_answers(self._get_entry(), subentry.title, subentry.data)

    def _save_load(self, title: str, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)

    def _load_id(self) -> str | None:
        """The appliance's id; None for a new one."""
        return self._get_reconfigure_subentry().subentry_id if self.source == SOURCE_RECONFIGURE else None
