"""What can be changed on a site that stands."""

from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfElectricCurrent
from homeassistant.helpers.selector import NumberSelector, NumberSelectorConfig, NumberSelectorMode

from ..const import CONF_LIMIT_UNIT, CONF_MARGIN_A, DEFAULT_MARGIN_A

_LARGEST_MARGIN_A: Final = 20.0
"""More than this is not a margin but another limit."""

_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_MARGIN_A): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=_LARGEST_MARGIN_A,
                step=0.1,
                unit_of_measurement=UnitOfElectricCurrent.AMPERE,
                mode=NumberSelectorMode.BOX,
            )
        )
    }
)


class MarginOptionsFlow(OptionsFlow):
    """Asks for the margin below the limit."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """The one form."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        default_a = DEFAULT_MARGIN_A[self.config_entry.data[CONF_LIMIT_UNIT]]
        known = {CONF_MARGIN_A: self.config_entry.options.get(CONF_MARGIN_A, default_a)}
        return self.async_show_form(
            step_id="init", data_schema=self.add_suggested_values_to_schema(_SCHEMA, known), last_step=True
        )
