"""The steps that try a meter: listen to its rhythm, then show what it says."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

import probatio
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.selector import BooleanSelector

from ..const import CONF_METER_INVERTED, CONF_METER_PERIOD_S, CONF_VOLTAGE_V, DEFAULT_VOLTAGE_V, DOMAIN
from ..engine.model.quantities import Phase
from ..sources.meter import MeterSource
from ..sources.meter_catalogue import Role
from ..sources.meter_finder import MeterChannel
from ..sources.rhythm import Rhythm, measure_rhythm
from .preview import CONF_INVERTED, async_setup_preview, offer_preview, withdraw_preview
from .words import reading_in_words

UNKNOWN_PERIOD_S: Final = 60.0
"""Taken for a meter that could not be heard: that of the slowest ones, so that nothing is done in a hurry."""


class MeasureSteps[Context: FlowContext, Result: FlowResult[Any, Any], Handler](FlowHandler[Context, Result, Handler]):
    """Try the meter in `_data`, the site's or a circuit's own, and let the user say that it is right."""

    _preview: str | None = DOMAIN
    """Whose preview the page shows below the form, None for none."""

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        """What is stored in the end, as far as it is known."""
        self._channels: tuple[MeterChannel, ...] = ()
        self._source: MeterSource | None = None
        """Reads the meter as it will be read later on."""
        self._listening: asyncio.Task[Rhythm] | None = None

    @callback
    @override
    def async_remove(self) -> None:
        """The flow is over."""
        self._stop_reading()
        withdraw_preview(self.hass, self.flow_id)

    @staticmethod
    @override
    async def async_setup_preview(hass: HomeAssistant) -> None:
        """Get ready to show what the meter says."""
        async_setup_preview(hass)

    @abstractmethod
    async def _go_on_after_meter(self) -> Result:
        """The meter is settled: what comes next."""

    async def async_step_measure(self, user_input: dict[str, Any] | None = None) -> Result:
        """Listen to the meter."""
        del user_input
        if self._listening is None:
            self._start_reading()
            self._listening = self.hass.async_create_background_task(
                measure_rhythm(self.hass, self._entity_ids()), "smart_charging measure meter"
            )
        if not self._listening.done():
            return self.async_show_progress(step_id="measure", progress_action="measure", progress_task=self._listening)
        rhythm = self._listening.result()
        self._listening = None
        self._data[CONF_METER_PERIOD_S] = rhythm.period_s or UNKNOWN_PERIOD_S
        return self.async_show_progress_done(next_step_id=self._after_measuring(rhythm))

    def _after_measuring(self, rhythm: Rhythm) -> str:
        if not rhythm.spoke:
            return "meter_silent"
        return self._slow_step() if rhythm.slow else "confirm"

    def _slow_step(self) -> str:
        """Name the step that confirms a slow meter."""
        return "confirm_slow"

    async def async_step_meter_silent(self, user_input: dict[str, Any] | None = None) -> Result:
        """Nothing was heard: try again, use it all the same, or take another meter."""
        del user_input
        return self.async_show_menu(step_id="meter_silent", menu_options=["measure", "confirm_silent", "meter"])

    async def _confirm(self, step_id: str, user_input: dict[str, Any] | None) -> Result:
        """Show what the meter says. The step's id only chooses the sentence."""
        if user_input is not None:
            return await self._settle(user_input)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self._inverted_schema(),
            description_placeholders=self._meter_says(),
            last_step=False,
            preview=self._preview,
        )

    async def _settle(self, user_input: dict[str, Any]) -> Result:
        self._data[CONF_METER_INVERTED] = user_input.get(CONF_INVERTED, False)
        return await self._go_on_after_meter()

    def _inverted_schema(self) -> probatio.Schema:
        """Ask for the sign, where the meter has one signed sensor."""
        if all(channel.role is not Role.NET for channel in self._channels):
            return probatio.Schema({})
        inverted = self._data.get(CONF_METER_INVERTED, False)
        return probatio.Schema({probatio.Required(CONF_INVERTED, default=inverted): BooleanSelector()})

    def _meter_says(self) -> Mapping[str, str]:
        """What the meter says, and how often."""
        reading = self._source.reading if self._source else None
        return {
            "reading": "-" if reading is None else reading_in_words(reading, self._voltage_v()),
            "period": f"{self._data[CONF_METER_PERIOD_S]:.1f} s",
        }

    def _entity_ids(self) -> list[str]:
        return [channel.entity_id for channel in self._channels]

    def _voltage_v(self) -> float:
        return float(self._data.get(CONF_VOLTAGE_V, DEFAULT_VOLTAGE_V))

    def _start_reading(self) -> None:
        self._stop_reading()
        self._source = self._make_source(self._data.get(CONF_METER_INVERTED, False))
        self._source.start(lambda: None)
        offer_preview(self.hass, self.flow_id, self._make_source, self._voltage_v())

    def _make_source(self, inverted: bool) -> MeterSource:  # noqa: FBT001 called with the form's answer alone
        return MeterSource(
            self.hass,
            self._channels,
            inverted=inverted,
            # How many phases the supply has is asked later; a meter for the total tells none.
            phases=[phase for phase in Phase if any(channel.phase is phase for channel in self._channels)],
            voltage_v=self._voltage_v(),
        )

    def _stop_reading(self) -> None:
        if self._source is not None:
            self._source.stop()
            self._source = None

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> Result:
        """A meter that is quick enough."""
        return await self._confirm("confirm", user_input)

    async def async_step_confirm_silent(self, user_input: dict[str, Any] | None = None) -> Result:
        """A meter that said nothing, and is used all the same."""
        return await self._confirm("confirm_silent", user_input)

    async def async_step_confirm_slow(self, user_input: dict[str, Any] | None = None) -> Result:
        """A slow meter."""
        return await self._confirm("confirm_slow", user_input)
