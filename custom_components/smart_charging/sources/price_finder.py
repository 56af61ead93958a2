"""Finds the price sources of a home, and what each of them is made of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from .price_catalogue import ANY, BY_KEY, KNOWN_PRICES, KnownPrices, Place

_ANYWHERE: Final = Place(domain="", unique_id=re.compile(""), attributes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPrices:
    """A source that can be offered. `anchor` is the id of its entity in the entity registry: it survives a rename."""

    known: KnownPrices
    anchor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a source is known by: its entity, and what that belongs to; an id that is not there is empty."""

    entity_id: str
    entry_id: str = ""
    device_id: str = ""
    device_name: str = ""
    group: str = ""
    """What sets this source apart from others of its integration."""


def find_prices(hass: HomeAssistant) -> tuple[FoundPrices, ...]:
    """Look through the entity registry for the sources of the table, in its order."""
    registry = er.async_get(hass)
    return tuple(
        FoundPrices(known=known, anchor=entry.id, name=_name(hass, known, entry))
        for known in KNOWN_PRICES
        for entry in registry.entities.values()
        # Whose entity is switched off may still have an action that tells.
        if _is(entry, known, known.anchor) and (known.call is not None or not entry.disabled)
    )


def find_known(hass: HomeAssistant, key: str, anchor: str) -> tuple[KnownPrices, Anchor] | None:
    """Look up a stored source: its row of the table, and its anchor; None where one of them is gone."""
    entity_id = entity_of(hass, anchor)
    if key == ANY.key and entity_id is not None:
        return ANY, Anchor(entity_id=entity_id)
    known, entry = BY_KEY.get(key), er.async_get(hass).async_get(entity_id or "")
    match = (
        None if known is None or known is ANY or entry is None else known.anchor.unique_id.fullmatch(entry.unique_id)
    )
    if known is None or entry is None or match is None:
        return None
    return known, Anchor(
        entity_id=entry.entity_id,
        entry_id=entry.config_entry_id or "",
        device_id=entry.device_id or "",
        device_name=_device_name(hass, entry),
        group=match.groupdict().get("id") or "",
    )


def anchor_of(hass: HomeAssistant, entity_id: str) -> str:
    """Tell how an entity is stored: by its id in the entity registry, if it has one."""
    entry = er.async_get(hass).async_get(entity_id)
    return entity_id if entry is None else entry.id


def entity_of(hass: HomeAssistant, anchor: str) -> str | None:
    """Tell the entity id of what is stored; None where it is gone from the registry."""
    return er.async_resolve_entity_id(er.async_get(hass), anchor)


def entities_of(hass: HomeAssistant, known: KnownPrices, anchor: Anchor) -> tuple[tuple[Place, str], ...]:
    """List the entities that hold a source's prices, with what they hold."""
    if known is ANY:
        return ((_ANYWHERE, anchor.entity_id),)
    entries = [
        entry
        for entry in er.async_get(hass).entities.values()
        if entry.platform == known.platform and (entry.config_entry_id or "") == anchor.entry_id
    ]
    return tuple(
        (place, entry.entity_id)
        for place in known.places
        for entry in entries
        if _is(entry, known, place) and _is_of(place, entry, anchor)
    )


def _is_of(place: Place, entry: er.RegistryEntry, anchor: Anchor) -> bool:
    match = place.unique_id.fullmatch(entry.unique_id)
    if match is None or "id" not in match.groupdict():
        return entry.entity_id == anchor.entity_id
    return match["id"] == anchor.group


def _is(entry: er.RegistryEntry, known: KnownPrices, place: Place) -> bool:
    return (
        entry.platform == known.platform
        and entry.domain == place.domain
        and place.unique_id.fullmatch(entry.unique_id) is not None
    )


def _name(hass: HomeAssistant, known: KnownPrices, entry: er.RegistryEntry) -> str:
    parts: Iterable[str] = (_device_name(hass, entry), _group(known, entry))
    own = ", ".join(part for part in parts if part and part != known.name)
    return f"{known.name} ({own})" if own else known.name


def _group(known: KnownPrices, entry: er.RegistryEntry) -> str:
    """Tell an area or a country, which a device's name may not."""
    match = known.anchor.unique_id.fullmatch(entry.unique_id)
    group = match.groupdict().get("id") if match is not None and known.call is not None else None
    return (group or "").upper()


def _device_name(hass: HomeAssistant, entry: er.RegistryEntry) -> str:
    device = dr.async_get(hass).async_get(entry.device_id) if entry.device_id else None
    return "" if device is None else device.name or ""
