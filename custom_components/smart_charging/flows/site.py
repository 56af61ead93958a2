"""The steps after the meter: what the supply can bear, and where chargers connect to."""

from typing import Any, Final, override

import probatio
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlowResult, ConfigSubentry
from homeassistant.const import UnitOfElectricPotential
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..configuration.rules.encryption import encryption_errors
from ..configuration.rules.site import validate_site
from ..configuration.rules.tree import site_phases
from ..const import (
    CONF_HOST,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_METER,
    CONF_PHASE,
    CONF_PHASES,
    CONF_PORT,
    CONF_TLS_PORT,
    CONF_VOLTAGE_V,
    CONF_WIRING,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_VOLTAGE_V,
    SUBENTRY_CHARGER,
    SUBENTRY_CIRCUIT,
)
from .meter import MeterSteps
from .port import own_addresses, port_errors
from .words import all_networks

_LIMIT_FIELDS: Final = frozenset({CONF_PHASES, CONF_LIMIT_UNIT, CONF_LIMIT, CONF_VOLTAGE_V})

_NOMINAL_SPREAD: Final = 0.1
"""A mains voltage may be this much off its nominal 230 V (EN 50160, 4.2.2)."""


class SiteSteps(MeterSteps):
    """Ask for the limit and the server, and make or change the entry."""

    @override
    async def _go_on_after_meter(self) -> ConfigFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            # A supply with other phases has another limit.
            same_phases = self._data[CONF_PHASES] == self._get_reconfigure_entry().data[CONF_PHASES]
            if same_phases and not self._site_errors():
                return self._save()
        return await self.async_step_limit()

    async def async_step_limit(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the supply can bear."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data |= user_input
            self._data[CONF_PHASES] = int(user_input[CONF_PHASES])
            errors = self._site_errors()
            if not errors:
                return self._save() if self.source == SOURCE_RECONFIGURE else await self.async_step_server()
        elif self.source == SOURCE_RECONFIGURE:
            errors = self._site_errors()
        known: dict[str, Any] = {
            **{key: self._data[key] for key in (CONF_LIMIT_UNIT, CONF_LIMIT) if key in self._data},
            CONF_PHASES: str(self._meter_phases() or self._data.get(CONF_PHASES, 1)),
            CONF_VOLTAGE_V: self._data.get(CONF_VOLTAGE_V) or _nominal_v(self._measured_voltage_v()),
        }
        return self.async_show_form(
            step_id="limit",
            data_schema=self.add_suggested_values_to_schema(_LIMIT_SCHEMA, user_input or known),
            errors=errors,
            last_step=self.source == SOURCE_RECONFIGURE,
        )

    async def async_step_server(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where to listen for chargers."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data[CONF_HOST] = user_input[CONF_HOST].strip()
            self._data[CONF_PORT] = int(user_input[CONF_PORT])
            own = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
            errors = port_errors(self.hass, self._data[CONF_HOST], self._data[CONF_PORT], own)
            if CONF_TLS_PORT in encryption_errors(self._data):
                errors = {CONF_PORT: "ports_equal"}
            if not errors:
                return self._save()
        known = {
            CONF_HOST: self._data.get(CONF_HOST, DEFAULT_HOST),
            CONF_PORT: self._data.get(CONF_PORT, DEFAULT_PORT),
        }
        return self.async_show_form(
            step_id="server",
            data_schema=self.add_suggested_values_to_schema(await _server_schema(self.hass), user_input or known),
            errors=errors,
            last_step=True,
        )

    def _save(self) -> ConfigFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            return self.async_update_and_abort(entry, data=self._data, unique_id=self.unique_id or entry.unique_id)
        return self.async_create_entry(title=self.hass.config.location_name, data=self._data)

    def _site_errors(self) -> dict[str, str]:
        """Say what is wrong with what was answered so far, by the field of the `limit` step."""
        if self._meter_phases() > self._data[CONF_PHASES]:
            return {CONF_PHASES: "meter_has_more_phases"}
        if 0 < self._meter_phases() < self._data[CONF_PHASES]:
            return {CONF_PHASES: "meter_has_fewer_phases"}
        supply = set(site_phases(self._data))
        for subentry in self._subentries():
            if not supply.issuperset(subentry.data[CONF_WIRING]):
                is_charger = subentry.subentry_type == SUBENTRY_CHARGER
                return {CONF_PHASES: "charger_needs_phases" if is_charger else "phases_needed"}
        chargers = [subentry.data for subentry in self._subentries() if subentry.subentry_type == SUBENTRY_CHARGER]
        circuits = {
            subentry.subentry_id: subentry.data
            for subentry in self._subentries()
            if subentry.subentry_type == SUBENTRY_CIRCUIT
        }
        # The port comes later, and is tried for real there.
        errors = validate_site({CONF_PORT: DEFAULT_PORT, **self._data}, chargers, circuits)
        return {field if field in _LIMIT_FIELDS else "base": error for field, error in errors.items()}

    def _subentries(self) -> tuple[ConfigSubentry, ...]:
        """List what this site has already: its circuits, chargers and loads."""
        if self.source != SOURCE_RECONFIGURE:
            return ()
        return tuple(self._get_reconfigure_entry().subentries.values())

    def _meter_phases(self) -> int:
        """Count the phases that the meter tells apart; 0 for a meter that knows only the total."""
        return len({channel[CONF_PHASE] for channel in self._data[CONF_METER]} - {None})


_LIMIT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_PHASES): SelectSelector(
            SelectSelectorConfig(options=["1", "3"], translation_key="phases", mode=SelectSelectorMode.LIST)
        ),
        probatio.Required(CONF_LIMIT_UNIT): SelectSelector(
            SelectSelectorConfig(options=["kva", "a", "kw"], translation_key="limit_unit", mode=SelectSelectorMode.LIST)
        ),
        probatio.Required(CONF_LIMIT): NumberSelector(NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX)),
        probatio.Required(CONF_VOLTAGE_V): NumberSelector(
            NumberSelectorConfig(
                step="any",
                unit_of_measurement=UnitOfElectricPotential.VOLT,
                mode=NumberSelectorMode.BOX,
            )
        ),
    }
)


async def _server_schema(hass: HomeAssistant) -> probatio.Schema:
    addresses = [SelectOptionDict(value=address, label=address) for address in await own_addresses(hass)]
    everywhere = SelectOptionDict(value=DEFAULT_HOST, label=await all_networks(hass))
    return probatio.Schema(
        {
            probatio.Required(CONF_PORT): NumberSelector(NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX)),
            probatio.Required(CONF_HOST): SelectSelector(
                SelectSelectorConfig(
                    options=[everywhere, *addresses], custom_value=True, mode=SelectSelectorMode.DROPDOWN
                )
            ),
        }
    )


def _nominal_v(measured_v: float | None) -> float:
    """Guess the nominal voltage from a measured one."""
    if measured_v is None or abs(measured_v / DEFAULT_VOLTAGE_V - 1) <= _NOMINAL_SPREAD:
        return DEFAULT_VOLTAGE_V
    return float(round(measured_v))
