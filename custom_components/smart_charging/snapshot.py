"""Assembles the process image: all that one tick looks at."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from homeassistant.core import HomeAssistant, callback

from .chargers.driver import ChargerDriver
from .configuration.setup import SiteSetup
from .engine.model.mode import Mode
from .engine.model.override import Override
from .engine.model.snapshot import SiteSnapshot
from .limits import Limits
from .loads import Loads
from .sources.battery import BatterySource
from .sources.meter import MeterSource
from .sources.off_peak import OffPeakSource


class Senses:
    """All that tells something of a site: its meters and chargers by their ids, its appliances, its limits, its battery, its cheap hours."""

    def __init__(
        self,
        hass: HomeAssistant,
        setup: SiteSetup,
        drivers: Mapping[str, ChargerDriver],
        loads: Loads,
        limits: Limits,
    ) -> None:
        self._meters = {
            circuit_id: MeterSource(
                hass,
                meter.channels,
                inverted=meter.inverted,
                phases=setup.site.circuit(circuit_id).phases,
                voltage_v=setup.site.voltage_v,
            )
            for circuit_id, meter in setup.meters.items()
        }
        self._battery = _battery(hass, setup)
        self._off_peak = None if setup.off_peak_entity_id is None else OffPeakSource(hass, setup.off_peak_entity_id)
        self._drivers = drivers
        self._loads = loads
        self._limits = limits

    @callback
    def start(self, on_meter: Callable[[str], None], on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_meter` is called with a circuit's id when its meter spoke, `on_change` when anything else did."""
        for circuit_id, meter in self._meters.items():
            meter.start(partial(on_meter, circuit_id))
        self._loads.start(on_change)
        self._limits.start(on_change)
        if self._battery is not None:
            self._battery.start()
        if self._off_peak is not None:
            self._off_peak.start(on_change)

    @callback
    def stop(self) -> None:
        """Listen to the meters, the limits and the cheap hours no more."""
        for meter in self._meters.values():
            meter.stop()
        self._limits.stop()
        if self._off_peak is not None:
            self._off_peak.stop()

    def take_snapshot(self, at: datetime, modes: Mapping[str, Mode], overrides: Mapping[str, Override]) -> SiteSnapshot:
        """Freeze what all say at `at`, UTC. Never awaits."""
        readings = {circuit_id: meter.reading for circuit_id, meter in self._meters.items()}
        return SiteSnapshot(
            at=at,
            meters={circuit_id: reading for circuit_id, reading in readings.items() if reading is not None},
            evses={evse_id: driver.status for evse_id, driver in self._drivers.items()},
            modes=dict(modes),
            overrides=dict(overrides),
            loads=self._loads.statuses(at),
            battery=None if self._battery is None else self._battery.reading,
            off_peak=None if self._off_peak is None else self._off_peak.reading(at),
            limits=self._limits.holding(at),
        )


def _battery(hass: HomeAssistant, setup: SiteSetup) -> BatterySource | None:
    battery = setup.battery
    if battery is None:
        return None
    return BatterySource(hass, battery.power_entity_id, inverted=battery.inverted, soc_entity_id=battery.soc_entity_id)
