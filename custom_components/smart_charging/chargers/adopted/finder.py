"""Finds the chargers in a home that other integrations bring, and describes one that a person puts together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from homeassistant.components.number import ATTR_MAX, ATTR_MIN, ATTR_STEP
from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from ...const import CONF_DRIVER, DOMAIN, DRIVER_ADOPTED
from .catalogue import (
    BY_HAND,
    CONF_DEVICE_ID,
    CONF_ENTITIES,
    CONF_INTEGRATION,
    CONF_STEP_A,
    CONF_WRITE_INTERVAL_S,
    KNOWN_CHARGERS,
    charger_of,
)
from .row import CURRENTS, KnownCharger, Role
from .units import attribute, currents_in, per_ampere

_WORTH_ENABLING: Final = frozenset({Role.STATUS, Role.PLUGGED, Role.POWER, Role.ENERGY, *CURRENTS})
"""What it is steered better with."""
_NOMINAL_V: Final = 230.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What its current can be set to, as its entity told at set-up. `told`: it did, and this is not only what is known."""

    minimum_a: float
    maximum_a: float
    step_a: float
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoptable:
    """A charger that can be offered. `entities` are ids of the entity registry, by role: they survive a rename.

    `needed` names those of its entities that are switched off, and without which it cannot be steered; `helpful` those
    that are off, and would tell more.
    """

    known: KnownCharger
    device_id: str
    name: str
    area: str
    entities: Mapping[Role, str]
    range: Range
    needed: tuple[str, ...] = ()
    helpful: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else is stored of one that a person put together."""

    @property
    def integration(self) -> str:
        """The integration that brings it."""
        return self.known.platform

    @property
    def can_set(self) -> bool:
        """Whether its current can be set; else it can only be switched, at a fixed current."""
        return self.known.can_set(self.entities.keys())

    @property
    def can_pause(self) -> bool:
        """Whether it can be paused."""
        return self.known.can_pause(self.entities.keys())

    @property
    def data(self) -> dict[str, Any]:
        """What is stored of it, beside what all chargers have."""
        return {
            CONF_DRIVER: DRIVER_ADOPTED,
            CONF_INTEGRATION: self.integration,
            CONF_DEVICE_ID: self.device_id,
            CONF_ENTITIES: {str(role): ref for role, ref in self.entities.items()},
            CONF_STEP_A: self.range.step_a,
            CONF_WRITE_INTERVAL_S: self.known.minimum_interval_s,
            **self.more,
        }


def find_adoptable(hass: HomeAssistant) -> list[Adoptable]:
    """Look through the entity registry for the chargers of the table; cars, which are a last resort, come last."""
    found = [
        adoptable
        for known in KNOWN_CHARGERS
        for group in _groups(hass, known).values()
        if (adoptable := _adoptable(hass, known, group)) is not None
    ]
    return sorted(found, key=lambda adoptable: (adoptable.known.vehicle, adoptable.name.lower()))


def describe(hass: HomeAssistant, entity_ids: Mapping[Role, str], **more: Any) -> Adoptable | None:
    """Describe a charger whose entities a person chose, by role; `more` is stored too (see catalogue.py).

    None where it could not be steered with those, or where one of them is our own.
    """
    registry = er.async_get(hass)
    entries = {role: registry.async_get(entity_id) for role, entity_id in entity_ids.items()}
    if any(entry is not None and entry.platform == DOMAIN for entry in entries.values()):
        return None
    known = charger_of({CONF_INTEGRATION: BY_HAND, **more})
    if not known.can_set(entity_ids.keys()) and not known.can_pause(entity_ids.keys()):
        return None
    # One that is not in the registry, such as a template without an id, cannot be followed when it is renamed.
    refs = {role: entry.id if (entry := entries[role]) is not None else entity_ids[role] for role in entity_ids}
    anchor = next((entry for entry in entries.values() if entry is not None), None)
    device = _device(hass, anchor)
    return Adoptable(
        known=known,
        device_id=device.id if device is not None else "",
        name=_name(known, device, next(iter(entity_ids.values()))),
        area=_area(hass, device, anchor),
        entities=refs,
        range=_range(hass, known, entity_ids),
        more=more,
    )


type _Key = tuple[str, str]
type _Group = dict[Role, list[er.RegistryEntry]]


def _groups(hass: HomeAssistant, known: KnownCharger) -> Mapping[_Key, _Group]:
    """Sort the entities of a platform by charger: a device, or an entry without devices, and a unit in it."""
    groups: defaultdict[_Key, _Group] = defaultdict(dict)
    entries = [entry for entry in er.async_get(hass).entities.values() if entry.platform == known.platform]
    for trait in known.traits:
        for entry in entries:
            match = trait.unique_id.fullmatch(entry.unique_id)
            if match is None or entry.domain != trait.domain or trait.shared:
                continue
            key = (entry.device_id or entry.config_entry_id or "", match.groupdict().get("unit") or "")
            groups[key].setdefault(trait.role, []).append(entry)
    for group in groups.values():
        _add_shared(hass, known, group, entries)
    return groups


def _add_shared(hass: HomeAssistant, known: KnownCharger, group: _Group, entries: list[er.RegistryEntry]) -> None:
    """Add what belongs to all chargers of a config entry: on the device that this one hangs on, or the only one there is."""
    own = next(entry for found in group.values() for entry in found)
    device = _device(hass, own)
    parent_id = device.via_device_id if device is not None else None
    for trait in (trait for trait in known.traits if trait.shared):
        all_of_entry = [
            entry
            for entry in entries
            if entry.config_entry_id == own.config_entry_id
            and entry.domain == trait.domain
            and trait.unique_id.fullmatch(entry.unique_id)
        ]
        on_parent = [entry for entry in all_of_entry if parent_id is not None and entry.device_id == parent_id]
        chosen = on_parent or all_of_entry
        if len(chosen) == 1:
            group.setdefault(trait.role, []).extend(chosen)


def _adoptable(hass: HomeAssistant, known: KnownCharger, group: _Group) -> Adoptable | None:
    """Make an offer of a group of entities; None where it could not be steered with all of them."""
    if not known.required <= group.keys() or not (known.can_set(group.keys()) or known.can_pause(group.keys())):
        return None
    # Of several for one role the first that is not switched off.
    chosen = {role: next((entry for entry in found if not entry.disabled), found[0]) for role, found in group.items()}
    on = {role: entry for role, entry in chosen.items() if not entry.disabled}
    off = {role: entry.entity_id for role, entry in chosen.items() if entry.disabled}
    needed = _needed(known, on.keys(), off)
    anchor = next(iter(chosen.values()))
    device = _device(hass, anchor)
    return Adoptable(
        known=known,
        device_id=anchor.device_id or "",
        name=_name(known, device, ""),
        area=_area(hass, device, anchor),
        entities={role: entry.id for role, entry in on.items()},
        range=_range(hass, known, {role: entry.entity_id for role, entry in on.items()}),
        needed=needed,
        helpful=tuple(
            entity_id for role, entity_id in off.items() if role in _WORTH_ENABLING and entity_id not in needed
        ),
    )


def _needed(known: KnownCharger, on: Iterable[Role], off: Mapping[Role, str]) -> tuple[str, ...]:
    """Name what is switched off of what is required, or of what sets the current or pauses where nothing else does."""
    roles = frozenset(on)
    needed = set(known.required)
    if not known.can_set(roles):
        needed.add(Role.LIMIT)
    if not known.can_pause(roles):
        needed |= {Role.PAUSE, Role.START, Role.STOP}
    return tuple(entity_id for role, entity_id in off.items() if role in needed)


def _device(hass: HomeAssistant, entry: er.RegistryEntry | None) -> dr.DeviceEntry | None:
    if entry is None or entry.device_id is None:
        return None
    device = dr.async_get(hass).async_get(entry.device_id)
    return device if isinstance(device, dr.DeviceEntry) else None


def _name(known: KnownCharger, device: dr.DeviceEntry | None, otherwise: str) -> str:
    own = (device.name_by_user or device.name or "") if device is not None else ""
    return own or known.name or otherwise


def _area(hass: HomeAssistant, device: dr.DeviceEntry | None, entry: er.RegistryEntry | None) -> str:
    area_id = (entry.area_id if entry is not None else None) or (device.area_id if device is not None else None)
    area = ar.async_get(hass).async_get_area(area_id) if area_id is not None else None
    return area.name if area is not None else ""


def _range(hass: HomeAssistant, known: KnownCharger, entity_ids: Mapping[Role, str]) -> Range:
    """Read off the limit's attributes what it can be set to, in A per phase of a charger with three."""
    state = hass.states.get(entity_ids[Role.LIMIT]) if Role.LIMIT in entity_ids else None
    known_range = Range(minimum_a=known.minimum_a, maximum_a=known.maximum_a, step_a=known.step_a)
    if state is None:
        return known_range
    if currents := sorted(value for value in currents_in(state.attributes.get(ATTR_OPTIONS)) if value > 0):
        gaps = [after - before for before, after in pairwise(currents)]
        even = len(set(gaps)) == 1
        return Range(minimum_a=currents[0], maximum_a=currents[-1], step_a=gaps[0] if even else 1.0, told=True)
    low, high, step = (attribute(state, name) for name in (ATTR_MIN, ATTR_MAX, ATTR_STEP))
    if low is None or high is None or step is None or high <= 0:
        return known_range
    scale = per_ampere(state, maximum_a=known.maximum_a, phases=len(CURRENTS), voltage_v=_NOMINAL_V)
    # A limit of 0 is a pause: below the least current of the standard there is nothing to offer.
    return Range(minimum_a=max(known.minimum_a, low / scale), maximum_a=high / scale, step_a=step / scale, told=True)
