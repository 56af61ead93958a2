"""What a site goes on without where it cannot be used: its tariff and its vehicles. No limit rests on them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..const import SUBENTRY_TARIFF, SUBENTRY_VEHICLE
from .rules.fields import Data, Errors
from .rules.tariff import validate_tariff
from .rules.vehicle import validate_vehicle
from .tariffs import TariffConfig, read_tariff
from .vehicles import VehicleConfig, read_vehicle

_UNREADABLE: Final = "part_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A part that cannot be used: `kind` is its subentry's type, `key` the rule's error key, `field` where it was broken."""

    kind: str
    name: str
    field: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """`vehicles` by subentry id."""

    tariff: TariffConfig | None = None
    vehicles: Mapping[str, VehicleConfig] = field(default_factory=dict[str, VehicleConfig])
    left_out: tuple[LeftOut, ...] = ()


def read_extras(entry: ConfigEntry[Any], chargers: Collection[str]) -> Extras:
    """Read what can be used, of a site with these chargers. Of two vehicles that cannot both be, it is the first."""
    tariff: TariffConfig | None = None
    vehicles: dict[str, VehicleConfig] = {}
    sound: list[Data] = []
    left_out: list[LeftOut] = []
    # The flow sees to it that there are no two tariffs.
    for subentry in entry.get_subentries_of_type(SUBENTRY_TARIFF):
        told = _try(subentry, validate_tariff, lambda part: read_tariff(part.data))
        if isinstance(told, LeftOut):
            left_out.append(told)
        else:
            tariff = tariff or told
    for subentry in entry.get_subentries_of_type(SUBENTRY_VEHICLE):
        vehicle = _try(subentry, lambda data: validate_vehicle(sound, data), lambda part: read_vehicle(part, chargers))
        if isinstance(vehicle, LeftOut):
            left_out.append(vehicle)
        else:
            vehicles[subentry.subentry_id] = vehicle
            sound.append(subentry.data)
    return Extras(tariff=tariff, vehicles=vehicles, left_out=tuple(left_out))


def _try[T](
    subentry: ConfigSubentry, judge: Callable[[Data], Errors], read: Callable[[ConfigSubentry], T]
) -> T | LeftOut:
    """Judge a part, and read it; whatever somebody wrote into the storage, the site goes on."""
    try:
        for place, key in judge(subentry.data).items():
            return LeftOut(kind=subentry.subentry_type, name=subentry.title, field=place, key=key)
        return read(subentry)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return LeftOut(kind=subentry.subentry_type, name=subentry.title, field=type(error).__name__, key=_UNREADABLE)
