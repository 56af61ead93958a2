"""The steps that choose the grid meter: from those that were found, or sensor by sensor."""

import asyncio
from typing import Any, Final, override

import probatio
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigFlow, ConfigFlowContext, ConfigFlowResult
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..configuration.rules.meter import meter_entities
from ..const import CONF_METER, CONF_METER_INVERTED, CONF_PHASES, DOMAIN
from ..sources.awakening import wait_until_awake
from ..sources.meter_catalogue import Slowness
from ..sources.meter_finder import FoundMeter, MeterChannel, find_meters, number_in, slowness_of
from .entities import MANUAL_SCHEMA, chosen_channels, entities_schema, entity_errors, stored_channels
from .measure import MeasureSteps
from .places import circuits_of
from .words import MANUAL, meter_options

CONF_ENABLE: Final = "enable"


_SLOW_STEPS: Final = {
    Slowness.DSMR: "confirm_slow_dsmr",
    Slowness.LINKYTIC: "confirm_slow_linkytic",
    Slowness.GENERAL: "confirm_slow",
}


class MeterSteps(MeasureSteps[ConfigFlowContext, ConfigFlowResult, str], ConfigFlow):
    """Choose a meter, and write its channels into `_data`."""

    _meter: FoundMeter
    """The one that was chosen, unless it is put together by hand."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, FoundMeter] = {}
        self._voltage_id: str | None = None
        """The voltage sensor of the meter that was chosen."""
        self._waking: asyncio.Task[bool] | None = None
        self._manual: dict[str, Any] = {}

    async def async_step_meter(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Choose among the meters that were found; without any, go straight to choosing by hand."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_METER] == MANUAL:
                return await self.async_step_meter_manual()
            meter = self._found[user_input[CONF_METER]]
            if (taken := self._taken_by(meter.best.channels)) is None:
                return await self._take(meter)
            errors[CONF_METER] = taken
        else:
            self._found = {meter.key: meter for meter in await find_meters(self.hass)}
            if not self._found:
                return await self.async_step_meter_manual()
        options = await meter_options(self.hass, tuple(self._found.values()))
        schema = probatio.Schema(
            {
                probatio.Required(CONF_METER, default=options[0]["value"]): SelectSelector(
                    SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
                )
            }
        )
        return self.async_show_form(
            step_id="meter",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            last_step=False,
        )

    async def _take(self, meter: FoundMeter) -> ConfigFlowResult:
        self._meter = meter
        self._voltage_id = meter.voltage_id
        self._data[CONF_METER_INVERTED] = meter.inverted
        if meter.best.disabled:
            return await self.async_step_enable_phases()
        return await self._use(meter.best.channels)

    async def _use(self, channels: tuple[MeterChannel, ...]) -> ConfigFlowResult:
        self._channels = channels
        self._data[CONF_METER] = stored_channels(channels)
        # A flow that somebody left open must not keep this meter from being set up.
        await self.async_set_unique_id(_unique_id(channels), raise_on_progress=False)
        return await self.async_step_measure()

    def _taken_by(self, channels: tuple[MeterChannel, ...]) -> str | None:
        """Say who has this meter already, another site or one of the site's own circuits, as an error key."""
        unique_id = _unique_id(channels)
        own = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
        entries = self.hass.config_entries.async_entries(DOMAIN)
        if any(entry.unique_id == unique_id and entry is not own for entry in entries):
            return "already_configured"
        circuits = circuits_of(own).values() if own is not None else ()
        entity_ids = {channel.entity_id for channel in channels}
        return "meter_used" if any(entity_ids & meter_entities(circuit) for circuit in circuits) else None

    async def async_step_enable_phases(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to switch on the sensors that tell the phases apart."""
        disabled = self._meter.best.disabled
        if user_input is None:
            return self.async_show_form(
                step_id="enable_phases",
                data_schema=probatio.Schema({probatio.Required(CONF_ENABLE, default=True): BooleanSelector()}),
                description_placeholders={"sensors": "\n".join(f"- {entity_id}" for entity_id in disabled)},
                last_step=False,
            )
        if user_input[CONF_ENABLE]:
            registry = er.async_get(self.hass)
            for entity_id in disabled:
                registry.async_update_entity(entity_id, disabled_by=None)
            return await self.async_step_enabling()
        return await self.async_step_total_only()

    async def async_step_enabling(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for the sensors that were switched on.

        Home Assistant reloads their integration by itself half a minute later. It is left to do so: `dsmr` does not
        survive two reloads in a row (its entities then stay dead until a restart).
        """
        del user_input
        if self._waking is None:
            entity_ids = [channel.entity_id for channel in self._meter.best.channels]
            self._waking = self.hass.async_create_background_task(
                wait_until_awake(self.hass, entity_ids), "smart_charging wait for the meter's sensors"
            )
        if not self._waking.done():
            return self.async_show_progress(step_id="enabling", progress_action="enabling", progress_task=self._waking)
        awake = self._waking.result()
        self._waking = None
        return self.async_show_progress_done(next_step_id="phases_awake" if awake else "phases_silent")

    async def async_step_phases_awake(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """The sensors that were switched on speak."""
        del user_input
        return await self._use(self._meter.best.channels)

    async def async_step_phases_silent(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """The sensors that were switched on are still silent: wait on, or go on without them."""
        del user_input
        way_on = ["total_only"] if self._meter.fallback else []
        return self.async_show_menu(step_id="phases_silent", menu_options=["enabling", *way_on, "meter"])

    async def async_step_total_only(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on without the phases; where the meter tells nothing without them, choose another one."""
        del user_input
        fallback = self._meter.fallback
        return await self._use(fallback.channels) if fallback else await self.async_step_meter()

    async def async_step_meter_manual(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how the meter tells what it measures."""
        if user_input is not None:
            self._manual = user_input
            self._voltage_id = None
            return await self.async_step_meter_entities()
        return self.async_show_form(
            step_id="meter_manual",
            data_schema=self.add_suggested_values_to_schema(MANUAL_SCHEMA, self._manual),
            last_step=False,
        )

    async def async_step_meter_entities(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for one sensor per channel."""
        errors: dict[str, str] = {}
        if user_input is not None:
            channels = chosen_channels(self._manual, user_input)
            errors = entity_errors(self.hass, self._manual, user_input)
            if not errors and (taken := self._taken_by(channels)) is not None:
                errors["base"] = taken
            if not errors:
                self._data[CONF_PHASES] = int(self._manual[CONF_PHASES])
                return await self._use(channels)
        return self.async_show_form(
            step_id="meter_entities",
            data_schema=self.add_suggested_values_to_schema(entities_schema(self._manual), user_input),
            errors=errors,
            last_step=False,
        )

    @override
    def _slow_step(self) -> str:
        return _SLOW_STEPS[slowness_of(self.hass, self._entity_ids())]

    async def async_step_confirm_slow_dsmr(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """A meter that `dsmr` holds back."""
        return await self._confirm_held_back("confirm_slow_dsmr", user_input)

    async def async_step_confirm_slow_linkytic(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """A meter that `linkytic` holds back."""
        return await self._confirm_held_back("confirm_slow_linkytic", user_input)

    async def _confirm_held_back(self, step_id: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """As `_confirm`, for what only a site's own meter can be."""
        if user_input is not None:
            return await self._settle(user_input)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self._inverted_schema(),
            description_placeholders=self._meter_says(),
            last_step=False,
            preview=self._preview,
        )

    def _measured_voltage_v(self) -> float | None:
        """Read the chosen meter's voltage, where it has a sensor for it."""
        return number_in(self.hass.states.get(self._voltage_id)) if self._voltage_id else None


def _unique_id(channels: tuple[MeterChannel, ...]) -> str:
    return ",".join(sorted(channel.entity_id for channel in channels))
