"""What can be changed on a site that stands: how it is controlled.

`init` {margin_a, and by section, each optional: sharing {strategy, turn_min}, supply {protection, ride_out, unbalance_kva
(only on three phases)}, solar {solar_start_min, solar_stop_min, solar_grid_pct, solar_first}, battery {battery_power,
battery_inverted, battery_soc, battery_floor_pct}, tariff {off_peak}, access {who}}; then `overshoot` {overshoot_pct, overshoot_s}, only for the protection
"plain". A section that is left out stays as it was; a field that is left out of its section is as at the beginning.
"""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from ..config_rules.options import validate_options
from ..const import CONF_MARGIN_A, CONF_PROTECTION
from ..engine.model.protection import ProtectionKind
from .options_form import (
    OVERSHOOT_SCHEMA,
    options_as_answers,
    options_data,
    options_schema,
    overshoot_suggestions,
)


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
            if not errors and self._options.get(CONF_PROTECTION) == ProtectionKind.PLAIN:
                return await self.async_step_overshoot()
            if not errors:
                return self.async_create_entry(data=self._options)
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
                return self.async_create_entry(data={**self._options, **user_input})
        return self.async_show_form(
            step_id="overshoot",
            data_schema=self.add_suggested_values_to_schema(
                OVERSHOOT_SCHEMA, user_input or overshoot_suggestions(self._options)
            ),
            errors=errors,
            last_step=True,
        )
