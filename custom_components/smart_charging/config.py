"""The configuration as the rest of the integration uses it: read once from the entry and its subentries, and valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .chargers.registry import DRIVERS
from .config_rules import Errors, limit_a, limit_w, site_phases, validate_charger, validate_site
from .const import (
    CONF_CONNECTOR,
    CONF_DRIVER,
    CONF_ENTITY_ID,
    CONF_FAILSAFE_A,
    CONF_HOST,
    CONF_KEY,
    CONF_LIMIT_UNIT,
    CONF_MARGIN_A,
    CONF_MAXIMUM_A,
    CONF_METER,
    CONF_METER_INVERTED,
    CONF_METER_PERIOD_S,
    CONF_MINIMUM_A,
    CONF_PHASE,
    CONF_PORT,
    CONF_PRIORITY,
    CONF_ROLE,
    CONF_STATION,
    CONF_VOLTAGE_V,
    CONF_WIRING,
    DEFAULT_HOST,
    DEFAULT_MARGIN_A,
    ROOT_CIRCUIT,
    SUBENTRY_CHARGER,
)
from .engine.model.circuit import Circuit
from .engine.model.evse import Evse
from .engine.model.limit import Limit, LimitSource
from .engine.model.load import SheddableLoad
from .engine.model.policy import ControlPolicy
from .engine.model.quantities import Phase
from .engine.model.site import Site
from .sources.meter_catalogue import Role
from .sources.meter_finder import MeterChannel

_QUICK_PERIOD_S: Final = 10.0
_RISE_DELAY_S: Final = ControlPolicy().rise_delay_s


class ConfigError(Exception):
    """What is stored cannot be used. `translation_key` is the rule's error key, `name` the charger's, or the site's."""

    def __init__(self, translation_key: str, field: str, name: str) -> None:
        self.translation_key = translation_key
        self.field = field
        self.name = name
        super().__init__(f"{name}: {field}: {translation_key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterConfig:
    """The meter of a circuit."""

    channels: tuple[MeterChannel, ...]
    """Their phases are the site's, however the circuit is rotated."""
    inverted: bool
    """Its `net` channels count export as positive."""
    period_s: float
    """How often it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerConfig:
    """One charger: how it is reached, and what the engine knows of it."""

    name: str
    driver: str
    station: str
    connector: int
    key: str | None
    evse: Evse


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadConfig:
    """One appliance that gives way: how it is switched, and what the engine knows of it."""

    name: str
    entity_id: str
    """A `switch`, `input_boolean`, `climate`, `water_heater` or `number`."""
    power_entity_id: str | None
    """A sensor that measures what it takes, W or kW."""
    shed_value: float | None
    """What a `number` is set to while it gives way; None for all others: they are switched off."""
    load: SheddableLoad


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryConfig:
    """The home's own battery."""

    power_entity_id: str
    """A sensor, W or kW."""
    inverted: bool
    """It counts power out of the battery as positive."""
    soc_entity_id: str | None
    """A sensor, %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSetup:
    """One site. `chargers` and `loads` are by subentry id, which is also their id in the engine."""

    site: Site
    meter: MeterConfig
    """The site's own: `meters[ROOT_CIRCUIT]`."""
    chargers: Mapping[str, ChargerConfig]
    host: str
    port: int
    meters: Mapping[str, MeterConfig] = field(default_factory=dict[str, MeterConfig])
    """By circuit id: of every circuit that has a meter of its own, the site's supply included."""
    circuit_names: Mapping[str, str] = field(default_factory=dict[str, str])
    """By circuit id, without the site's supply."""
    loads: Mapping[str, LoadConfig] = field(default_factory=dict[str, LoadConfig])
    battery: BatteryConfig | None = None
    orphans: tuple[str, ...] = ()
    """The names of what hangs on the site's supply because the circuit that fed it is gone."""


def read_setup(entry: ConfigEntry[Any]) -> SiteSetup:
    """Read and judge an entry. Raises `ConfigError` with the first thing that is wrong."""
    subentries = {
        subentry_id: subentry
        for subentry_id, subentry in entry.subentries.items()
        if subentry.subentry_type == SUBENTRY_CHARGER
    }
    _expect(validate_site(entry.data), entry.title)
    for subentry_id, subentry in subentries.items():
        others = [other.data for other_id, other in subentries.items() if other_id != subentry_id]
        # Their own faults are told in their own turn, and must not stand in the way of this one's.
        others = [other for other in others if not validate_charger(entry.data, (), other)]
        _expect(validate_charger(entry.data, others, subentry.data), subentry.title)
    chargers = {subentry_id: _charger(subentry) for subentry_id, subentry in subentries.items()}
    return SiteSetup(
        site=_site(entry, chargers),
        meter=_meter(entry.data),
        meters={ROOT_CIRCUIT: _meter(entry.data)},
        chargers=chargers,
        host=entry.data.get(CONF_HOST, DEFAULT_HOST),
        port=int(entry.data[CONF_PORT]),
    )


def stale_after_s(period_s: float) -> float:
    """Tell after how long a silent meter is unknown, s.

    Three of its periods, but at least 10 s (a Wi-Fi hiccup) and at most 25 s: with the time to command it and for the
    car to follow, the chargers are at their failsafe current within 30 s. A meter slower than 10 s cannot keep that
    bound; it is given 2.5 periods, so that one lost report is forgiven, and whoever sets it up is told.
    """
    if period_s <= _QUICK_PERIOD_S:
        return min(25.0, max(10.0, 3 * period_s))
    return 2.5 * period_s


def _expect(errors: Errors, name: str) -> None:
    for field, key in errors.items():
        raise ConfigError(key, field, name)


def _site(entry: ConfigEntry[Any], chargers: Mapping[str, ChargerConfig]) -> Site:
    data = entry.data
    period_s = float(data[CONF_METER_PERIOD_S])
    return Site(
        circuits=(
            Circuit(
                circuit_id=ROOT_CIRCUIT,
                phases=site_phases(data),
                limits=(
                    Limit(
                        source=LimitSource.RATING if data[CONF_LIMIT_UNIT] == "a" else LimitSource.SUBSCRIBED,
                        current_a=limit_a(data),
                        power_w=limit_w(data),
                    ),
                ),
                metered=True,
            ),
        ),
        evses=tuple(charger.evse for charger in chargers.values()),
        voltage_v=float(data[CONF_VOLTAGE_V]),
        policy=ControlPolicy(
            margin_a=float(entry.options.get(CONF_MARGIN_A, DEFAULT_MARGIN_A[data[CONF_LIMIT_UNIT]])),
            stale_after_s=stale_after_s(period_s),
            # Two readings at the least must have seen the room.
            rise_delay_s=max(_RISE_DELAY_S, 2 * period_s),
        ),
    )


def _meter(data: Mapping[str, Any]) -> MeterConfig:
    return MeterConfig(
        channels=tuple(
            MeterChannel(
                role=Role(channel[CONF_ROLE]),
                phase=None if channel.get(CONF_PHASE) is None else Phase(channel[CONF_PHASE]),
                entity_id=channel[CONF_ENTITY_ID],
            )
            for channel in data[CONF_METER]
        ),
        inverted=bool(data.get(CONF_METER_INVERTED, False)),
        period_s=float(data[CONF_METER_PERIOD_S]),
    )


def _charger(subentry: ConfigSubentry) -> ChargerConfig:
    data = subentry.data
    can = DRIVERS[data[CONF_DRIVER]].capabilities
    return ChargerConfig(
        name=subentry.title,
        driver=data[CONF_DRIVER],
        station=data[CONF_STATION],
        connector=int(data[CONF_CONNECTOR]),
        key=data.get(CONF_KEY) or None,
        evse=Evse(
            evse_id=subentry.subentry_id,
            circuit_id=ROOT_CIRCUIT,
            phases=tuple(Phase(phase) for phase in data[CONF_WIRING]),
            minimum_a=float(data[CONF_MINIMUM_A]),
            maximum_a=float(data[CONF_MAXIMUM_A]),
            failsafe_a=float(data[CONF_FAILSAFE_A]),
            step_a=can.step_a,
            priority=int(data.get(CONF_PRIORITY, 0)),
            can_pause=can.can_pause,
            watchdog_s=can.watchdog.timeout_s,
            write_interval_s=can.write_interval_s,
        ),
    )
