"""Adds a circuit to a site, and changes one.

The steps: `user` {name, circuit (only if there are others), wiring (only on three phases), limit_unit: "a"|"kva"|"kw",
limit, protection, meter: "none"|"new"} makes the subentry, or goes on to the circuit's own meter: `meter_manual`
{direction, detail (only with three phases)}, `meter_entities` with one sensor each, then `measure` and one of `confirm`,
`confirm_slow` and `confirm_silent`, as at the set-up of a site (config_flow.py). `reconfigure` has the same fields as
`user`, and the answer "kept" for a meter that is there.
"""

from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME

from ..configuration.rules.meter import meter_entities
from ..const import CONF_METER, CONF_METER_INVERTED, CONF_PHASES, CONF_VOLTAGE_V, CONF_WIRING
from .circuit_form import (
    METER_NEW,
    NEW_CIRCUIT,
    circuit_as_answers,
    circuit_data,
    circuit_errors,
    circuit_schema,
    circuit_suggestions,
)
from .entities import (
    CONF_DETAIL,
    chosen_channels,
    circuit_meter_schema,
    entities_schema,
    entity_errors,
    stored_channels,
)
from .measure import MeasureSteps
from .places import circuit_options, circuits_of


class CircuitSubentryFlow(MeasureSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]], ConfigSubentryFlow):
    """Asks what a circuit bears and what feeds it, and tries its meter."""

    _preview = None  # Home Assistant's page shows none in the flow of a subentry.

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._manual: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask about a new circuit."""
        return await self._ask_circuit("user", user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a circuit."""
        return await self._ask_circuit("reconfigure", user_input)

    async def _ask_circuit(self, step_id: str, user_input: dict[str, Any] | None) -> SubentryFlowResult:
        entry, known = self._get_entry(), self._known()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = circuit_data(entry.data, known, user_input)
            errors = circuit_errors(entry, data, user_input, self._circuit_id() or NEW_CIRCUIT)
            if not errors:
                self._title, self._data = user_input[CONF_NAME].strip(), data
                return await self.async_step_meter() if user_input[CONF_METER] == METER_NEW else self._save_circuit()
        schema = circuit_schema(
            entry.data,
            await circuit_options(self.hass, entry, without=self._circuit_id()),
            has_meter=CONF_METER in known,
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, user_input or self._suggestions()),
            errors=errors,
        )

    async def async_step_meter(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose a meter: sensor by sensor, for those that were found are a site's."""
        del user_input
        return await self.async_step_meter_manual()

    async def async_step_meter_manual(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the circuit's meter tells what it measures."""
        phases = len(self._data[CONF_WIRING])
        if user_input is not None:
            self._manual = {CONF_DETAIL: "total", **user_input, CONF_PHASES: str(phases)}
            return await self.async_step_meter_entities()
        return self.async_show_form(
            step_id="meter_manual",
            data_schema=self.add_suggested_values_to_schema(circuit_meter_schema(phases), self._manual),
            last_step=False,
        )

    async def async_step_meter_entities(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for one sensor per channel."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = entity_errors(self.hass, self._manual, user_input)
            if not errors and self._is_used(set(user_input.values())):
                errors["base"] = "meter_used"
            if not errors:
                self._channels = chosen_channels(self._manual, user_input)
                self._data[CONF_METER] = stored_channels(self._channels)
                self._data[CONF_METER_INVERTED] = False
                return await self.async_step_measure()
        return self.async_show_form(
            step_id="meter_entities",
            data_schema=self.add_suggested_values_to_schema(entities_schema(self._manual), user_input),
            errors=errors,
            last_step=False,
        )

    @override
    async def _go_on_after_meter(self) -> SubentryFlowResult:
        return self._save_circuit()

    @override
    def _voltage_v(self) -> float:
        return float(self._get_entry().data[CONF_VOLTAGE_V])

    def _save_circuit(self) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
            return self.async_update_and_abort(entry, subentry, title=self._title, data=self._data)
        return self.async_create_entry(title=self._title, data=self._data)

    def _circuit_id(self) -> str | None:
        """The circuit's id; None for a new one."""
        return self._get_reconfigure_subentry().subentry_id if self.source == SOURCE_RECONFIGURE else None

    def _known(self) -> dict[str, Any]:
        """What is stored of the circuit; nothing of a new one."""
        return dict(self._get_reconfigure_subentry().data) if self.source == SOURCE_RECONFIGURE else {}

    def _suggestions(self) -> dict[str, Any]:
        if self.source != SOURCE_RECONFIGURE:
            return circuit_suggestions()
        subentry = self._get_reconfigure_subentry()
        return circuit_as_answers(circuits_of(self._get_entry()), subentry.title, subentry.data)

    def _is_used(self, entity_ids: set[str]) -> bool:
        """Tell whether one of these sensors is the site's meter's, or another circuit's."""
        entry, own_id = self._get_entry(), self._circuit_id()
        others = [data for circuit_id, data in circuits_of(entry).items() if circuit_id != own_id]
        return any(entity_ids & meter_entities(data) for data in (entry.data, *others))
