"""Adds a limit that comes and goes to a site, and changes one.

The steps: `user` is a menu -> operator | hours | schedule | own. Each of these is a form {name, circuit (only if there are
any), entity_id (optional for own), limit_unit: "a"|"kw", limit, value_entity_id (optional), chargers_only} and makes the
subentry; hours has {hours, days, holidays (optional)} in place of the entities. `reconfigure` shows the form that made the
limit, whose kind stays as it is.
"""

from typing import Any, Final

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME

from .limit_form import (
    LimitForm,
    form_of,
    hours_schema,
    limit_as_answers,
    limit_data,
    limit_errors,
    limit_schema,
    limit_suggestions,
)
from .places import circuit_options

_STEPS: Final = {LimitForm.OPERATOR: "operator", LimitForm.SCHEDULE: "schedule", LimitForm.OWN: "own"}


class LimitSubentryFlow(ConfigSubentryFlow):
    """Asks who sets a limit, then where it holds, when, and how much it allows."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose who sets the new limit."""
        del user_input
        return self.async_show_menu(step_id="user", menu_options=["operator", "hours", "schedule", "own"])

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a limit."""
        del user_input
        form = form_of(self._get_reconfigure_subentry().data)
        return await (self.async_step_hours() if form is LimitForm.HOURS else self._ask(form, None))

    async def async_step_operator(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a signal of the grid operator."""
        return await self._ask(LimitForm.OPERATOR, user_input)

    async def async_step_hours(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about hours of the clock."""
        errors = self._judge(LimitForm.HOURS, user_input)
        if user_input is not None and not errors:
            return self._save_limit(LimitForm.HOURS, user_input)
        schema = hours_schema(await circuit_options(self.hass, self._get_entry()))
        shown = user_input or self._suggestions(LimitForm.HOURS)
        return self.async_show_form(
            step_id="hours", data_schema=self.add_suggested_values_to_schema(schema, shown), errors=errors
        )

    async def async_step_schedule(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a window of time that an entity tells."""
        return await self._ask(LimitForm.SCHEDULE, user_input)

    async def async_step_own(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a limit of the user's own."""
        return await self._ask(LimitForm.OWN, user_input)

    async def _ask(self, form: LimitForm, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        errors = self._judge(form, user_input)
        if user_input is not None and not errors:
            return self._save_limit(form, user_input)
        schema = limit_schema(await circuit_options(self.hass, self._get_entry()), form)
        return self.async_show_form(
            step_id=_STEPS[form],
            data_schema=self.add_suggested_values_to_schema(schema, user_input or self._suggestions(form)),
            errors=errors,
        )

    def _judge(self, form: LimitForm, user_input: dict[str, Any] | None) -> dict[str, str]:
        if user_input is None:
            return {}
        return limit_errors(self.hass, self._get_entry(), limit_data(form, user_input), user_input)

    def _suggestions(self, form: LimitForm) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return limit_suggestions(form)
        subentry = self._get_reconfigure_subentry()
        return limit_as_answers(self._get_entry(), subentry.title, subentry.data)

    def _save_limit(self, form: LimitForm, user_input: dict[str, Any]) -> SubentryFlowResult:
        title, data = user_input[CONF_NAME].strip(), limit_data(form, user_input)
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)
