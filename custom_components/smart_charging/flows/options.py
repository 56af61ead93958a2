"""What can be changed on a site that stands: how it is controlled.

`init` {margin_a, and by section, each optional: sharing {strategy, turn_min}, supply {protection, ride_out, unbalance_kva
(only on three phases)}, solar {solar_start_min, solar_stop_min, solar_grid_pct, solar_first}, battery {battery_power,
battery_inverted, battery_soc, battery_floor_pct, battery_steered_by, battery_fills_car, battery_kwh, battery_charge_kw,
battery_discharge_kw}, tariff {off_peak}, access {who}}; then `overshoot` {overshoot_pct, overshoot_s}, only for the protection
"plain", and `battery_ways` {battery_by_itself, battery_hold, battery_charge (optional), battery_charge_power (optional)}, only
where a select steers the battery. A section that is left out stays as it was; a field that is left out of its section is as at the beginning.
"""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from ..configuration.rules.battery import is_select
from ..configuration.rules.options import validate_options
from ..const import CONF_BATTERY_STEERED_BY, CONF_MARGIN_A, CONF_PROTECTION
from ..engine.model.protection import ProtectionKind
from .battery_form import WAYS_FIELDS, judge_ways, ways_schema
from .options_form import (
    OVERSHOOT_SCHEMA,
    options_as_answers,
    options_data,
    options_schema,
    overshoot_suggestions,
)
from .own_entities import is_own


class ControlOptionsFlow(OptionsFlow):
    """Asks how a site is to be controlled."""

    def __init__(self) -> None:
        self._options: dict[str, Any] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """The one form, for all but a few."""
        site, errors = self.config_entry.data, dict[str, str]()
        if user_input is not None:
            self._options = options_data(self.config_entry.options, user_input)
            errors = validate_options({**self._options, **overshoot_suggestions(self._options)})
            if not errors and is_own(self.hass, self._options.get(CONF_BATTERY_STEERED_BY, "")):
                errors = {CONF_BATTERY_STEERED_BY: "battery_not_steerable"}
            if not errors and self._options.get(CONF_PROTECTION) == ProtectionKind.PLAIN:
                return await self.async_step_overshoot()
            if not errors:
                return await self._after_overshoot()
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(site), user_input or options_as_answers(site, self.config_entry.options)
            ),
            # A field within a section cannot be marked.
            errors={field if field == CONF_MARGIN_A else "base": error for field, error in errors.items()},
        )

    async def async_step_overshoot(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what a contract in plain figures allows."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = validate_options({**self._options, **user_input})
            if not errors:
                self._options |= user_input
                return await self._after_overshoot()
        return self.async_show_form(
            step_id="overshoot",
            data_schema=self.add_suggested_values_to_schema(
                OVERSHOOT_SCHEMA, user_input or overshoot_suggestions(self._options)
            ),
            errors=errors,
            last_step=not is_select(self._options),
        )

    async def async_step_battery_ways(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the options are called of the select that steers the battery."""
        errors: dict[str, str] = {}
        if user_input is not None:
            others = {key: value for key, value in self._options.items() if key not in WAYS_FIELDS}
            errors = judge_ways(self.hass, {**others, **user_input})
            if not errors:
                return self.async_create_entry(data={**others, **user_input})
        return self.async_show_form(
            step_id="battery_ways",
            data_schema=self.add_suggested_values_to_schema(
                ways_schema(self.hass, self._options), user_input or self._options
            ),
            errors=errors,
            last_step=True,
        )

    async def _after_overshoot(self) -> ConfigFlowResult:
        if is_select(self._options):
            return await self.async_step_battery_ways()
        return self.async_create_entry(data=self._options)
