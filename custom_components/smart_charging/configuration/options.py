"""What the options of a site, and what is said of a circuit's protection, are to the engine."""

from collections.abc import Mapping
from typing import Any, Final

from ..cards.book import WhoMayCharge
from ..const import (
    CONF_BATTERY_FLOOR_PCT,
    CONF_LIMIT_UNIT,
    CONF_MARGIN_A,
    CONF_OVERSHOOT_PCT,
    CONF_OVERSHOOT_S,
    CONF_PROTECTION,
    CONF_RIDE_OUT,
    CONF_SOLAR_FIRST,
    CONF_SOLAR_GRID_PCT,
    CONF_SOLAR_START_MIN,
    CONF_SOLAR_STOP_MIN,
    CONF_STRATEGY,
    CONF_TURN_MIN,
    CONF_UNBALANCE_KVA,
    CONF_VOLTAGE_V,
    CONF_WHO,
    DEFAULT_MARGIN_A,
)
from ..engine.model.policy import ControlPolicy
from ..engine.model.protection import Protection, ProtectionKind
from ..engine.model.solar import SolarPolicy
from ..engine.model.strategy import Strategy

type _Data = Mapping[str, Any]

_POLICY: Final = ControlPolicy()
_PERCENT: Final = 100.0
_MINUTE_S: Final = 60.0


def option_defaults(site: _Data) -> dict[str, Any]:
    """List what a site's options are where nobody changed them; what is not listed is then not there."""
    return {
        CONF_MARGIN_A: DEFAULT_MARGIN_A[site[CONF_LIMIT_UNIT]],
        CONF_STRATEGY: str(_POLICY.strategy),
        CONF_RIDE_OUT: _POLICY.ride_out,
        CONF_TURN_MIN: _POLICY.turn_s / _MINUTE_S,
        CONF_UNBALANCE_KVA: 0.0,
        CONF_SOLAR_START_MIN: _POLICY.solar.start_delay_s / _MINUTE_S,
        CONF_SOLAR_STOP_MIN: _POLICY.solar.stop_delay_s / _MINUTE_S,
        CONF_SOLAR_GRID_PCT: _POLICY.solar.grid_share * _PERCENT,
        CONF_SOLAR_FIRST: "battery" if _POLICY.solar.battery_first else "car",
        CONF_WHO: str(WhoMayCharge.EVERYBODY),
    }


def read_policy(site: _Data, options: _Data, *, stale_after_s: float, rise_delay_s: float) -> ControlPolicy:
    """Read how the site wants to be controlled. The two times are those of its meter."""
    wanted = {**option_defaults(site), **options}
    floor_pct = wanted.get(CONF_BATTERY_FLOOR_PCT)
    return ControlPolicy(
        margin_a=float(wanted[CONF_MARGIN_A]),
        stale_after_s=stale_after_s,
        rise_delay_s=rise_delay_s,
        strategy=Strategy(wanted[CONF_STRATEGY]),
        ride_out=bool(wanted[CONF_RIDE_OUT]),
        turn_s=float(wanted[CONF_TURN_MIN]) * _MINUTE_S,
        solar=SolarPolicy(
            start_delay_s=float(wanted[CONF_SOLAR_START_MIN]) * _MINUTE_S,
            stop_delay_s=float(wanted[CONF_SOLAR_STOP_MIN]) * _MINUTE_S,
            grid_share=float(wanted[CONF_SOLAR_GRID_PCT]) / _PERCENT,
            battery_first=wanted[CONF_SOLAR_FIRST] == "battery",
            battery_floor_soc=None if floor_pct is None else float(floor_pct) / _PERCENT,
        ),
    )


def read_protection(data: _Data) -> Protection | None:
    """Read what protects a circuit, from its own data or, for the site's supply, from the options."""
    kind = data.get(CONF_PROTECTION)
    if kind is None:
        return None
    if kind != ProtectionKind.PLAIN:
        return Protection(kind=ProtectionKind(kind))
    return Protection(
        kind=ProtectionKind.PLAIN,
        overshoot=1 + float(data[CONF_OVERSHOOT_PCT]) / _PERCENT,
        overshoot_s=float(data[CONF_OVERSHOOT_S]),
    )


def read_unbalance_a(site: _Data, options: _Data) -> float | None:
    """Read how far the phases of the supply may differ, A; None: as they like."""
    unbalance_kva = float(options.get(CONF_UNBALANCE_KVA) or 0.0)
    return unbalance_kva * 1000 / float(site[CONF_VOLTAGE_V]) if unbalance_kva > 0 else None
