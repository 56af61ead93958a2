"""The form about one circuit: what feeds it, what it bears, and whether it has a meter of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
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

from ..configuration.rules.circuit import validate_below, validate_circuit
from ..const import (
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_METER,
    CONF_METER_INVERTED,
    CONF_METER_PERIOD_S,
    CONF_PROTECTION,
    CONF_WIRING,
    SUBENTRY_CHARGER,
    SUBENTRY_LOAD,
)
from ..engine.model.protection import ProtectionKind
from .places import DEFAULT_WIRING, circuit_field, circuits_of, place_as_answers, place_data, wiring_field

METER_NONE: Final = "none"
METER_KEPT: Final = "kept"
METER_NEW: Final = "new"

PROTECTION_UNKNOWN: Final = "unknown"
"""The answer of those who do not know; it is not stored."""

_PROTECTIONS: Final = (
    PROTECTION_UNKNOWN,
    ProtectionKind.BREAKER_B,
    ProtectionKind.BREAKER_C,
    ProtectionKind.BREAKER_D,
    ProtectionKind.FUSE_GG,
)
"""The others are a supplier's, and stand before the whole site."""

_METER_FIELDS: Final = (CONF_METER, CONF_METER_INVERTED, CONF_METER_PERIOD_S)
NEW_CIRCUIT: Final = "new"
"""Stands for a circuit's id as long as it has none."""


def circuit_schema(
    site: Mapping[str, Any], circuits: Sequence[SelectOptionDict], *, has_meter: bool
) -> probatio.Schema:
    """Make the form. It asks for the circuit above and for the wiring where there is a choice."""
    meters = [METER_NONE, *([METER_KEPT] if has_meter else []), METER_NEW]
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            **circuit_field(circuits),
            **wiring_field(site),
            probatio.Required(CONF_LIMIT_UNIT, default="a"): SelectSelector(
                SelectSelectorConfig(
                    options=["a", "kva", "kw"], translation_key="circuit_limit_unit", mode=SelectSelectorMode.DROPDOWN
                )
            ),
            probatio.Required(CONF_LIMIT): NumberSelector(
                NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX)
            ),
            probatio.Required(CONF_PROTECTION, default=PROTECTION_UNKNOWN): SelectSelector(
                SelectSelectorConfig(
                    options=[str(kind) for kind in _PROTECTIONS],
                    translation_key="protection",
                    mode=SelectSelectorMode.DROPDOWN,
                )
            ),
            probatio.Required(CONF_METER, default=METER_NONE): SelectSelector(
                SelectSelectorConfig(options=meters, translation_key="circuit_meter", mode=SelectSelectorMode.LIST)
            ),
        }
    )


def circuit_suggestions() -> dict[str, Any]:
    """What the form shows for a new circuit."""
    return {CONF_WIRING: DEFAULT_WIRING}


def circuit_as_answers(
    circuits: Mapping[str, Mapping[str, Any]], title: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Turn a stored circuit back into the answers that made it."""
    return {
        CONF_NAME: title,
        **place_as_answers(circuits, data),
        CONF_LIMIT_UNIT: data[CONF_LIMIT_UNIT],
        CONF_LIMIT: data[CONF_LIMIT],
        CONF_PROTECTION: data.get(CONF_PROTECTION, PROTECTION_UNKNOWN),
        CONF_METER: METER_KEPT if CONF_METER in data else METER_NONE,
    }


def circuit_data(site: Mapping[str, Any], known: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put a circuit's data together from the answers to the form, and from what is `known` of its meter."""
    kept = _METER_FIELDS if answers[CONF_METER] == METER_KEPT else ()
    protection = answers[CONF_PROTECTION]
    return {
        **place_data(site, answers),
        CONF_LIMIT_UNIT: answers[CONF_LIMIT_UNIT],
        CONF_LIMIT: float(answers[CONF_LIMIT]),
        **({} if protection == PROTECTION_UNKNOWN else {CONF_PROTECTION: protection}),
        **{key: known[key] for key in kept},
    }


def circuit_errors(
    entry: ConfigEntry[Any], data: Mapping[str, Any], answers: Mapping[str, Any], circuit_id: str
) -> dict[str, str]:
    """Say what is wrong with a circuit, and what hangs on it, by field."""
    if not answers[CONF_NAME].strip():
        return {CONF_NAME: "circuit_name_missing"}
    site, circuits = entry.data, {**circuits_of(entry), circuit_id: data}
    errors = validate_circuit(site, circuits, circuit_id)
    if not errors:
        chargers, loads = (
            [subentry.data for subentry in entry.get_subentries_of_type(kind)]
            for kind in (SUBENTRY_CHARGER, SUBENTRY_LOAD)
        )
        errors = validate_below(site, circuits, circuit_id, chargers, loads)
    return {field if field in answers else "base": error for field, error in errors.items()}
