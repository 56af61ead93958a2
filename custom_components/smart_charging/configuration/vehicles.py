"""The stored vehicles, as the rest of the integration uses them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigSubentry

from ..const import (
    CONF_CALENDAR,
    CONF_CAPACITY_KWH,
    CONF_CARDS,
    CONF_CONTINUOUS,
    CONF_ENTITIES,
    CONF_LEAST_PCT,
    CONF_LIMIT_PCT,
    CONF_MAX_AGE_H,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PHASES,
    CONF_USUAL_CHARGER,
)
from ..engine.model.vehicle import Vehicle
from ..sources.vehicle_catalogue import VehicleRole
from .rules.vehicle import read_km_per_kwh

DEFAULT_MAX_AGE_H: Final = 2.0
"""In two hours a car that is driven may have used a third of its battery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleConfig:
    """One vehicle: what the engine knows of it, what tells of it, and by what it is known."""

    name: str
    vehicle: Vehicle
    entities: Mapping[VehicleRole, str] = field(default_factory=dict[VehicleRole, str])
    """Ids of the entity registry, or entity ids."""
    max_age: timedelta = timedelta(hours=DEFAULT_MAX_AGE_H)
    """What was told of its state of charge longer ago is not known any more."""
    cards: frozenset[str] = frozenset()
    """The cards that name it, by id."""
    usual_charger: str | None = None
    calendar: str | None = None

    @property
    def is_linked(self) -> bool:
        """Tell whether something tells its state of charge; else a person does."""
        return VehicleRole.SOC in self.entities


def read_vehicle(subentry: ConfigSubentry, chargers: Collection[str]) -> VehicleConfig:
    """Read a valid vehicle of a site with these chargers."""
    data = subentry.data
    capacity_kwh, usual = data.get(CONF_CAPACITY_KWH), data.get(CONF_USUAL_CHARGER)
    entities = data.get(CONF_ENTITIES, {})
    return VehicleConfig(
        name=subentry.title,
        vehicle=Vehicle(
            vehicle_id=subentry.subentry_id,
            capacity_kwh=None if capacity_kwh is None else float(capacity_kwh),
            phases=int(data[CONF_PHASES]),
            minimum_a=float(data[CONF_MINIMUM_A]),
            maximum_a=float(data[CONF_MAXIMUM_A]),
            limit_soc=float(data.get(CONF_LIMIT_PCT, 100.0)) / 100,
            least_soc=float(data.get(CONF_LEAST_PCT, 0.0)) / 100,
            km_per_kwh=read_km_per_kwh(data),
            continuous=data.get(CONF_CONTINUOUS, False),
        ),
        entities={role: entities[role] for role in VehicleRole if role in entities},
        max_age=timedelta(hours=float(data.get(CONF_MAX_AGE_H, DEFAULT_MAX_AGE_H))),
        cards=frozenset(data.get(CONF_CARDS, ())),
        usual_charger=usual if usual in chargers else None,
        calendar=data.get(CONF_CALENDAR),
    )
