"""What the flows put into their sentences: names, readings and addresses, in the words of the user's language."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..engine.model.meter import MeterReading
from ..sources.meter_catalogue import Role
from ..sources.meter_finder import FoundMeter, Readout

_KILO: Final = 1000.0

MANUAL: Final = "manual"
"""The choice of those whose meter is not in the list."""


async def meter_options(hass: HomeAssistant, meters: tuple[FoundMeter, ...]) -> list[SelectOptionDict]:
    """Label each meter with what it is called and what it tells, and end with the choice by hand."""
    words = await option_words(hass, "meter_label")
    options = [
        SelectOptionDict(value=meter.key, label=f"{meter.name or words['dashboard']}: {words[_kind(meter.best)]}")
        for meter in meters
    ]
    return [*options, SelectOptionDict(value=MANUAL, label=words[MANUAL])]


async def all_networks(hass: HomeAssistant) -> str:
    """Say "all networks"."""
    return (await option_words(hass, "host_label"))["all"]


async def whole_site(hass: HomeAssistant) -> str:
    """Say "the supply of the whole site"."""
    return (await option_words(hass, "circuit_label"))["site"]


def _kind(readout: Readout) -> str:
    extent = "each_phase" if readout.per_phase else "total"
    return f"{extent}_import" if readout.roles == {Role.IMPORT} else extent


async def option_words(hass: HomeAssistant, selector: str) -> dict[str, str]:
    """List the words for the options of a selector of the translations, by option."""
    prefix = f"component.{DOMAIN}.selector.{selector}.options."
    translations = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])
    return {key.removeprefix(prefix): text for key, text in translations.items() if key.startswith(prefix)}


async def grid_power(hass: HomeAssistant) -> str:
    """Say "power from the grid"."""
    return (await option_words(hass, "preview_label"))["power"]


def power_w(reading: MeterReading, voltage_v: float) -> float:
    """The total of a reading, W; worked out from its currents where the meter does not tell it."""
    if reading.power_w is not None:
        return reading.power_w
    return sum(reading.current_a.values()) * voltage_v


def reading_in_words(reading: MeterReading, voltage_v: float) -> str:
    """Write a reading as "1.2 kW (L1 3.1 A, L2 2.0 A)"; without currents where the meter does not tell them."""
    currents = ", ".join(f"{phase.upper()} {current:.1f} A" for phase, current in sorted(reading.current_a.items()))
    total_w = power_w(reading, voltage_v)
    power = f"{total_w / _KILO:.1f} kW" if abs(total_w) >= _KILO else f"{total_w:.0f} W"
    return f"{power} ({currents})" if currents else power
