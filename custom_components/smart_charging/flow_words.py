"""What the flows put into their sentences: names, readings and addresses, in the words of the user's language."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.model.meter import MeterReading
from .sources.meter_catalogue import Role
from .sources.meter_finder import FoundMeter, Readout

_KILO: Final = 1000.0

MANUAL: Final = "manual"
"""The choice of those whose meter is not in the list."""


async def meter_options(hass: HomeAssistant, meters: tuple[FoundMeter, ...]) -> list[SelectOptionDict]:
    """Label each meter with what it is called and what it tells, and end with the choice by hand."""
    words = await _words(hass, "meter_label")
    options = [
        SelectOptionDict(value=meter.key, label=f"{meter.name or words['dashboard']}: {words[_kind(meter.best)]}")
        for meter in meters
    ]
    return [*options, SelectOptionDict(value=MANUAL, label=words[MANUAL])]


async def all_networks(hass: HomeAssistant) -> str:
    """Say "all networks"."""
    return (await _words(hass, "host_label"))["all"]


def _kind(readout: Readout) -> str:
    extent = "each_phase" if readout.per_phase else "total"
    return f"{extent}_import" if readout.roles == {Role.IMPORT} else extent


async def _words(hass: HomeAssistant, selector: str) -> dict[str, str]:
    prefix = f"component.{DOMAIN}.selector.{selector}.options."
    translations = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])
    return {key.removeprefix(prefix): text for key, text in translations.items() if key.startswith(prefix)}


def reading_in_words(reading: MeterReading, voltage_v: float) -> str:
    """Write a reading as "1.2 kW (L1 3.1 A, L2 2.0 A)"; what the meter does not tell is worked out or left away."""
    currents = ", ".join(f"{phase.upper()} {current:.1f} A" for phase, current in sorted(reading.current_a.items()))
    power_w = reading.power_w
    if power_w is None:
        power_w = sum(reading.current_a.values()) * voltage_v
    power = f"{power_w / _KILO:.1f} kW" if abs(power_w) >= _KILO else f"{power_w:.0f} W"
    return f"{power} ({currents})" if currents else power
