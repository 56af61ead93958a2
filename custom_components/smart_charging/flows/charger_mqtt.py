"""The steps in which a charger that speaks MQTT is added, and changed."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..chargers.mqtt.driver import CONF_PREFIX, CONF_PRESET
from ..chargers.mqtt.library import presets
from ..configuration.rules.mqtt import judge_topics
from ..const import CONF_DRIVER, DRIVER_MQTT, SUBENTRY_CHARGER
from .charger_form import charger_as_answers, charger_data, charger_errors, charger_schema, charger_suggestions
from .places import circuit_options

MQTT: Final = "mqtt"
"""The integration that has the broker."""


class MqttSteps(ConfigSubentryFlow):
    """Ask what it is and what its topics begin with, then how it is wired."""

    _topics: Mapping[str, Any]

    async def async_step_mqtt(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the kind and the topics."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._topics = _topics(user_input)
            others = [charger.data for charger in self._get_entry().get_subentries_of_type(SUBENTRY_CHARGER)]
            errors = judge_topics(others, self._topics)
            if not errors:
                return await self.async_step_mqtt_details()
        options = [SelectOptionDict(value=key, label=preset.name) for key, preset in presets().items()]
        select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))
        schema = {probatio.Required(CONF_PRESET): select, probatio.Required(CONF_PREFIX): TextSelector()}
        return self.async_show_form(
            step_id="mqtt",
            data_schema=self.add_suggested_values_to_schema(probatio.Schema(schema), user_input),
            errors=errors,
            description_placeholders={"examples": ", ".join(f"`{preset.prefix}`" for preset in presets().values())},
            last_step=False,
        )

    async def async_step_mqtt_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the charger is wired and what it may draw."""
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = charger_data(entry.data, self._topics, user_input)
            errors = charger_errors(entry, data, user_input)
            if not errors:
                unique_id = f"{DRIVER_MQTT}:{data[CONF_PREFIX]}"
                return self.async_create_entry(title=user_input[CONF_NAME].strip(), data=data, unique_id=unique_id)
        name = presets()[self._topics[CONF_PRESET]].name
        return self.async_show_form(
            step_id="mqtt_details",
            data_schema=self.add_suggested_values_to_schema(
                charger_schema(entry.data, await circuit_options(self.hass, entry)),
                user_input or charger_suggestions(name),
            ),
            errors=errors,
            description_placeholders={"kind": name, "prefix": self._topics[CONF_PREFIX]},
            last_step=True,
        )

    async def async_step_mqtt_change(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a charger that is set up: what its topics begin with, and how it is wired."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            topics = _topics({CONF_PRESET: subentry.data[CONF_PRESET], **user_input})
            data = charger_data(entry.data, topics, user_input)
            errors = charger_errors(entry, data, user_input, subentry.subentry_id)
            if not errors:
                return self.async_update_and_abort(
                    entry,
                    subentry,
                    unique_id=f"{DRIVER_MQTT}:{data[CONF_PREFIX]}",
                    title=user_input[CONF_NAME].strip(),
                    data=data,
                )
        schema = charger_schema(entry.data, await circuit_options(self.hass, entry)).extend(
            {probatio.Required(CONF_PREFIX): TextSelector()}
        )
        known = charger_as_answers(entry, subentry.title, subentry.data) | {CONF_PREFIX: subentry.data[CONF_PREFIX]}
        return self.async_show_form(
            step_id="mqtt_change",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or known),
            errors=errors,
            last_step=True,
        )


def _topics(answers: Mapping[str, Any]) -> dict[str, Any]:
    prefix = str(answers[CONF_PREFIX]).strip().strip("/")
    return {CONF_DRIVER: DRIVER_MQTT, CONF_PRESET: answers[CONF_PRESET], CONF_PREFIX: prefix}
