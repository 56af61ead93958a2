"""Adds a card to a site, and changes one.

`user` and `reconfigure` {number, name, person (optional), vehicle (optional), group (optional), last_day (optional),
blocked (optional)} make and change the subentry. `number` offers what chargers were shown lately; a form that is sent
without one comes back with what was shown since.
"""

from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME

from .card_form import card_as_answers, card_data, card_errors, card_schema, shown_options


class CardSubentryFlow(ConfigSubentryFlow):
    """Asks for a card's number, and whose it is."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a card."""
        entry, errors = self._get_entry(), dict[str, str]()
        if user_input is not None:
            data = card_data(user_input)
            errors = card_errors(entry, data, user_input)
            if not errors:
                return self.async_create_entry(title=user_input[CONF_NAME].strip(), data=data)
        schema = card_schema(shown_options(self.hass, entry))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            last_step=True,
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a card: block it, give it to somebody else, or replace the one that was lost."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = card_data(user_input)
            errors = card_errors(entry, data, user_input, subentry.subentry_id)
            if not errors:
                title = user_input[CONF_NAME].strip()
                return self.async_update_and_abort(entry, subentry, title=title, data=data)
        schema = card_schema(shown_options(self.hass, entry))
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or card_as_answers(subentry.title, subentry.data)
            ),
            errors=errors,
            last_step=True,
        )
