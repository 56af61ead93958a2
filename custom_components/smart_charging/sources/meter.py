"""The grid meter: the states of its sensors, turned into one reading."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from homeassistant.const import (
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfPower,
)
from homeassistant.core import (
    CoreState,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event, async_track_state_report_event

from ..engine.model.meter import MeterReading
from ..engine.model.quantities import Phase
from .meter_catalogue import Role
from .meter_finder import MeterChannel
from .siblings import sibling_sensors

__all__ = ["MeterChannel", "MeterSource"]

_WATTS: Final[Mapping[str | None, float]] = {
    UnitOfPower.WATT: 1.0,
    UnitOfPower.KILO_WATT: 1000.0,
    # Apparent power is not less than real power, so taking it for that is on the safe side.
    UnitOfApparentPower.VOLT_AMPERE: 1.0,
    UnitOfApparentPower.KILO_VOLT_AMPERE: 1000.0,
}
_AMPERES: Final[Mapping[str | None, float]] = {
    UnitOfElectricCurrent.AMPERE: 1.0,
    UnitOfElectricCurrent.MILLIAMPERE: 0.001,
}
_SIGNS: Final[Mapping[Role, float]] = {Role.NET: 1.0, Role.IMPORT: 1.0, Role.EXPORT: -1.0}


class MeterSource:
    """Reads the meter of one circuit.

    Age is counted from when its sensors were last reported, changed or not: the newest among the sensors of one device
    (a meter that repeats a value may not report it again, but its energy registers or voltages go on), and the oldest
    of several devices. Only reports since our own start count, and none before Home Assistant runs: what is restored
    after a restart is the past.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        channels: Sequence[MeterChannel],
        *,
        inverted: bool,
        phases: Sequence[Phase],
        voltage_v: float,
    ) -> None:
        self._hass = hass
        self._channels = tuple(channels)
        self._inverted = inverted
        self._phases = tuple(phases)
        self._voltage_v = voltage_v
        self._devices: dict[str, frozenset[str]] = {}
        self._reported: dict[str, datetime] = {}
        self._on_report: Callable[[], None] = lambda: None
        self._unsubscribe: list[Callable[[], None]] = []

    @callback
    def start(self, on_report: Callable[[], None]) -> None:
        """Begin to listen; `on_report` is called whenever a sensor of a channel was reported."""
        self._on_report = on_report
        self._devices = _group_by_device(self._hass, (channel.entity_id for channel in self._channels))
        entity_ids = frozenset().union(*self._devices.values())
        self._unsubscribe = [
            async_track_state_change_event(self._hass, entity_ids, self._changed),
            async_track_state_report_event(self._hass, entity_ids, self._repeated),
        ]

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []

    @property
    def reading(self) -> MeterReading | None:
        """What the meter says; None before its first report. A value that is missing is left out."""
        at = self._at()
        if at is None:
            return None
        current_a = {
            phase: value
            for phase in self._phases
            if (value := self._sum(phase, {**_AMPERES, **self._per_volt()})) is not None
        }
        power_w = self._sum(None, {**_WATTS, **self._per_ampere()})
        if power_w is not None and len(self._phases) == 1 and not current_a:
            current_a = {self._phases[0]: power_w / self._voltage_v}
        return None if not current_a and power_w is None else MeterReading(at=at, current_a=current_a, power_w=power_w)

    def _at(self) -> datetime | None:
        signs_of_life = [
            max((self._reported[entity_id] for entity_id in device if entity_id in self._reported), default=None)
            for device in self._devices.values()
        ]
        known = [at for at in signs_of_life if at is not None]
        return min(known) if len(known) == len(signs_of_life) else None

    def _sum(self, phase: Phase | None, units: Mapping[str | None, float]) -> float | None:
        """Add up import less export of a phase, or of the total; None where there is none, or one is missing."""
        values = [self._value(channel, units) for channel in self._channels if channel.phase is phase]
        known = [value for value in values if value is not None]
        return math.fsum(known) if known and len(known) == len(values) else None

    def _value(self, channel: MeterChannel, units: Mapping[str | None, float]) -> float | None:
        state = self._hass.states.get(channel.entity_id)
        if state is None or (factor := units.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))) is None:
            return None
        number = _number(state)
        sign = -1.0 if self._inverted and channel.role is Role.NET else _SIGNS[channel.role]
        return None if number is None else sign * factor * number

    def _per_volt(self) -> dict[str | None, float]:
        """Power on one phase as the current that it takes at the nominal voltage."""
        return {unit: factor / self._voltage_v for unit, factor in _WATTS.items()}

    def _per_ampere(self) -> dict[str | None, float]:
        """A current as the total's power, which only a single phase tells."""
        if len(self._phases) > 1:
            return {}
        return {unit: factor * self._voltage_v for unit, factor in _AMPERES.items()}

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        # What an entity says when it is added may be what it remembers of the past.
        if new is not None and old is not None and not old.attributes.get(ATTR_RESTORED):
            self._note(new)

    @callback
    def _repeated(self, event: Event[EventStateReportedData]) -> None:
        self._note(event.data["new_state"])

    def _note(self, state: State) -> None:
        if self._hass.state is not CoreState.running or _number(state) is None:
            return
        self._reported[state.entity_id] = state.last_reported
        if any(channel.entity_id == state.entity_id for channel in self._channels):
            self._on_report()


def _number(state: State) -> float | None:
    """Read a state's number as it came, finite or not."""
    try:
        return float(state.state)
    except ValueError:
        return None


def _group_by_device(hass: HomeAssistant, entity_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for entity_id in entity_ids:
        device, siblings = sibling_sensors(hass, entity_id)
        groups[device] = groups.get(device, frozenset()) | siblings
    return groups
