"""The configuration as the rest of the integration uses it: read once from the entry and its subentries, and valid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..cards.book import CardBook
from ..chargers.registry import DRIVERS
from ..const import (
    CONF_DRIVER,
    CONF_ENTITY_ID,
    CONF_FAILSAFE_A,
    CONF_HOST,
    CONF_MAXIMUM_A,
    CONF_MAXIMUM_OFF_MIN,
    CONF_METER,
    CONF_METER_INVERTED,
    CONF_METER_PERIOD_S,
    CONF_MINIMUM_A,
    CONF_MINIMUM_OFF_MIN,
    CONF_MINIMUM_ON_MIN,
    CONF_OFF_PEAK,
    CONF_PHASE,
    CONF_PORT,
    CONF_POWER_ENTITY_ID,
    CONF_POWER_W,
    CONF_PRIORITY,
    CONF_ROLE,
    CONF_SHED_VALUE,
    CONF_STATION,
    CONF_WIRING,
    DEFAULT_HOST,
    DEFAULT_MINIMUM_OFF_MIN,
    DEFAULT_MINIMUM_ON_MIN,
    DRIVER_OCPP,
    ROOT_CIRCUIT,
    SUBENTRY_CARD,
    SUBENTRY_CHARGER,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LIMIT,
    SUBENTRY_LOAD,
)
from ..csms.relay.target import RelayTarget
from ..csms.security import Access
from ..encryption import Encryption, read_access, read_encryption
from ..engine.model.evse import Evse
from ..engine.model.load import SheddableLoad
from ..engine.model.quantities import ALL_PHASES, Phase
from ..engine.model.site import Site
from ..sources.meter_catalogue import Role
from ..sources.meter_finder import MeterChannel
from .battery import BatteryConfig, read_battery
from .cards import read_cards
from .extras import LeftOut, read_extras
from .limits import LimitConfig, read_limit
from .rules.battery import validate_ways
from .rules.card import validate_card
from .rules.charger import validate_charger
from .rules.circuit import validate_circuit
from .rules.fields import Errors
from .rules.limit import validate_limit
from .rules.load import DOMAIN_NUMBER, domain_of, validate_load
from .rules.operator import operator_target
from .rules.options import validate_options
from .rules.site import validate_site
from .rules.tree import feeder, is_orphan
from .site import read_site
from .tariffs import TariffConfig
from .vehicles import VehicleConfig

_MINUTE_S: Final = 60.0


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
class StationConfig:
    """The station that a charger belongs to, for one that calls us by OCPP."""

    identity: str
    access: Access
    """What it has to bring to be let in."""
    operator: RelayTarget | None
    """To whom it is handed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerConfig:
    """One charger: how it is reached, and what the engine knows of it. `data` is what is stored of it, for its driver."""

    name: str
    data: Mapping[str, Any]
    evse: Evse
    station: StationConfig | None = None


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
class SiteSetup:
    """One site. `chargers`, `loads`, `limits` and `vehicles` are by subentry id, which is also their id in the engine."""

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
    limits: Mapping[str, LimitConfig] = field(default_factory=dict[str, LimitConfig])
    """Those that come and go; what a circuit always bears stands in `site`."""
    vehicles: Mapping[str, VehicleConfig] = field(default_factory=dict[str, VehicleConfig])
    tariff: TariffConfig | None = None
    """What a kWh costs; None: nobody told."""
    battery: BatteryConfig | None = None
    off_peak_entity_id: str | None = None
    """Is on in off-peak hours."""
    encryption: Encryption | None = None
    """How chargers can encrypt; None: they cannot."""
    cards: CardBook = field(default_factory=CardBook)
    """The cards that are known, and who may charge."""
    orphans: tuple[str, ...] = ()
    """The names of what hangs on the site's supply because the circuit that fed it is gone."""
    left_out: tuple[LeftOut, ...] = ()
    """What cannot be used, and the site goes on without."""

    @property
    def handed_on(self) -> frozenset[str]:
        """The chargers that an operator hears of, by id."""
        return frozenset(
            evse_id for evse_id, charger in self.chargers.items() if charger.station and charger.station.operator
        )

    @property
    def stations(self) -> Mapping[str, StationConfig]:
        """Those that call us, by identity; all connectors of one are chargers of their own."""
        found = (charger.station for charger in self.chargers.values())
        return {station.identity: station for station in found if station is not None}


def read_setup(entry: ConfigEntry[Any]) -> SiteSetup:
    """Read and judge an entry. Raises `ConfigError` with the first thing that is wrong."""
    _judge(entry)
    circuits = _of_type(entry, SUBENTRY_CIRCUIT)
    tree = {circuit_id: circuit.data for circuit_id, circuit in circuits.items()}
    chargers = {
        charger_id: _charger(charger, feeder(tree, charger.data))
        for charger_id, charger in _of_type(entry, SUBENTRY_CHARGER).items()
    }
    loads = {load_id: _load(load, feeder(tree, load.data)) for load_id, load in _of_type(entry, SUBENTRY_LOAD).items()}
    meter = _meter(entry.data)
    extras = read_extras(entry, chargers.keys())
    return SiteSetup(
        site=read_site(
            entry.data,
            entry.options,
            tree,
            evses=tuple(charger.evse for charger in chargers.values()),
            loads=tuple(load.load for load in loads.values()),
        ),
        meter=meter,
        chargers=chargers,
        host=entry.data.get(CONF_HOST, DEFAULT_HOST),
        port=int(entry.data[CONF_PORT]),
        encryption=read_encryption(entry.data),
        meters={ROOT_CIRCUIT: meter}
        | {circuit_id: _meter(data) for circuit_id, data in tree.items() if CONF_METER in data},
        circuit_names={circuit_id: circuit.title for circuit_id, circuit in circuits.items()},
        loads=loads,
        limits={
            limit_id: read_limit(entry.data, tree, limit) for limit_id, limit in _of_type(entry, SUBENTRY_LIMIT).items()
        },
        vehicles=extras.vehicles,
        tariff=extras.tariff,
        left_out=extras.left_out,
        battery=read_battery(entry.options),
        off_peak_entity_id=entry.options.get(CONF_OFF_PEAK),
        cards=read_cards(entry.options, _of_type(entry, SUBENTRY_CARD).values()),
        orphans=tuple(subentry.title for subentry in entry.subentries.values() if is_orphan(tree, subentry.data)),
    )


def _of_type(entry: ConfigEntry[Any], subentry_type: str) -> dict[str, ConfigSubentry]:
    return {
        subentry_id: subentry
        for subentry_id, subentry in entry.subentries.items()
        if subentry.subentry_type == subentry_type
    }


def _judge(entry: ConfigEntry[Any]) -> None:
    """Judge all that limits rest on, from the supply down: each thing may rely on what feeds it."""
    site = entry.data
    _expect(validate_site(site), entry.title)
    _expect(validate_options(entry.options) | validate_ways(entry.options), entry.title)
    circuits = _of_type(entry, SUBENTRY_CIRCUIT)
    tree = {circuit_id: circuit.data for circuit_id, circuit in circuits.items()}
    for circuit_id, circuit in circuits.items():
        _expect(validate_circuit(site, tree, circuit_id), circuit.title)
    chargers = _of_type(entry, SUBENTRY_CHARGER)
    # The faults of others are told in their own turn, and must not stand in the way of this one's.
    sound = {
        charger_id: charger.data
        for charger_id, charger in chargers.items()
        if not validate_charger(site, (), charger.data, tree)
    }
    for charger_id, charger in chargers.items():
        others = [data for other_id, data in sound.items() if other_id != charger_id]
        _expect(validate_charger(site, others, charger.data, tree), charger.title)
    loads = _of_type(entry, SUBENTRY_LOAD)
    for load_id, load in loads.items():
        others = [other.data for other_id, other in loads.items() if other_id != load_id]
        _expect(validate_load(site, tree, others, load.data), load.title)
    cards = _of_type(entry, SUBENTRY_CARD)
    for card_id, card in cards.items():
        others = [other.data for other_id, other in cards.items() if other_id != card_id]
        _expect(validate_card(others, card.data), card.title)
    for limit in _of_type(entry, SUBENTRY_LIMIT).values():
        _expect(validate_limit(site, tree, limit.data), limit.title)


def _expect(errors: Errors, name: str) -> None:
    for place, key in errors.items():
        raise ConfigError(key, place, name)


def _meter(data: Mapping[str, Any]) -> MeterConfig:
    """Read a meter. A circuit's numbers its phases as the circuit does, which may be rotated against the site."""
    own = dict(zip(ALL_PHASES, data.get(CONF_WIRING, ALL_PHASES), strict=False))
    return MeterConfig(
        channels=tuple(
            MeterChannel(
                role=Role(channel[CONF_ROLE]),
                phase=None if channel.get(CONF_PHASE) is None else Phase(own[channel[CONF_PHASE]]),
                entity_id=channel[CONF_ENTITY_ID],
            )
            for channel in data[CONF_METER]
        ),
        inverted=bool(data.get(CONF_METER_INVERTED, False)),
        period_s=float(data[CONF_METER_PERIOD_S]),
    )


def _charger(subentry: ConfigSubentry, circuit_id: str) -> ChargerConfig:
    data = subentry.data
    can = DRIVERS[data[CONF_DRIVER]].capabilities_of(data)
    return ChargerConfig(
        name=subentry.title,
        data=data,
        station=_station(data) if data[CONF_DRIVER] == DRIVER_OCPP else None,
        evse=Evse(
            evse_id=subentry.subentry_id,
            circuit_id=circuit_id,
            phases=tuple(Phase(phase) for phase in data[CONF_WIRING]),
            minimum_a=float(data[CONF_MINIMUM_A]),
            maximum_a=float(data[CONF_MAXIMUM_A]),
            failsafe_a=float(data[CONF_FAILSAFE_A]),
            step_a=can.step_a,
            priority=int(data.get(CONF_PRIORITY, 0)),
            can_pause=can.can_pause,
            can_switch_phases=can.can_switch_phases and len(data[CONF_WIRING]) == len(ALL_PHASES),
            can_switch_under_load=can.can_switch_under_load,
            means=can.means,
            watchdog_s=can.watchdog.certain_after_s,
            write_interval_s=can.write_interval_s,
        ),
    )


def _station(data: Mapping[str, Any]) -> StationConfig:
    return StationConfig(identity=data[CONF_STATION], access=read_access(data), operator=operator_target(data))


def _load(subentry: ConfigSubentry, circuit_id: str) -> LoadConfig:
    data = subentry.data
    longest_min = data.get(CONF_MAXIMUM_OFF_MIN)
    return LoadConfig(
        name=subentry.title,
        entity_id=data[CONF_ENTITY_ID],
        power_entity_id=data.get(CONF_POWER_ENTITY_ID),
        shed_value=float(data[CONF_SHED_VALUE]) if domain_of(data[CONF_ENTITY_ID]) == DOMAIN_NUMBER else None,
        load=SheddableLoad(
            load_id=subentry.subentry_id,
            circuit_id=circuit_id,
            phases=tuple(Phase(phase) for phase in data[CONF_WIRING]),
            power_w=None if data.get(CONF_POWER_W) is None else float(data[CONF_POWER_W]),
            priority=int(data.get(CONF_PRIORITY, 0)),
            minimum_on_s=_MINUTE_S * float(data.get(CONF_MINIMUM_ON_MIN, DEFAULT_MINIMUM_ON_MIN)),
            minimum_off_s=_MINUTE_S * float(data.get(CONF_MINIMUM_OFF_MIN, DEFAULT_MINIMUM_OFF_MIN)),
            maximum_off_s=None if longest_min is None else _MINUTE_S * float(longest_min),
        ),
    )
