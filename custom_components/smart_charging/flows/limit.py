"""Adds a limit that comes and goes to a site, and changes one.

The steps: `user` is a menu -> operator | schedule | own. Each of these is a form {name, circuit (only if there are any),
entity_id (optional for own), limit_unit: "a"|"kw", limit, value_entity_id (optional), chargers_only} and makes the
subentry. `reconfigure` shows the form of the limit's kind, which stays as it is.
"""

from typing import Any, Final

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME

from ..const import CONF_KIND
from ..engine.model.limit import LimitSource
from .limit_form import limit_as_answers, limit_data, limit_errors, limit_schema, limit_suggestions
from .places import circuit_options

_STEPS: Final = {LimitSource.OPERATOR: "operator", LimitSource.SCHEDULE: "schedule", LimitSource.USER: "own"}


class LimitSubentryFlow(ConfigSubentryFlow):
    """Asks who sets a limit, then where it holds, when, and how much it allows."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose who sets the new limit."""
        del user_input
        return self.async_show_menu(step_id="user", menu_options=["operator", "schedule", "own"])

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a limit."""
        del user_input
        return await self._ask(LimitSource(self._get_reconfigure_subentry().data[CONF_KIND]), None)

    async def async_step_operator(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a signal of the grid operator."""
        return await self._ask(LimitSource.OPERATOR, user_input)

    async def async_step_schedule(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a window of time."""
        return await self._ask(LimitSource.SCHEDULE, user_input)

    async def async_step_own(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a limit of the user's own."""
        return await self._ask(LimitSource.USER, user_input)

    async def _ask(self, kind: LimitSource, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = limit_data(kind, user_input)
            errors = limit_errors(self.hass, entry, data, user_input)
            if not errors:
                return self._save_limit(user_input[CONF_NAME].strip(), data)
        schema = limit_schema(await circuit_options(self.hass, entry), kind)
        return self.async_show_form(
            step_id=_STEPS[kind],
            data_schema=self.add_suggested_values_to_schema(schema, user_input or self._suggestions(kind)),
            errors=errors,
        )

    def _suggestions(self, kind: LimitSource) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return limit_suggestions(kind)
        subentry = self._get_reconfigure_subentry()
        return limit_as_answers(self._get_entry(), subentry.title, subentry.data)

    def _save_limit(self, title: str, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)
