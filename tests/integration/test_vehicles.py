"""The vehicles of a site as they come, charge and go; the cards, entities and sessions are told by the test."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.cards.book import Card, CardBook
from custom_components.smart_charging.configuration.vehicles import VehicleConfig
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.evse import NOBODY, EvseStatus, EvState
from custom_components.smart_charging.engine.model.presence import GUEST, Sign
from custom_components.smart_charging.engine.model.soc import Soc
from custom_components.smart_charging.engine.model.vehicle import Vehicle
from custom_components.smart_charging.foresight.vehicles import Vehicles
from custom_components.smart_charging.sources.vehicle_catalogue import VehicleRole
from custom_components.smart_charging.store import SiteStore

GARAGE, CARPORT = "garage", "carport"
ZOE = VehicleConfig(
    name="Zoe",
    vehicle=Vehicle(vehicle_id="zoe", capacity_kwh=50.0),
    entities={
        VehicleRole.SOC: "sensor.zoe",
        VehicleRole.PLUGGED: "binary_sensor.zoe",
        VehicleRole.CHARGE_LIMIT: "number.zoe",
    },
    cards=frozenset({"anna"}),
)
LEAF = VehicleConfig(name="Leaf", vehicle=Vehicle(vehicle_id="leaf", capacity_kwh=40.0))
CONFIGS = {"zoe": ZOE, "leaf": LEAF}
CARDS = CardBook(
    [
        Card(card_id="anna", number="1", name="Anna"),
        Card(card_id="ben", number="2", name="Ben", vehicle="leaf"),
        Card(card_id="cleo", number="3", name="Cleo", vehicle="bicycle"),
    ]
)
THERE = EvseStatus(reachable=True, state=EvState.B)


@dataclass(kw_only=True)
class Yard:
    """Two chargers and what is at them."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    store: SiteStore
    configs: Mapping[str, VehicleConfig] = field(default_factory=lambda: CONFIGS)
    statuses: dict[str, EvseStatus] = field(default_factory=dict)
    sessions: dict[str, SessionEnergy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vehicles = Vehicles(self.hass, self.configs, CARDS, self.store)

    def plug_in(self, evse_id: str = GARAGE, **says: Any) -> None:
        self.sessions[evse_id] = SessionEnergy(started_at=dt_util.utcnow(), energy_kwh=0.0, running=True)
        self.statuses[evse_id] = replace(THERE, **says)
        self.look()

    def charge(self, energy_kwh: float, evse_id: str = GARAGE, *, hours: float = 0.0) -> None:
        self.sessions[evse_id] = replace(self.sessions[evse_id], energy_kwh=energy_kwh, charging_h=hours)
        self.look()

    def unplug(self, evse_id: str = GARAGE) -> None:
        self.sessions[evse_id] = replace(self.sessions[evse_id], running=False)
        self.look()

    def look(self) -> None:
        self.vehicles.update(dt_util.utcnow(), self.statuses, self.sessions)

    def later(self, hours: float) -> None:
        self.freezer.tick(timedelta(hours=hours))
        self.look()

    def name_at(self, evse_id: str = GARAGE) -> str | None:
        config = self.vehicles.at_charger(evse_id)
        return None if config is None else config.name

    def soc(self, vehicle_id: str) -> Soc | None:
        soc = self.vehicles.soc(vehicle_id)
        return None if soc is None else replace(soc, value=round(soc.value, 3))

    async def restart(self, configs: Mapping[str, VehicleConfig] = CONFIGS) -> Yard:
        await self.store.async_save()
        store = SiteStore(self.hass, "entry")
        await store.async_load()
        yard = replace(self, store=store, configs=configs)
        yard.look()
        return yard


@pytest.fixture
def yard(hass: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]) -> Yard:
    """An empty yard."""
    del hass_storage
    return Yard(hass=hass, freezer=freezer, store=SiteStore(hass, "entry"))


@pytest.mark.parametrize(
    ("card", "name"),
    [(None, None), (NOBODY, None), ("anna", "Zoe"), ("ben", "Leaf"), ("cleo", None), ("gone", None)],
)
def test_a_card_names_its_car(yard: Yard, card: str | None, name: str | None):
    yard.plug_in(card=card)
    assert (yard.name_at(), yard.name_at(CARPORT)) == (name, None)
    yard.unplug()
    assert yard.vehicles.presences == {}


def test_a_car_that_tells_that_it_was_plugged_in(yard: Yard):
    yard.hass.states.async_set("binary_sensor.zoe", "off")
    yard.freezer.tick(timedelta(hours=3))
    yard.plug_in(CARPORT)
    yard.later(1)
    yard.plug_in()
    yard.later(0.1)
    yard.hass.states.async_set("binary_sensor.zoe", "on")
    yard.look()
    assert (yard.name_at(), yard.name_at(CARPORT)) == ("Zoe", None)
    assert yard.vehicles.charger_of("zoe") == GARAGE
    assert yard.vehicles.presences[GARAGE].sign is Sign.PLUGGED


async def test_a_person_says_which_one_it_is(yard: Yard):
    yard.plug_in(card="anna")
    yard.vehicles.choose(GARAGE, "leaf")
    yard.look()
    assert (yard.name_at(), yard.vehicles.choice(GARAGE)) == ("Leaf", "leaf")
    again = await yard.restart()
    assert again.name_at() == "Leaf"
    again.vehicles.choose(GARAGE, GUEST)
    again.look()
    assert (again.name_at(), again.vehicles.choice(GARAGE)) == (None, GUEST)
    again.vehicles.choose(GARAGE, None)
    again.look()
    assert again.name_at() == "Zoe"


async def test_a_choice_ends_when_the_car_is_unplugged_even_unseen(yard: Yard):
    yard.plug_in()
    yard.vehicles.choose(GARAGE, "leaf")
    yard.unplug()
    assert yard.vehicles.choice(GARAGE) is None
    # Before it comes.
    yard.vehicles.choose(GARAGE, "leaf")
    yard.later(1)
    yard.plug_in()
    assert yard.name_at() == "Leaf"
    yard.later(1)
    yard.plug_in()
    assert (yard.name_at(), yard.vehicles.choice(GARAGE)) == (None, None)


async def test_a_vehicle_that_was_removed_is_nowhere(yard: Yard):
    yard.plug_in(card="anna")
    yard.plug_in(CARPORT)
    yard.vehicles.choose(CARPORT, "leaf")
    yard.look()
    again = await yard.restart({})
    assert (again.name_at(), again.name_at(CARPORT)) == (None, None)


async def test_its_state_of_charge_is_carried_on_over_a_restart(yard: Yard):
    yard.hass.states.async_set("sensor.zoe", "40")
    yard.hass.states.async_set("number.zoe", "80")
    yard.look()
    assert yard.vehicles.soc("zoe") == Soc(value=0.4)
    assert (yard.vehicles.charge_limit("zoe"), yard.vehicles.charge_limit("leaf")) == (0.8, None)
    yard.plug_in(card="anna")
    yard.later(3)
    yard.charge(10)
    assert yard.soc("zoe") == Soc(value=0.586, estimated=True)
    yard.hass.states.async_set("sensor.zoe", "unavailable")
    again = await yard.restart()
    again.charge(20)
    assert again.soc("zoe") == Soc(value=0.772, estimated=True)
    assert again.vehicles.charge_limit("zoe") is None


def test_what_the_charger_knows_of_the_car(yard: Yard):
    yard.plug_in(card="anna", soc=0.3)
    assert yard.vehicles.soc("zoe") == Soc(value=0.3)
    yard.hass.states.async_set("sensor.zoe", "35")
    yard.look()
    assert yard.vehicles.soc("zoe") == Soc(value=0.35)
    yard.plug_in(CARPORT, card="ben", soc=0.5, reachable=False)
    assert yard.vehicles.soc("leaf") is None


async def test_a_person_says_how_full_it_is(yard: Yard):
    yard.plug_in(card="ben")
    yard.charge(5)
    assert yard.vehicles.soc("leaf") is None
    # Taken to have come with 10 %, and 4.65 of 40 kWh since.
    assert yard.vehicles.assumed_soc("leaf") == pytest.approx(0.21625)
    yard.vehicles.set_soc("leaf", 0.6, dt_util.utcnow())
    assert yard.vehicles.soc("leaf") == Soc(value=0.6)
    yard.charge(9)
    again = await yard.restart()
    assert again.soc("leaf") == Soc(value=0.693, estimated=True)
    again.vehicles.set_soc("leaf", 0.6, dt_util.utcnow())
    assert again.vehicles.soc("leaf") == Soc(value=0.6)


def test_at_none_of_our_chargers(yard: Yard):
    yard.look()
    yard.vehicles.set_soc("leaf", 0.5, dt_util.utcnow())
    yard.later(2)
    assert yard.vehicles.soc("leaf") == Soc(value=0.5)
    yard.later(1)
    assert yard.vehicles.soc("leaf") is None
    assert (yard.vehicles.charger_of("leaf"), yard.vehicles.assumed_soc("leaf")) == (None, 0.5)


async def test_they_are_listened_to(yard: Yard):
    heard: list[str] = []
    yard.vehicles.start(lambda: heard.append("something"))
    yard.hass.states.async_set("sensor.zoe", "40")
    await yard.hass.async_block_till_done()
    yard.vehicles.stop()
    yard.hass.states.async_set("sensor.zoe", "41")
    await yard.hass.async_block_till_done()
    assert heard == ["something"]


async def test_an_idle_car_is_nothing_to_write(yard: Yard, hass_storage: dict[str, Any]):
    yard.plug_in(card="ben")
    yard.vehicles.set_soc("leaf", 0.5, dt_util.utcnow())
    yard.look()
    await yard.store.async_save()
    hass_storage.clear()
    await yard.hass.async_block_till_done()
    yard.later(1)
    await yard.hass.async_block_till_done()
    assert hass_storage == {}
