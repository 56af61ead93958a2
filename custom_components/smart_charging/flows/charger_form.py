"""The form about one charger: its wiring and currents. Shared by the flow that adds one and by discovery."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME, UnitOfElectricCurrent
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..configuration.rules.charger import validate_charger
from ..configuration.rules.load import HIGHEST_PRIORITY
from ..const import (
    CONF_CONNECTOR,
    CONF_DRIVER,
    CONF_FAILSAFE_A,
    CONF_KEY,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PRIORITY,
    CONF_STATION,
    CONF_WIRING,
    DRIVER_OCPP,
    SUBENTRY_CHARGER,
)
from .places import DEFAULT_WIRING, circuit_field, circuits_of, place_as_answers, place_data, wiring_field

_DEFAULTS: Final = MappingProxyType(
    {CONF_WIRING: DEFAULT_WIRING, CONF_MINIMUM_A: 6, CONF_MAXIMUM_A: 16, CONF_FAILSAFE_A: 6, CONF_PRIORITY: 0}
)
"""16 A is what the smallest common charger and its cable bear; 6 A is the least that IEC 61851-1 knows."""

_LONGEST_KEY: Final = 40

_AMPERES: Final = NumberSelector(
    NumberSelectorConfig(step=0.1, unit_of_measurement=UnitOfElectricCurrent.AMPERE, mode=NumberSelectorMode.BOX)
)

PRIORITY: Final = NumberSelector(NumberSelectorConfig(min=0, max=HIGHEST_PRIORITY, step=1, mode=NumberSelectorMode.BOX))
"""Chargers and loads have the same scale."""


def charger_schema(
    site: Mapping[str, Any], circuits: Sequence[SelectOptionDict], connectors: Iterable[int] = ()
) -> probatio.Schema:
    """Make the form. It asks for the connector where the station has several, for circuit and wiring where there is a choice."""
    connectors = sorted(connectors)
    fields: dict[probatio.Marker, Any] = {probatio.Required(CONF_NAME): TextSelector()}
    if len(connectors) > 1:
        fields[probatio.Required(CONF_CONNECTOR, default=str(connectors[0]))] = SelectSelector(
            SelectSelectorConfig(options=[str(connector) for connector in connectors], mode=SelectSelectorMode.LIST)
        )
    return probatio.Schema(
        {
            **fields,
            **circuit_field(circuits),
            **wiring_field(site),
            probatio.Required(CONF_MINIMUM_A): _AMPERES,
            probatio.Required(CONF_MAXIMUM_A): _AMPERES,
            probatio.Required(CONF_FAILSAFE_A): _AMPERES,
            probatio.Required(CONF_PRIORITY): PRIORITY,
        }
    )


def charger_suggestions(name: str) -> dict[str, Any]:
    """What the form shows for a new charger."""
    return {CONF_NAME: name, **_DEFAULTS}


def charger_as_answers(entry: ConfigEntry[Any], title: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a stored charger back into the answers that made it."""
    kept = (CONF_MINIMUM_A, CONF_MAXIMUM_A, CONF_FAILSAFE_A, CONF_PRIORITY)
    return {
        CONF_NAME: title,
        **place_as_answers(circuits_of(entry), data),
        **{key: data[key] for key in kept if key in data},
    }


def station_data(station: str, connector: int, access: Mapping[str, Any]) -> dict[str, Any]:
    """How a charger that calls us is told apart. `access`: what its station has to bring."""
    return {CONF_DRIVER: DRIVER_OCPP, CONF_STATION: station, CONF_CONNECTOR: connector, **access}


def charger_data(site: Mapping[str, Any], connection: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put a charger's data together from the answers to the form. `connection`: how it is reached, its driver first."""
    return {
        **connection,
        **place_data(site, answers),
        CONF_MINIMUM_A: float(answers[CONF_MINIMUM_A]),
        CONF_MAXIMUM_A: float(answers[CONF_MAXIMUM_A]),
        CONF_FAILSAFE_A: float(answers[CONF_FAILSAFE_A]),
        CONF_PRIORITY: int(answers[CONF_PRIORITY]),
    }


def charger_errors(
    entry: ConfigEntry[Any], data: Mapping[str, Any], answers: Mapping[str, Any], subentry_id: str | None = None
) -> dict[str, str]:
    """Say what is wrong with a charger beside the site's others, by field. `subentry_id` is its own, if it has one."""
    if not answers[CONF_NAME].strip():
        return {CONF_NAME: "name_missing"}
    others = [
        subentry.data
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
        if subentry.subentry_id != subentry_id
    ]
    errors = validate_charger(entry.data, others, data, circuits_of(entry))
    return {field if field in answers else "base": error for field, error in errors.items()}


def charger_unique_id(station: str, connector: int) -> str:
    """Name a charger for good: by its station's identity and the connector."""
    return f"{DRIVER_OCPP}:{station}:{connector}"


def has_charger(entry: ConfigEntry[Any], unique_id: str) -> bool:
    """Tell whether a site has this charger already."""
    return any(subentry.unique_id == unique_id for subentry in entry.subentries.values())


def station_errors(site: Mapping[str, Any], station: str, key: str | None, connector: int) -> dict[str, str]:
    """Say what is wrong with an identity, a password and a connector that were entered by hand, by field."""
    connection = {CONF_DRIVER: DRIVER_OCPP, CONF_STATION: station, CONF_CONNECTOR: connector}
    errors = {field: error for field, error in validate_charger(site, (), connection).items() if field in connection}
    # OCPP 1.6 security whitepaper, 2.3: at most 40 characters. A space is a slip of the hand.
    if key is not None and not (len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key):
        errors[CONF_KEY] = "key_invalid"
    return errors
