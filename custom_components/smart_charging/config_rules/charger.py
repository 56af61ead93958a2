"""What a valid configuration is. The flows and the set-up ask the same judge; answers are `{field: error key}`.

The error keys are translated twice: for forms by the flows, for the log under `exceptions`. Every function here takes
data as it is stored (see const.py), whole or in part: what is missing is an error of its field, never an exception.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from .chargers.registry import DRIVERS
from .const import (
    CONF_CONNECTOR,
    CONF_DRIVER,
    CONF_ENTITY_ID,
    CONF_FAILSAFE_A,
    CONF_LIMIT,
    CONF_LIMIT_UNIT,
    CONF_MAXIMUM_A,
    CONF_METER,
    CONF_METER_PERIOD_S,
    CONF_MINIMUM_A,
    CONF_PHASE,
    CONF_PHASES,
    CONF_PORT,
    CONF_ROLE,
    CONF_STATION,
    CONF_VOLTAGE_V,
    CONF_WIRING,
)
from .csms.admission import parse_identity
from .engine.model.quantities import ALL_PHASES, Phase
from .sources.meter_catalogue import Role

type Data = Mapping[str, Any]
"""A site's or a charger's data as it is stored."""
type Errors = dict[str, str]
"""Field to error key; empty when all is well."""

LEAST_MINIMUM_A: Final = 6.0
"""IEC 61851-1 knows no offer below it."""
VOLTAGES_V: Final = (90.0, 280.0)
"""Between a phase and neutral: 100 V in Japan, 277 V in the United States, and some room."""

_LIMIT_UNITS: Final = frozenset({"a", "kva", "kw"})
_LARGEST_PORT: Final = 65535


def validate_site(data: Data, chargers: Iterable[Data] = ()) -> Errors:
    """Judge a site's data; with the `chargers` it already has, whether it still bears their failsafe currents."""
    errors: Errors = {}
    if site_phases(data) == ():
        errors[CONF_PHASES] = "no_phases"
    voltage_v = _number(data, CONF_VOLTAGE_V)
    if voltage_v is None or not VOLTAGES_V[0] <= voltage_v <= VOLTAGES_V[1]:
        errors[CONF_VOLTAGE_V] = "voltage_out_of_range"
    if data.get(CONF_LIMIT_UNIT) not in _LIMIT_UNITS:
        errors[CONF_LIMIT_UNIT] = "limit_unit_unknown"
    if not _is_positive(data, CONF_LIMIT):
        errors[CONF_LIMIT] = "limit_not_positive"
    if not _is_positive(data, CONF_METER_PERIOD_S):
        errors[CONF_METER_PERIOD_S] = "period_not_positive"
    if not 1 <= (_number(data, CONF_PORT) or 0) <= _LARGEST_PORT:
        errors[CONF_PORT] = "port_out_of_range"
    if CONF_PHASES not in errors and (error := _judge_meter(data)) is not None:
        errors[CONF_METER] = error
    if not errors and _failsafes_exceed(data, tuple(chargers)):
        errors[CONF_LIMIT] = "failsafes_above_limit"
    return errors


def validate_charger(site: Data, others: Iterable[Data], data: Data) -> Errors:
    """Judge a charger's data, on a valid site, beside the data of the site's `others`."""
    others = tuple(others)
    errors = _judge_connection(others, data) | _judge_currents(data)
    if (error := _judge_wiring(site, data)) is not None:
        errors[CONF_WIRING] = error
    if not errors:
        if _failsafes_exceed(site, (data,)):
            errors[CONF_FAILSAFE_A] = "failsafe_above_limit"
        elif _failsafes_exceed(site, (*others, data)):
            errors[CONF_FAILSAFE_A] = "failsafes_above_limit"
    return errors


def site_phases(data: Data) -> tuple[Phase, ...]:
    """The phases of a site's supply; empty when their number is neither 1 nor 3."""
    number = _number(data, CONF_PHASES)
    return ALL_PHASES[: int(number)] if number in {1, 3} else ()


def limit_a(site: Data) -> float | None:
    """What the supply bears on each phase, A; None where it is limited in total only."""
    limit = float(site[CONF_LIMIT])
    match site[CONF_LIMIT_UNIT]:
        case "a":
            return limit
        case "kva":
            return limit * 1000 / (float(site[CONF_VOLTAGE_V]) * len(site_phases(site)))
    return None


def limit_w(site: Data) -> float | None:
    """What the supply bears in total, W; None where it is limited per phase."""
    return float(site[CONF_LIMIT]) * 1000 if site[CONF_LIMIT_UNIT] == "kw" else None


def _judge_meter(data: Data) -> str | None:
    """Judge a meter's channels: they must tell the import, in total or on each of the site's phases."""
    channels: object = data.get(CONF_METER)
    if not isinstance(channels, Sequence) or not channels:
        return "meter_missing"
    places = [(channel.get(CONF_ROLE), channel.get(CONF_PHASE)) for channel in channels]
    entities = [channel.get(CONF_ENTITY_ID) for channel in channels]
    if len(set(places)) < len(places) or len(set(entities)) < len(entities):
        return "meter_twice"
    phases = site_phases(data)
    if any(role not in set(Role) or (phase is not None and phase not in phases) for role, phase in places):
        return "meter_incomplete"
    imports = {phase for role, phase in places if role != Role.EXPORT}
    exports = {phase for role, phase in places if role == Role.EXPORT}
    # A net channel beside an import or export one of the same phase would count twice.
    doubled = {phase for role, phase in places if role == Role.NET} & {
        phase for role, phase in places if role != Role.NET
    }
    complete = None in imports or set(phases) <= imports
    return None if complete and exports <= imports and not doubled else "meter_incomplete"


def _judge_connection(others: Sequence[Data], data: Data) -> Errors:
    if data.get(CONF_DRIVER) not in DRIVERS:
        return {CONF_DRIVER: "driver_unknown"}
    station, connector = data.get(CONF_STATION), _number(data, CONF_CONNECTOR)
    errors: Errors = {}
    if not isinstance(station, str) or parse_identity(f"/{station}") != station:
        errors[CONF_STATION] = "station_invalid"
    elif any(other[CONF_STATION] == station and int(other[CONF_CONNECTOR]) == connector for other in others):
        errors[CONF_STATION] = "station_taken"
    if connector is None or connector < 1 or connector != int(connector):
        errors[CONF_CONNECTOR] = "connector_invalid"
    return errors


def _judge_currents(data: Data) -> Errors:
    minimum, maximum, failsafe = (_number(data, key) for key in (CONF_MINIMUM_A, CONF_MAXIMUM_A, CONF_FAILSAFE_A))
    errors: Errors = {}
    if minimum is None or minimum < LEAST_MINIMUM_A:
        errors[CONF_MINIMUM_A] = "minimum_too_low"
    if maximum is None or maximum <= 0:
        errors[CONF_MAXIMUM_A] = "maximum_not_positive"
    if failsafe is None or failsafe < 0:
        errors[CONF_FAILSAFE_A] = "failsafe_negative"
    if errors or minimum is None or maximum is None or failsafe is None:
        return errors
    if minimum > maximum:
        errors[CONF_MINIMUM_A] = "minimum_above_maximum"
    elif failsafe > maximum:
        errors[CONF_FAILSAFE_A] = "failsafe_above_maximum"
    elif 0 < failsafe < minimum:
        errors[CONF_FAILSAFE_A] = "failsafe_below_minimum"
    return errors


def _judge_wiring(site: Data, data: Data) -> str | None:
    wiring = data.get(CONF_WIRING) or ()
    if not wiring:
        return "no_phases"
    if len(set(wiring)) < len(wiring):
        return "phase_twice"
    return None if set(wiring) <= set(site_phases(site)) else "phase_not_on_site"


def _failsafes_exceed(site: Data, chargers: Sequence[Data]) -> bool:
    """Tell whether these chargers, all at their failsafe current, take more than the supply's limit."""
    phase_limit_a, total_limit_w = limit_a(site), limit_w(site)
    if phase_limit_a is not None:
        return any(_sum_a(chargers, phase) > phase_limit_a + 1e-9 for phase in site_phases(site))
    power_w = math.fsum(_sum_a(chargers, phase) for phase in site_phases(site)) * float(site[CONF_VOLTAGE_V])
    return total_limit_w is not None and power_w > total_limit_w + 1e-6


def _sum_a(chargers: Sequence[Data], phase: Phase) -> float:
    return math.fsum(float(charger[CONF_FAILSAFE_A]) for charger in chargers if phase in charger[CONF_WIRING])


def _is_positive(data: Data, key: str) -> bool:
    number = _number(data, key)
    return number is not None and number > 0


def _number(data: Data, key: str) -> float | None:
    """Read a finite number; None where there is none."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
