"""Appliances that give way: switched off, back to what they did, and never taken from who switched them."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.configuration.setup import LoadConfig
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.loads import PATIENCE, Loads, async_let_go
from custom_components.smart_charging.store import Shed, SiteStore

from .appliances import Appliance

LOAD = SheddableLoad(load_id="boiler", circuit_id="site", phases=(Phase.L1,))


def config(entity_id: str, shed_value: float | None = None) -> LoadConfig:
    return LoadConfig(name="Boiler", entity_id=entity_id, power_entity_id=None, shed_value=shed_value, load=LOAD)


class Bench:
    """One appliance under control, tick by tick."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, appliance: Appliance) -> None:
        self.hass = hass
        self.appliance = appliance
        self.store = SiteStore(hass, "entry")
        self.freezer = freezer
        self.shed_value: float | None = None
        self.loads = self.restart()

    def restart(self) -> Loads:
        """Begin anew, with what is stored."""
        self.loads = Loads(self.hass, {"boiler": config(self.appliance.entity_id, self.shed_value)}, self.store)
        self.loads.start(lambda: None)
        return self.loads

    async def tick(self, *, shed: bool, ticks: int = 1) -> LoadStatus:
        """A second passes; what the tick then saw."""
        status = LoadStatus(reachable=False)
        for _ in range(ticks):
            self.freezer.tick(1)
            now = dt_util.utcnow()
            status = self.loads.statuses(now)["boiler"]
            self.loads.apply({"boiler"} if shed else set(), now)
            for _ in range(20):
                await asyncio.sleep(0)
        return status


@pytest.fixture(autouse=True)
def _no_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.smart_charging.loads.SPACING_S", 0.0)


@pytest.fixture
def bench(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Bench:
    return Bench(hass, freezer, Appliance(hass, "switch.boiler"))


RUNS = LoadStatus(reachable=True, on=True)
HELD_OFF = LoadStatus(reachable=True, on=False, shed=True)
OFF = LoadStatus(reachable=True, on=False)


async def test_it_is_switched_off_once_and_on_once(bench: Bench) -> None:
    assert await bench.tick(shed=False) == RUNS
    assert bench.appliance.actions == []
    await bench.tick(shed=True, ticks=3)
    assert await bench.tick(shed=True) == HELD_OFF
    assert bench.appliance.actions == ["turn_off"]
    await bench.tick(shed=False, ticks=3)
    assert await bench.tick(shed=False) == RUNS
    assert bench.appliance.actions == ["turn_off", "turn_on"]
    assert bench.store.sheds == {}


@pytest.mark.parametrize(
    ("entity_id", "before", "attributes", "shed_value"),
    [
        ("input_boolean.boiler", "on", {}, None),
        ("climate.hall", "heat_cool", {}, None),
        ("water_heater.tank", "eco", {"supported_features": 2, "operation_list": ["off", "eco", "heat"]}, None),
        ("number.pump", "7.5", {"step": 0.5}, 1.0),
    ],
)
async def test_it_goes_back_to_what_it_did_before_also_after_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
    entity_id: str,
    before: str,
    attributes: dict[str, Any],
    shed_value: float | None,
) -> None:
    bench = Bench(hass, freezer, Appliance(hass, entity_id, before, attributes))
    bench.shed_value = shed_value
    bench.restart()
    await bench.tick(shed=True)
    assert await bench.tick(shed=True) == HELD_OFF
    await bench.store.async_save()
    assert hass_storage["smart_charging.entry"]["data"]["sheds"]["boiler"]["before"] == before
    bench.store = SiteStore(hass, "entry")
    await bench.store.async_load()
    bench.restart()
    assert await bench.tick(shed=True) == HELD_OFF
    await bench.tick(shed=False)
    assert bench.appliance.state == before
    assert await bench.tick(shed=False) == RUNS


async def test_what_a_person_switched_off_is_not_ours_to_switch_on(bench: Bench) -> None:
    bench.appliance.set("off")
    assert await bench.tick(shed=True) == OFF
    await bench.tick(shed=False, ticks=3)
    assert bench.appliance.actions == []


async def test_what_a_person_switches_on_is_theirs(bench: Bench) -> None:
    await bench.tick(shed=True, ticks=2)
    bench.appliance.set("on")
    assert await bench.tick(shed=False) == RUNS
    bench.appliance.set("off")
    assert await bench.tick(shed=False) == OFF
    await bench.tick(shed=False, ticks=3)
    assert bench.appliance.actions == ["turn_off"]


async def test_what_was_switched_on_again_may_have_to_give_way_again(bench: Bench) -> None:
    await bench.tick(shed=True, ticks=2)
    bench.appliance.set("on")
    await bench.tick(shed=True, ticks=2)
    assert bench.appliance.actions == ["turn_off", "turn_off"]


async def test_one_that_shows_late_that_it_is_off_is_ours_all_the_same(bench: Bench) -> None:
    bench.appliance.deaf = True
    await bench.tick(shed=True)
    assert await bench.tick(shed=True, ticks=40) == LoadStatus(reachable=True, on=True, shed=True)
    bench.appliance.set("off")
    bench.appliance.deaf = False
    assert await bench.tick(shed=True) == HELD_OFF
    await bench.tick(shed=False)
    assert bench.appliance.actions == ["turn_off", "turn_on"]


async def test_one_that_does_nothing_is_told_again_after_a_while(bench: Bench) -> None:
    bench.appliance.deaf = True
    await bench.tick(shed=True, ticks=round(PATIENCE.total_seconds()))
    assert bench.appliance.actions == ["turn_off"]
    await bench.tick(shed=True, ticks=3)
    assert bench.appliance.actions == ["turn_off", "turn_off"]


async def test_one_that_does_not_come_back_is_told_again_after_a_while(bench: Bench) -> None:
    await bench.tick(shed=True, ticks=2)
    bench.appliance.deaf = True
    await bench.tick(shed=False, ticks=round(PATIENCE.total_seconds()))
    assert bench.appliance.actions == ["turn_off", "turn_on"]
    await bench.tick(shed=False, ticks=3)
    assert bench.appliance.actions == ["turn_off", "turn_on", "turn_on"]


async def test_a_failure_is_told_once_and_tried_again_at_the_next_tick(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "custom_components.smart_charging.loads")
    bench.appliance.fails = HomeAssistantError("no route")
    await bench.tick(shed=True, ticks=3)
    assert bench.appliance.actions == ["turn_off"] * 3
    bench.appliance.fails = None
    await bench.tick(shed=True)
    assert bench.appliance.state == "off"
    own = [record for record in caplog.records if record.name == "custom_components.smart_charging.loads"]
    assert [record.getMessage() for record in own] == [
        "Boiler could not be switched: no route",
        "Boiler can be switched again",
    ]


async def test_one_that_does_not_answer_is_given_up_and_holds_nobody_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("custom_components.smart_charging.loads.TIMEOUT_S", 0.0)
    bench.appliance.holds = asyncio.Event()
    await bench.tick(shed=True, ticks=2)
    assert "Boiler could not be switched: no answer in time" in caplog.text
    assert bench.appliance.state == "on"


async def test_one_command_at_a_time(bench: Bench) -> None:
    bench.appliance.holds = asyncio.Event()
    await bench.tick(shed=True, ticks=3)
    await bench.tick(shed=False, ticks=3)
    assert bench.appliance.actions == ["turn_off"]
    bench.appliance.holds.set()
    await bench.tick(shed=False, ticks=2)
    assert bench.appliance.actions == ["turn_off", "turn_on"]


async def test_one_that_cannot_be_reached_is_told_when_it_is_back(bench: Bench) -> None:
    await bench.tick(shed=True, ticks=2)
    bench.appliance.set("unavailable")
    assert await bench.tick(shed=False, ticks=3) == LoadStatus(reachable=False, shed=True)
    assert bench.appliance.actions == ["turn_off"]
    bench.appliance.set("off")
    await bench.tick(shed=False, ticks=2)
    assert bench.appliance.state == "on"


async def test_one_that_is_not_there_is_left_alone(bench: Bench) -> None:
    bench.hass.states.async_remove("switch.boiler")
    assert await bench.tick(shed=True) == LoadStatus(reachable=False)


async def test_what_is_under_way_is_seen_through_at_the_end(bench: Bench) -> None:
    bench.appliance.holds = asyncio.Event()
    await bench.tick(shed=True)
    bench.hass.loop.call_soon(bench.appliance.holds.set)
    await bench.loads.stop()
    assert bench.appliance.state == "off"
    assert set(bench.store.sheds) == {"boiler"}


def shed(entity_id: str, before: str = "on") -> Shed:
    return Shed(entity_id=entity_id, before=before, since=dt_util.utcnow() - timedelta(hours=1))


async def test_letting_go_switches_on_what_we_hold_off_and_forgets_it(hass: HomeAssistant) -> None:
    store = SiteStore(hass, "entry")
    held, running, steered = (
        Appliance(hass, "switch.held", "off"),
        Appliance(hass, "input_boolean.running", "on"),
        Appliance(hass, "climate.steered", "off"),
    )
    for appliance in (held, running, steered):
        store.set_shed(appliance.entity_id, shed(appliance.entity_id))
    store.set_shed("gone", shed("switch.gone"))
    await async_let_go(hass, store, {("climate.steered", "climate.steered")})
    assert [appliance.actions for appliance in (held, running, steered)] == [["turn_on"], [], []]
    assert set(store.sheds) == {"climate.steered"}


async def test_what_cannot_be_let_go_stays_in_the_store(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    store = SiteStore(hass, "entry")
    broken = Appliance(hass, "switch.broken", "off")
    broken.fails = HomeAssistantError("no route")
    hass.states.async_set("switch.away", "unavailable")
    store.set_shed("broken", shed("switch.broken"))
    store.set_shed("away", shed("switch.away"))
    await async_let_go(hass, store)
    assert set(store.sheds) == {"broken", "away"}
    assert "switch.broken could not be switched on again: no route" in caplog.text


async def test_while_home_assistant_starts_an_appliance_may_still_come(hass: HomeAssistant) -> None:
    store = SiteStore(hass, "entry")
    store.set_shed("late", shed("switch.late"))
    hass.set_state(CoreState.starting)
    await async_let_go(hass, store)
    assert set(store.sheds) == {"late"}
    hass.set_state(CoreState.running)
    await async_let_go(hass, store)
    assert store.sheds == {}
