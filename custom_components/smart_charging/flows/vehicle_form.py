"""The forms about one vehicle: what it can do, and what tells of it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..configuration.rules.vehicle import KWH_PER_100_KM, ROLE_DOMAINS, validate_vehicle
from ..configuration.vehicles import DEFAULT_MAX_AGE_H
from ..const import (
    CONF_CALENDAR,
    CONF_CAPACITY_KWH,
    CONF_CARDS,
    CONF_CONSUMPTION,
    CONF_CONSUMPTION_UNIT,
    CONF_CONTINUOUS,
    CONF_ENTITIES,
    CONF_LEAST_PCT,
    CONF_LIMIT_PCT,
    CONF_MAX_AGE_H,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PHASES,
    CONF_USUAL_CHARGER,
    SUBENTRY_CARD,
    SUBENTRY_CHARGER,
    SUBENTRY_VEHICLE,
)
from ..sources.vehicle_catalogue import VehicleRole
from ..sources.vehicle_finder import FoundVehicle
from .own_entities import is_own
from .words import option_words

ANOTHER: Final = "another"
"""The choice of those whose vehicle is not in the list."""

_NUMBERS: Final = (
    CONF_CAPACITY_KWH,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_LIMIT_PCT,
    CONF_LEAST_PCT,
    CONF_CONSUMPTION,
)


def _number(unit: str = "", *, least: float = 0, most: float | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=least, step="any", mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    if most is not None:
        config["max"] = most
    return NumberSelector(config)


def _entity(domains: Iterable[str]) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(domains))))


DETAILS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_NAME): TextSelector(),
        probatio.Optional(CONF_CAPACITY_KWH): _number("kWh"),
        probatio.Required(CONF_PHASES): SelectSelector(
            SelectSelectorConfig(
                options=["1", "2", "3"], translation_key="vehicle_phases", mode=SelectSelectorMode.DROPDOWN
            )
        ),
        probatio.Required(CONF_MAXIMUM_A): _number("A"),
        probatio.Required(CONF_MINIMUM_A): _number("A"),
        probatio.Required(CONF_LIMIT_PCT): _number("%", most=100),
        probatio.Required(CONF_LEAST_PCT): _number("%", most=100),
        probatio.Required(CONF_CONSUMPTION): _number(),
        probatio.Required(CONF_CONSUMPTION_UNIT): SelectSelector(
            SelectSelectorConfig(
                options=["kwh_per_100_km", "km_per_kwh"],
                translation_key="consumption_unit",
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        probatio.Required(CONF_CONTINUOUS): BooleanSelector(),
    }
)

_SUGGESTIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        CONF_PHASES: "3",
        CONF_MAXIMUM_A: 16.0,
        CONF_MINIMUM_A: 6.0,
        CONF_LIMIT_PCT: 100.0,
        CONF_LEAST_PCT: 0.0,
        CONF_CONSUMPTION: 17.0,
        CONF_CONSUMPTION_UNIT: KWH_PER_100_KM,
        CONF_CONTINUOUS: False,
    }
)


async def vehicle_options(hass: HomeAssistant, found: Iterable[FoundVehicle]) -> list[SelectOptionDict]:
    """Label each vehicle with its name and where it is known from, and end with the one that is not in the list."""
    words = await option_words(hass, "vehicle_label")
    options = [SelectOptionDict(value=vehicle.key, label=_label(vehicle)) for vehicle in found]
    return [*options, SelectOptionDict(value=ANOTHER, label=words[ANOTHER])]


def _label(vehicle: FoundVehicle) -> str:
    return vehicle.name if vehicle.name == vehicle.known.name else f"{vehicle.name} ({vehicle.known.name})"


def taken_entities(hass: HomeAssistant, domain: str) -> set[str]:
    """List the entities of the vehicles that are set up, on any site."""
    return {
        ref
        for entry in hass.config_entries.async_entries(domain)
        for vehicle in entry.get_subentries_of_type(SUBENTRY_VEHICLE)
        for ref in vehicle.data.get(CONF_ENTITIES, {}).values()
    }


def vehicle_suggestions(found: FoundVehicle | None) -> dict[str, Any]:
    """What the form shows for a new vehicle."""
    return {**_SUGGESTIONS, **({} if found is None else {CONF_NAME: found.name})}


def vehicle_as_answers(title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored vehicle back into the answers about what it can do."""
    known = {key: data[key] for key in _SUGGESTIONS.keys() | {CONF_CAPACITY_KWH} if key in data}
    return {**_SUGGESTIONS, **known, CONF_NAME: title, CONF_PHASES: str(data[CONF_PHASES])}


def vehicle_data(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put together what a vehicle can do from the answers."""
    return {
        **{key: float(answers[key]) for key in _NUMBERS if answers.get(key) is not None},
        CONF_PHASES: int(answers[CONF_PHASES]),
        CONF_CONSUMPTION_UNIT: answers[CONF_CONSUMPTION_UNIT],
        CONF_CONTINUOUS: answers[CONF_CONTINUOUS],
    }


def details_errors(answers: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with what a vehicle can do, by field."""
    if not answers[CONF_NAME].strip():
        return {CONF_NAME: "vehicle_name_missing"}
    return validate_vehicle((), vehicle_data(answers))


def links_schema(entry: ConfigEntry[Any]) -> probatio.Schema:
    """Make the form about what tells of it. It asks for cards where there are any, and for a charger likewise."""
    cards, chargers = _parts(entry, SUBENTRY_CARD), _parts(entry, SUBENTRY_CHARGER)
    schema: dict[probatio.Marker, Any] = {
        probatio.Optional(str(VehicleRole.SOC)): _entity(ROLE_DOMAINS[VehicleRole.SOC]),
        probatio.Optional(CONF_MAX_AGE_H): _number("h"),
        probatio.Optional(str(VehicleRole.PLUGGED)): _entity(ROLE_DOMAINS[VehicleRole.PLUGGED]),
        probatio.Optional(str(VehicleRole.LOCATION)): _entity(ROLE_DOMAINS[VehicleRole.LOCATION]),
        probatio.Optional(str(VehicleRole.CHARGE_LIMIT)): _entity(ROLE_DOMAINS[VehicleRole.CHARGE_LIMIT]),
        probatio.Optional(str(VehicleRole.RANGE)): _entity(ROLE_DOMAINS[VehicleRole.RANGE]),
        probatio.Optional(str(VehicleRole.AS_OF)): _entity(ROLE_DOMAINS[VehicleRole.AS_OF]),
        probatio.Optional(str(VehicleRole.WAKE)): _entity(ROLE_DOMAINS[VehicleRole.WAKE]),
    }
    if cards:
        schema[probatio.Optional(CONF_CARDS)] = SelectSelector(
            SelectSelectorConfig(options=cards, multiple=True, mode=SelectSelectorMode.DROPDOWN)
        )
    if chargers:
        schema[probatio.Optional(CONF_USUAL_CHARGER)] = SelectSelector(
            SelectSelectorConfig(options=chargers, mode=SelectSelectorMode.DROPDOWN)
        )
    schema[probatio.Optional(CONF_CALENDAR)] = _entity(["calendar"])
    return probatio.Schema(schema)


def _parts(entry: ConfigEntry[Any], kind: str) -> list[SelectOptionDict]:
    return [SelectOptionDict(value=part.subentry_id, label=part.title) for part in entry.get_subentries_of_type(kind)]


def links_suggestions(hass: HomeAssistant, entry: ConfigEntry[Any], found: FoundVehicle | None) -> dict[str, Any]:
    """What the form shows for a new vehicle: what was found, and the one charger of a site that has no other vehicle."""
    chargers, vehicles = _parts(entry, SUBENTRY_CHARGER), _parts(entry, SUBENTRY_VEHICLE)
    entities = {} if found is None else {str(role): ref for role, ref in found.entities.items()}
    max_age_h = DEFAULT_MAX_AGE_H if found is None else found.known.stale_after.total_seconds() / 3600
    return {
        **{role: entity_id for role, ref in entities.items() if (entity_id := _entity_id(hass, ref))},
        CONF_MAX_AGE_H: max_age_h,
        **({CONF_USUAL_CHARGER: chargers[0]["value"]} if len(chargers) == 1 and not vehicles else {}),
    }


def links_as_answers(hass: HomeAssistant, entry: ConfigEntry[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored vehicle back into the answers about what tells of it, leaving out what is gone."""
    entities = {role: _entity_id(hass, ref) for role, ref in data.get(CONF_ENTITIES, {}).items()}
    cards = [card for card in data.get(CONF_CARDS, ()) if card in entry.subentries]
    usual = data.get(CONF_USUAL_CHARGER)
    return {
        **{role: entity_id for role, entity_id in entities.items() if entity_id},
        CONF_MAX_AGE_H: data.get(CONF_MAX_AGE_H, DEFAULT_MAX_AGE_H),
        **({CONF_CARDS: cards} if cards else {}),
        **({CONF_USUAL_CHARGER: usual} if usual in entry.subentries else {}),
        **({CONF_CALENDAR: data[CONF_CALENDAR]} if CONF_CALENDAR in data else {}),
    }


def links_data(hass: HomeAssistant, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put together what tells of a vehicle. What is in the registry is kept by its id there, which survives a rename."""
    registry = er.async_get(hass)
    entities: dict[str, str] = {}
    for role in VehicleRole:
        if chosen := answers.get(role):
            registered = registry.async_get(chosen)
            entities[str(role)] = chosen if registered is None else registered.id
    kept = (CONF_CARDS, CONF_USUAL_CHARGER, CONF_CALENDAR)
    return {
        CONF_ENTITIES: entities,
        **({} if answers.get(CONF_MAX_AGE_H) is None else {CONF_MAX_AGE_H: float(answers[CONF_MAX_AGE_H])}),
        **{key: answers[key] for key in kept if answers.get(key)},
    }


def links_errors(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    data: Mapping[str, Any],
    answers: Mapping[str, Any],
    subentry_id: str | None = None,
) -> dict[str, str]:
    """Say what is wrong with what tells of a vehicle, by field. An entity that is only away for now is fine."""
    others = [
        vehicle.data for vehicle in entry.get_subentries_of_type(SUBENTRY_VEHICLE) if vehicle.subentry_id != subentry_id
    ]
    errors = validate_vehicle(others, data)
    for key in (*VehicleRole, CONF_CALENDAR):
        if key not in errors and (chosen := answers.get(key)) and (problem := _entity_problem(hass, chosen)):
            errors[str(key)] = problem
    return errors


def _entity_problem(hass: HomeAssistant, entity_id: str) -> str | None:
    if is_own(hass, entity_id):
        return "own_entity"
    registered = er.async_get(hass).async_get(entity_id)
    return "entity_missing" if registered is None and hass.states.get(entity_id) is None else None


def _entity_id(hass: HomeAssistant, ref: str) -> str | None:
    """Name an entity as a person knows it; None for one that is gone from the registry."""
    return er.async_resolve_entity_id(er.async_get(hass), ref)
