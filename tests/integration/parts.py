"""Circuits, loads and chargers as they are stored, for sites that are made for a test."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryDataWithId

from .home import SITE as HOME
from .home import charger

SITE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **HOME,
        "port": 9000,
        "phases": 3,
        "meter": [{"role": "net", "phase": None, "entity_id": "sensor.grid"}],
    }
)
"""A site on three phases of 25 A."""

THREE: Final = ["l1", "l2", "l3"]


def circuit(**changes: Any) -> dict[str, Any]:
    """A circuit of 20 A on three phases, without a meter of its own. What is None is left out."""
    data = {"wiring": THREE, "limit_unit": "a", "limit": 20.0} | changes
    return {key: value for key, value in data.items() if value is not None}


def metered(phases: list[str], **changes: Any) -> dict[str, Any]:
    """A circuit with a meter that tells each of its phases."""
    meter = [
        {"role": "net", "phase": f"l{number}", "entity_id": f"sensor.circuit_l{number}"}
        for number in range(1, len(phases) + 1)
    ]
    return circuit(**{"wiring": phases, "meter": meter, "meter_inverted": False, "meter_period_s": 5.0} | changes)


def load(**changes: Any) -> dict[str, Any]:
    """A boiler on L1. What is None is left out."""
    data = {
        "entity_id": "switch.boiler",
        "wiring": ["l1"],
        "power_w": 2000.0,
        "priority": 0,
        "minimum_on_min": 5.0,
        "minimum_off_min": 5.0,
    } | changes
    return {key: value for key, value in data.items() if value is not None}


def limit(**changes: Any) -> dict[str, Any]:
    """A grid operator's limit of 4.2 kW for the chargers, while a box says so. What is None is left out."""
    data = {
        "kind": "operator",
        "entity_id": "binary_sensor.box",
        "limit_unit": "kw",
        "limit": 4.2,
        "chargers_only": True,
    } | changes
    return {key: value for key, value in data.items() if value is not None}


def card(**changes: Any) -> dict[str, Any]:
    """A card of which only the number is known. What is None is left out."""
    data = {"number": "04A1B2C3"} | changes
    return {key: value for key, value in data.items() if value is not None}


def vehicle(**changes: Any) -> dict[str, Any]:
    """A car of 50 kWh on three phases that nothing tells of. What is None is left out."""
    data = {
        "capacity_kwh": 50.0,
        "phases": 3,
        "maximum_a": 16.0,
        "minimum_a": 6.0,
        "limit_pct": 90.0,
        "least_pct": 20.0,
        "consumption": 20.0,
        "consumption_unit": "kwh_per_100_km",
        "continuous": False,
        "entities": {},
        "max_age_h": 2.0,
    } | changes
    return {key: value for key, value in data.items() if value is not None}


def part(kind: str, subentry_id: str, data: Mapping[str, Any], title: str = "") -> ConfigSubentryDataWithId:
    """A circuit, a charger or a load of an entry; its title is its id unless told."""
    return ConfigSubentryDataWithId(
        data=data, subentry_id=subentry_id, subentry_type=kind, title=title or subentry_id, unique_id=None
    )


__all__ = ["SITE", "THREE", "card", "charger", "circuit", "limit", "load", "metered", "part", "vehicle"]
