"""The steps in which a charger at an address in the local network is added, and changed."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..configuration.rules.network import judge_line
from ..const import (
    CONF_DRIVER,
    CONF_FOUND_AS,
    CONF_HOST,
    CONF_KIND,
    CONF_PORT,
    CONF_SECRET,
    CONF_UNIT,
    CONF_USER,
    DRIVER_NETWORK,
    SUBENTRY_CHARGER,
)
from ..network_trial import TrialError, async_read_once, kinds
from .charger_form import (
    charger_as_answers,
    charger_data,
    charger_errors,
    charger_schema,
    charger_suggestions,
    has_charger,
)
from .places import circuit_options

MORE: Final = "more"
"""The section of what few people change."""
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_WHOLE: Final = NumberSelector(NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX))
_LINE: Final = (CONF_HOST, CONF_PORT, CONF_UNIT, CONF_USER, CONF_SECRET)


class NetworkSteps(ConfigSubentryFlow):
    """Ask what it is and where, try whether it answers, then ask how it is wired."""

    def __init__(self) -> None:
        super().__init__()
        self._line: dict[str, Any] = {}
        self._found_name = ""

    async def async_step_network(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the kind and the address."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._line = line_data(user_input)
            errors = await self._try(self._line)
            if has_charger(self._get_entry(), network_unique_id(self._line)):
                return self.async_abort(reason="already_configured")
            if not errors:
                return await self.async_step_network_details()
        return self.async_show_form(
            step_id="network",
            data_schema=self.add_suggested_values_to_schema(_network_schema(), user_input),
            errors=errors,
            last_step=False,
        )

    async def async_step_network_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the charger is wired and what it may draw."""
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = charger_data(entry.data, self._line, user_input)
            errors = charger_errors(entry, data, user_input)
            if not errors:
                name = user_input[CONF_NAME].strip()
                return self.async_create_entry(title=name, data=data, unique_id=network_unique_id(self._line))
        return self.async_show_form(
            step_id="network_details",
            data_schema=self.add_suggested_values_to_schema(
                charger_schema(entry.data, await circuit_options(self.hass, entry)),
                user_input or charger_suggestions(self._found_name),
            ),
            errors=errors,
            description_placeholders={"kind": kinds()[self._line[CONF_KIND]], "host": self._line[CONF_HOST]},
            last_step=True,
        )

    async def async_step_network_change(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a charger that is set up: where it is, and how it is wired."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            line = line_data({CONF_KIND: subentry.data[CONF_KIND]} | user_input)
            if line[CONF_HOST] == subentry.data[CONF_HOST]:
                line = {key: subentry.data[key] for key in (CONF_SECRET, CONF_FOUND_AS) if key in subentry.data} | line
            data = charger_data(entry.data, line, user_input)
            errors = charger_errors(entry, data, user_input, subentry.subentry_id)
            moved = any(line.get(key) != subentry.data.get(key) for key in _LINE)
            if moved:
                errors = errors or await self._try(line, subentry.subentry_id)
            if not errors:
                return self.async_update_and_abort(
                    entry,
                    subentry,
                    unique_id=network_unique_id(line),
                    title=user_input[CONF_NAME].strip(),
                    data=data,
                )
        schema = charger_schema(entry.data, await circuit_options(self.hass, entry)).extend(_line_fields())
        known = charger_as_answers(entry, subentry.title, subentry.data) | line_as_answers(subentry.data)
        return self.async_show_form(
            step_id="network_change",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or known),
            errors=errors,
            description_placeholders={"kind": kinds().get(subentry.data[CONF_KIND], subentry.data[CONF_KIND])},
            last_step=True,
        )

    async def _try(self, line: Mapping[str, Any], subentry_id: str | None = None) -> dict[str, str]:
        """Judge the address, and ask the charger once; what is wrong, by field."""
        others = [
            charger.data
            for charger in self._get_entry().get_subentries_of_type(SUBENTRY_CHARGER)
            if charger.subentry_id != subentry_id
        ]
        wrong = judge_line(others, line)
        if wrong:
            return {key if key in {CONF_KIND, CONF_HOST} else "base": error for key, error in wrong.items()}
        try:
            reading = await async_read_once(self.hass, line)
        except TrialError as error:
            return {"base": error.key}
        told = "" if reading.info is None else f"{reading.info.manufacturer} {reading.info.model}".strip()
        self._found_name = told or kinds()[line[CONF_KIND]]
        return {}


def network_unique_id(line: Mapping[str, Any]) -> str:
    """Name a charger for good, as long as it stays where it is."""
    return ":".join(str(line[key]) for key in (CONF_DRIVER, CONF_HOST, CONF_PORT, CONF_UNIT) if key in line)


def line_data(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the answers into what is stored of where it is; what is left empty is the kind's own."""
    more = {**answers, **answers.get(MORE, {})}
    texts = {key: str(more.get(key, "")).strip() for key in (CONF_HOST, CONF_USER, CONF_SECRET)}
    numbers = {key: int(more[key]) for key in (CONF_PORT, CONF_UNIT) if more.get(key) is not None}
    return {
        CONF_DRIVER: DRIVER_NETWORK,
        CONF_KIND: answers[CONF_KIND],
        CONF_HOST: texts[CONF_HOST],
        **numbers,
        **{key: texts[key] for key in (CONF_USER, CONF_SECRET) if texts[key]},
    }


def line_as_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a charger that is set up. Its password is not shown again."""
    more = {key: data[key] for key in (CONF_PORT, CONF_UNIT, CONF_USER) if key in data}
    return {CONF_HOST: data[CONF_HOST], MORE: more}


def _network_schema() -> probatio.Schema:
    options = [SelectOptionDict(value=kind, label=name) for kind, name in kinds().items()]
    select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))
    return probatio.Schema({probatio.Required(CONF_KIND): select, **_line_fields()})


def _line_fields() -> dict[probatio.Marker, Any]:
    more = {
        probatio.Optional(CONF_SECRET): _SECRET,
        probatio.Optional(CONF_USER): TextSelector(),
        probatio.Optional(CONF_PORT): _WHOLE,
        probatio.Optional(CONF_UNIT): _WHOLE,
    }
    return {
        probatio.Required(CONF_HOST): TextSelector(),
        probatio.Optional(MORE): section(probatio.Schema(more), {"collapsed": True}),
    }
