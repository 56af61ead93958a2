"""A site whose ticks are told by the test: real coordinator, real entities, no meter and no charger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.chargers.driver import ChargerDriver
from custom_components.smart_charging.configuration.battery import BatteryConfig
from custom_components.smart_charging.configuration.limits import LimitConfig
from custom_components.smart_charging.configuration.setup import (
    ChargerConfig,
    LoadConfig,
    MeterConfig,
    SiteSetup,
    StationConfig,
)
from custom_components.smart_charging.configuration.tariffs import TariffConfig
from custom_components.smart_charging.configuration.vehicles import VehicleConfig
from custom_components.smart_charging.const import (
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LIMIT,
    SUBENTRY_LOAD,
    SUBENTRY_VEHICLE,
)
from custom_components.smart_charging.coordinator import SiteCoordinator, TickResult
from custom_components.smart_charging.csms.relay.target import RelayTarget
from custom_components.smart_charging.csms.security import Access
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision, Headroom, Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.foresight.foresight import async_load_foresight
from custom_components.smart_charging.runtime import RuntimeData
from custom_components.smart_charging.sources.limit import LimitReading
from custom_components.smart_charging.sources.meter import MeterChannel
from custom_components.smart_charging.sources.meter_catalogue import Role
from custom_components.smart_charging.sources.vehicle_catalogue import VehicleRole
from custom_components.smart_charging.store import SiteStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GARAGE, CARPORT = "garage_id", "carport_id"
NOBODY: Mapping[str, ChargerDriver] = MappingProxyType({})
"""Chargers that can be asked nothing."""
BARN, BOILER, DIMMING = "barn_id", "boiler_id", "dimming_id"
ZOE, LEAF, TWIZY = "zoe_id", "leaf_id", "twizy_id"

SUBSCRIBED = Limit(source=LimitSource.SUBSCRIBED, current_a=39.0)
OPERATOR = Limit(source=LimitSource.OPERATOR, power_w=9200.0)

SITE = Site(
    circuits=(Circuit(circuit_id="site", phases=ALL_PHASES, limits=(SUBSCRIBED,), metered=True),),
    evses=(
        Evse(evse_id=GARAGE, circuit_id="site", phases=(Phase.L2, Phase.L3, Phase.L1)),
        Evse(evse_id=CARPORT, circuit_id="site", phases=(Phase.L3,)),
    ),
)

RATING = Limit(source=LimitSource.RATING, current_a=20.0)
WHOLE_SITE = replace(
    SITE,
    circuits=(
        *SITE.circuits,
        Circuit(circuit_id=BARN, phases=ALL_PHASES, limits=(RATING, OPERATOR), parent_id="site", metered=True),
    ),
    loads=(SheddableLoad(load_id=BOILER, circuit_id=BARN, phases=(Phase.L1,), power_w=2000.0),),
)
"""With a circuit and an appliance too, and a limit that comes and goes."""
BOILER_CONFIG = LoadConfig(
    name="Boiler", entity_id="switch.boiler", power_entity_id=None, shed_value=None, load=WHOLE_SITE.loads[0]
)
HANDED_ON = ChargerConfig(
    name="Garage",
    data={},
    evse=WHOLE_SITE.evses[0],
    station=StationConfig(
        identity="CP1", access=Access(), operator=RelayTarget(url="ws://operator.example", identity="OP1")
    ),
)
DIMMING_CONFIG = LimitConfig(
    name="Dimming", circuit_id="site", entity_id="binary_sensor.box", value_entity_id=None, limit=OPERATOR
)

VEHICLES: Mapping[str, VehicleConfig] = {
    ZOE: VehicleConfig(
        name="Zoe",
        vehicle=Vehicle(vehicle_id=ZOE, capacity_kwh=50.0, limit_soc=0.9),
        entities={VehicleRole.SOC: "sensor.zoe"},
        usual_charger=GARAGE,
    ),
    LEAF: VehicleConfig(name="Leaf", vehicle=Vehicle(vehicle_id=LEAF, capacity_kwh=40.0)),
    TWIZY: VehicleConfig(name="Twizy", vehicle=Vehicle(vehicle_id=TWIZY)),
}
"""One that tells how full it is, one that does not, and one of which nobody knows what its battery holds."""

CHARGING = EvseStatus(
    reachable=True,
    state=EvState.C,
    offered_a=10.0,
    measured_at=NOW - timedelta(seconds=5),
    current_a=(9.81, 9.86, 9.9),
    power_w=6789.4,
    energy_kwh=1234.5,
)
EMPTY = EvseStatus(reachable=True, state=EvState.A, offered_a=0.0)
OFFLINE = EvseStatus(reachable=False, state=EvState.C, offered_a=16.0, measured_at=NOW, power_w=3600.0)

LIMITED = Reason(
    code=ReasonCode.LIMITED, params={"source": "subscribed", "circuit": "site", "limit_a": 39.0, "phase": "l2"}
)
NO_CAR = Reason(code=ReasonCode.NO_CAR)

HEADROOM = Headroom(
    known=True,
    limits=(SUBSCRIBED,),
    load_a={Phase.L1: 12.04, Phase.L2: 38.2, Phase.L3: -3.0},
    load_w=10_865.2,
    headroom_a={Phase.L1: 26.96, Phase.L2: 0.8, Phase.L3: 42.0},
)
BLIND = Headroom(known=False, limits=(SUBSCRIBED,))

TOTAL = (MeterChannel(role=Role.NET, phase=None, entity_id="sensor.meter"),)
PER_PHASE = tuple(MeterChannel(role=Role.NET, phase=phase, entity_id=f"sensor.meter_{phase}") for phase in ALL_PHASES)


def tick(
    garage: EvseStatus = CHARGING,
    *,
    setpoint_a: float | None = 10.0,
    reason: Reason = LIMITED,
    headroom: Headroom = HEADROOM,
    session: SessionEnergy | None = None,
    at: datetime = NOW,
    barn: Headroom | None = None,
    boiler: tuple[LoadStatus, Reason] | None = None,
    dimming: LimitReading | None = None,
) -> TickResult:
    """Tell a tick: the carport is empty, and at the garage is what is given."""
    setpoints = (
        Setpoint(evse_id=GARAGE, current_a=setpoint_a, reason=reason),
        Setpoint(evse_id=CARPORT, current_a=0.0, reason=NO_CAR),
    )
    return TickResult(
        snapshot=SiteSnapshot(
            at=at, evses={GARAGE: garage, CARPORT: EMPTY}, loads={} if boiler is None else {BOILER: boiler[0]}
        ),
        decision=Decision(
            at=at,
            setpoints={setpoint.evse_id: setpoint for setpoint in setpoints},
            headroom={"site": headroom} if barn is None else {"site": headroom, BARN: barn},
            next_state=ControlState(),
            load_reasons={} if boiler is None else {BOILER: boiler[1]},
        ),
        sessions={} if session is None else {GARAGE: session},
        limits={} if dimming is None else {DIMMING: dimming},
    )


SUBENTRIES: Mapping[str, tuple[str, str]] = {
    GARAGE: (SUBENTRY_CHARGER, "Garage"),
    CARPORT: (SUBENTRY_CHARGER, "Carport"),
    BARN: (SUBENTRY_CIRCUIT, "Barn"),
    BOILER: (SUBENTRY_LOAD, "Boiler"),
    DIMMING: (SUBENTRY_LIMIT, "Dimming"),
    ZOE: (SUBENTRY_VEHICLE, "Zoe"),
    LEAF: (SUBENTRY_VEHICLE, "Leaf"),
    TWIZY: (SUBENTRY_VEHICLE, "Twizy"),
}


def site_limited_by(*limits: Limit) -> Site:
    """Give the site other limits."""
    return replace(SITE, circuits=(replace(SITE.circuits[0], limits=limits),))


@dataclass(frozen=True, kw_only=True)
class ToldSite:
    """A loaded entry."""

    hass: HomeAssistant
    entry: MockConfigEntry
    coordinator: SiteCoordinator

    async def tell(self, result: TickResult) -> None:
        """Let the coordinator have this result."""
        self.coordinator.async_set_updated_data(result)
        await self.hass.async_block_till_done()

    def state(self, entity_id: str) -> str:
        """Read a state."""
        state = self.hass.states.get(entity_id)
        assert state is not None, entity_id
        return state.state


async def load(
    hass: HomeAssistant,
    platform: Platform,
    first: TickResult | None = None,
    *,
    site: Site = SITE,
    channels: tuple[MeterChannel, ...] = PER_PHASE,
    mode: Mode = Mode.FAST,
    off_peak: str | None = None,
    drivers: Mapping[str, ChargerDriver] = NOBODY,
    vehicles: Mapping[str, VehicleConfig] = MappingProxyType({}),
    tariff: TariffConfig | None = None,
    battery: BatteryConfig | None = None,
) -> ToldSite:
    """Load one platform of a site with two chargers, after its first tick; `mode` is the garage's."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="site_entry",
        title="Home",
        subentries_data=[
            ConfigSubentryDataWithId(
                data={}, subentry_id=subentry_id, subentry_type=kind, title=title, unique_id=subentry_id
            )
            for subentry_id, (kind, title) in SUBENTRIES.items()
        ],
    )
    entry.add_to_hass(hass)
    whole = len(site.circuits) > 1
    meter = MeterConfig(channels=channels, inverted=False, period_s=1.0)
    setup = SiteSetup(
        site=site,
        meter=meter,
        meters={circuit.circuit_id: meter for circuit in site.circuits},
        chargers={GARAGE: HANDED_ON} if whole else {},
        circuit_names={BARN: "Barn"} if whole else {},
        loads={BOILER: BOILER_CONFIG} if whole else {},
        limits={DIMMING: DIMMING_CONFIG} if whole else {},
        vehicles=vehicles,
        tariff=tariff,
        battery=battery,
        off_peak_entity_id=off_peak,
        host="127.0.0.1",
        port=9000,
    )
    store = SiteStore(hass, entry.entry_id)
    store.set_mode(GARAGE, mode)
    foresight = await async_load_foresight(hass, entry.entry_id, setup, store)
    coordinator = SiteCoordinator(
        hass, entry, setup, drivers={}, store=store, state=ControlState(), foresight=foresight
    )
    # It does not start: every tick is told by the test.
    coordinator.wake = lambda: None  # type: ignore[method-assign]
    coordinator.data = first or tick()
    entry.runtime_data = RuntimeData(coordinator=coordinator, setup=setup, drivers=drivers, foresight=foresight)

    def look() -> None:
        result = coordinator.data
        foresight.vehicles.update(result.snapshot.at, result.snapshot.evses, result.sessions)
        foresight.goals.update(result.snapshot.at, result.sessions)

    look()
    coordinator.async_add_listener(look)
    # As after the integration's own set-up, which would load the entry in the real way.
    hass.config.components.add(DOMAIN)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    await hass.config_entries.async_forward_entry_setups(entry, [platform])
    await hass.async_block_till_done()
    return ToldSite(hass=hass, entry=entry, coordinator=coordinator)
