"""Finds the vehicles in a home whose state of charge some integration knows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .vehicle_catalogue import KNOWN_VEHICLES, KnownVehicle, VehicleRole


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVehicle:
    """A vehicle that can be offered. `entities` are ids of the entity registry, by role: they survive a rename.

    `disabled` names those of its entities that are switched off, and would tell more.
    """

    known: KnownVehicle
    device_id: str
    name: str
    entities: Mapping[VehicleRole, str]
    disabled: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names it among all that were found."""
        return self.entities.get(VehicleRole.SOC) or self.device_id


def find_vehicles(hass: HomeAssistant) -> tuple[FoundVehicle, ...]:
    """Look through the entity registry for the vehicles of the table; what a charger knows comes after the vehicles."""
    found = [vehicle for known in KNOWN_VEHICLES for vehicle in _of(hass, known)]
    return tuple(sorted(found, key=lambda vehicle: (vehicle.known.at_charger, vehicle.name.lower())))


type _Group = dict[VehicleRole, list[er.RegistryEntry]]


def _of(hass: HomeAssistant, known: KnownVehicle) -> list[FoundVehicle]:
    entries = [entry for entry in er.async_get(hass).entities.values() if entry.platform == known.platform]
    groups: defaultdict[str, _Group] = defaultdict(dict)
    for trait in known.traits:
        for entry in entries:
            if entry.domain == trait.domain and trait.unique_id.fullmatch(entry.unique_id):
                groups[entry.device_id or entry.entity_id].setdefault(trait.role, []).append(entry)
    # Without its state of charge there is nothing to plan with.
    return [_vehicle(hass, known, group) for group in groups.values() if VehicleRole.SOC in group]


def _vehicle(hass: HomeAssistant, known: KnownVehicle, group: _Group) -> FoundVehicle:
    chosen = {role: next((entry for entry in found if not entry.disabled), found[0]) for role, found in group.items()}
    device_id = chosen[VehicleRole.SOC].device_id
    device = dr.async_get(hass).async_get(device_id) if device_id else None
    return FoundVehicle(
        known=known,
        device_id=device_id or "",
        name=(device.name_by_user or device.name or known.name) if device is not None else known.name,
        entities={role: entry.id for role, entry in chosen.items() if not entry.disabled},
        disabled=tuple(entry.entity_id for entry in chosen.values() if entry.disabled),
    )
