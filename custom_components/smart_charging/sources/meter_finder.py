"""Finds the grid meters of a home: in the energy dashboard, and by the table of known ones."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from ..engine.model.quantities import ALL_PHASES, Phase
from .energy_dashboard import EnergyDashboard, GridPower, read_energy_dashboard
from .meter_catalogue import KNOWN_METERS, Channel, KnownMeter, Role, Shape, Slowness


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChannel:
    """One sensor of a meter. `phase` is None for all phases together."""

    role: Role
    phase: Phase | None
    entity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """One way to read a meter. `disabled` names those of its entities that are switched off."""

    channels: tuple[MeterChannel, ...]
    disabled: tuple[str, ...] = ()

    @property
    def per_phase(self) -> bool:
        """Whether it tells the phases apart."""
        return any(channel.phase is not None for channel in self.channels)

    @property
    def roles(self) -> frozenset[Role]:
        """What it counts."""
        return frozenset(channel.role for channel in self.channels)

    @property
    def phases(self) -> frozenset[Phase]:
        """The phases that it tells apart."""
        return frozenset(channel.phase for channel in self.channels if channel.phase is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMeter:
    """A meter that can be offered. `name` is empty for the one that only the energy dashboard knows.

    `best` is how to read it; `fallback`, where `best` has disabled entities, is the best way to read it without them.
    `key` stays the same for the same meter.
    """

    key: str
    name: str
    best: Readout
    fallback: Readout | None = None
    inverted: bool = False
    slowness: Slowness = Slowness.GENERAL
    voltage_id: str | None = None


async def find_meters(hass: HomeAssistant) -> tuple[FoundMeter, ...]:
    """Find what can be offered, the likeliest first.

    A known meter that the energy dashboard counts the grid with comes before all: it is the right device, and tells
    more than the dashboard, which has no phases. Then what the dashboard says, then the other known meters.
    """
    dashboard = await read_energy_dashboard(hass)
    known = list(find_known_meters(hass))
    vouched = _devices(hass, dashboard.grid_entities)
    first = [meter for meter in known if _devices(hass, _entity_ids(meter)) & vouched]
    others = [meter for meter in known if meter not in first]
    return (*first, *_dashboard_meters(dashboard, first), *others)


def find_known_meters(hass: HomeAssistant) -> Iterable[FoundMeter]:
    """Look through the entity registry for the meters of the table."""
    for index, known in enumerate(KNOWN_METERS):
        for group, entries in _groups(hass, known).items():
            readouts = [_readout(shape, entries) for shape in known.shapes]
            meter = _choose(hass, [readout for readout in readouts if readout is not None])
            if meter is None:
                continue
            best, fallback = meter
            yield FoundMeter(
                key=":".join((known.platform, str(index), *group)),
                name=_name(hass, known, entries, fallback or best),
                best=best,
                fallback=fallback,
                slowness=known.slowness,
                voltage_id=_voltage_id(known, entries),
            )


def slowness_of(hass: HomeAssistant, entity_ids: Iterable[str]) -> Slowness:
    """Tell what makes a meter quick, from the integrations that its entities come from."""
    registry = er.async_get(hass)
    platforms = {entry.platform for entity_id in entity_ids if (entry := registry.async_get(entity_id))}
    return next((known.slowness for known in KNOWN_METERS if known.platform in platforms), Slowness.GENERAL)


def number_in(state: State | None) -> float | None:
    """Read the number in a state; None when there is none."""
    if state is None or state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
        return None
    try:
        value = float(state.state)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


type _Group = tuple[str, str]


def _groups(hass: HomeAssistant, known: KnownMeter) -> Mapping[_Group, list[er.RegistryEntry]]:
    """Sort a platform's sensors by the meter that they belong to: a device, or an entry and a unit in it."""
    devices = dr.async_get(hass)
    groups: defaultdict[_Group, list[er.RegistryEntry]] = defaultdict(list)
    patterns = [channel.unique_id for shape in known.shapes for channel in shape]
    patterns += [known.voltage] if known.voltage else []
    for entry in er.async_get(hass).entities.values():
        if entry.platform != known.platform or entry.domain != "sensor" or not _is_device(devices, known, entry):
            continue
        owner = (entry.config_entry_id if known.spans_devices else entry.device_id) or ""
        matches = [match for pattern in patterns if (match := pattern.fullmatch(entry.unique_id))]
        for unit in {match.groupdict().get("unit", "") for match in matches}:
            groups[owner, unit].append(entry)
    return groups


def _is_device(devices: dr.DeviceRegistry, known: KnownMeter, entry: er.RegistryEntry) -> bool:
    if known.device is None:
        return True
    device = devices.async_get(entry.device_id) if entry.device_id else None
    if not isinstance(device, dr.DeviceEntry):
        return False
    return known.device.search(f"{device.manufacturer} {device.model} {device.name}") is not None


def _readout(shape: Shape, entries: list[er.RegistryEntry]) -> Readout | None:
    """Find a shape's channels among the entries; None when one that cannot be done without is not there.

    Export may be lacking: the home has none. A phase may be lacking only where the meter has one phase.
    """
    found: dict[Channel, er.RegistryEntry] = {
        channel: entry for channel in shape for entry in entries if channel.unique_id.fullmatch(entry.unique_id)
    }
    phases = {channel.phase for channel in found if channel.role is not Role.EXPORT}
    if phases not in ({None}, {Phase.L1}, set(ALL_PHASES)):
        return None
    used = {channel: entry for channel, entry in found.items() if channel.phase in phases}
    return Readout(
        channels=tuple(
            MeterChannel(role=channel.role, phase=channel.phase, entity_id=entry.entity_id)
            for channel, entry in used.items()
        ),
        disabled=tuple(entry.entity_id for entry in used.values() if entry.disabled),
    )


def _choose(hass: HomeAssistant, readouts: list[Readout]) -> tuple[Readout, Readout | None] | None:
    """Choose the best way to read a meter, and what to fall back to when that one has to be switched on first."""
    totals = [readout for readout in readouts if not readout.per_phase]
    # On a single phase the total is that phase.
    worthwhile = [readout for readout in readouts if not (totals and readout.phases == {Phase.L1})]
    ready = [readout for readout in worthwhile if not readout.disabled and _speaks(hass, readout)]
    for readout in worthwhile:
        if readout in ready:
            return readout, None
        if readout.disabled:
            return readout, next(iter(ready), None)
    return (worthwhile[0], None) if worthwhile else None


def _speaks(hass: HomeAssistant, readout: Readout) -> bool:
    return all(number_in(hass.states.get(channel.entity_id)) is not None for channel in readout.channels)


def _name(hass: HomeAssistant, known: KnownMeter, entries: list[er.RegistryEntry], readout: Readout) -> str:
    entry_ids = {channel.entity_id for channel in readout.channels}
    entry = next(entry for entry in entries if entry.entity_id in entry_ids)
    if known.spans_devices and entry.config_entry_id:
        config_entry = hass.config_entries.async_get_entry(entry.config_entry_id)
        own = config_entry.title if config_entry else ""
    else:
        device = dr.async_get(hass).async_get(entry.device_id) if entry.device_id else None
        own = (device.name_by_user or device.name or "") if device else ""
    return f"{own} ({known.name})" if own else known.name


def _voltage_id(known: KnownMeter, entries: list[er.RegistryEntry]) -> str | None:
    if known.voltage is None:
        return None
    return next(
        (entry.entity_id for entry in entries if not entry.disabled and known.voltage.fullmatch(entry.unique_id)), None
    )


def _dashboard_meters(dashboard: EnergyDashboard, known: list[FoundMeter]) -> Iterable[FoundMeter]:
    offered = {frozenset(_entity_ids(meter, disabled=False)) for meter in known}
    for index, power in enumerate(dashboard.grid_powers):
        readout = _dashboard_readout(power)
        if frozenset(channel.entity_id for channel in readout.channels) not in offered:
            yield FoundMeter(key=f"dashboard:{index}", name="", best=readout, inverted=power.inverted)


def _dashboard_readout(power: GridPower) -> Readout:
    return Readout(
        channels=tuple(MeterChannel(role=role, phase=None, entity_id=entity_id) for role, entity_id in power.sensors)
    )


def _entity_ids(meter: FoundMeter, *, disabled: bool = True) -> set[str]:
    """List a meter's entities; without `disabled`, those of the way in which it can be read at once."""
    readout = meter.best if disabled or not meter.fallback else meter.fallback
    return {channel.entity_id for channel in readout.channels}


def _devices(hass: HomeAssistant, entity_ids: Iterable[str]) -> set[str]:
    registry = er.async_get(hass)
    entries = [registry.async_get(entity_id) for entity_id in entity_ids]
    return {entry.config_entry_id or entry.device_id or entry.entity_id for entry in entries if entry}
