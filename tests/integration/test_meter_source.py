"""The grid meter: what its sensors say, and how old that is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.sources.meter import MeterSource
from custom_components.smart_charging.sources.meter_catalogue import Role
from custom_components.smart_charging.sources.meter_finder import MeterChannel

NET, IMPORT, EXPORT = Role.NET, Role.IMPORT, Role.EXPORT
L1, L2, L3 = ALL_PHASES


def channel(entity_id: str, role: Role = NET, phase: Phase | None = None) -> MeterChannel:
    return MeterChannel(role=role, phase=phase, entity_id=f"sensor.{entity_id}")


def source(
    hass: HomeAssistant,
    *channels: MeterChannel,
    phases: tuple[Phase, ...] = ALL_PHASES,
    inverted: bool = False,
) -> MeterSource:
    return MeterSource(hass, channels, inverted=inverted, phases=phases, voltage_v=230.0)


def say(hass: HomeAssistant, states: Mapping[str, tuple[Any, str | None]]) -> None:
    """Let sensors report a value in a unit, whether it is new or not."""
    for entity_id, (value, unit) in states.items():
        hass.states.async_set(f"sensor.{entity_id}", str(value), {} if unit is None else {"unit_of_measurement": unit})


def started(hass: HomeAssistant, meter: MeterSource, states: Mapping[str, tuple[Any, str | None]]) -> MeterSource:
    """Start a meter whose sensors are there, and let them report."""
    say(hass, {entity_id: ("unknown", unit) for entity_id, (_, unit) in states.items()})
    meter.start(lambda: None)
    say(hass, states)
    return meter


PHASES = {L1: "a", L2: "b", L3: "c"}
PER_PHASE = tuple(channel(name, NET, phase) for phase, name in PHASES.items())


@pytest.mark.parametrize(
    ("channels", "states", "current_a", "power_w"),
    [
        pytest.param((channel("p"),), {"p": (1500, "W")}, {}, 1500, id="total W"),
        pytest.param((channel("p"),), {"p": ("-1.5", "kW")}, {}, -1500, id="total kW, export"),
        pytest.param((channel("p", IMPORT),), {"p": (3.2, "kVA")}, {}, 3200, id="apparent power, import only"),
        pytest.param((channel("p", IMPORT),), {"p": (3200, "VA")}, {}, 3200, id="VA"),
        pytest.param(
            (channel("i", IMPORT), channel("e", EXPORT)),
            {"i": (0, "W"), "e": (2.5, "kW")},
            {},
            -2500,
            id="two, in two units",
        ),
        pytest.param((channel("p"),), {"p": (30, "A")}, None, None, id="a current of all phases says nothing"),
        pytest.param((channel("p"),), {"p": (30, "V")}, None, None, id="not a power"),
        pytest.param((channel("p"),), {"p": (30, None)}, None, None, id="no unit"),
        pytest.param(
            PER_PHASE,
            {"a": (2300, "W"), "b": (10, "A"), "c": (-0.46, "kW")},
            {L1: 10, L2: 10, L3: -2},
            None,
            id="phases",
        ),
        pytest.param(
            PER_PHASE, {"a": (9000, "mA"), "b": (10, "A"), "c": (0, "A")}, {L1: 9, L2: 10, L3: 0}, None, id="mA"
        ),
        pytest.param(
            PER_PHASE, {"a": (1, "A"), "b": ("unknown", "A"), "c": (3, "A")}, None, None, id="a phase that never spoke"
        ),
        pytest.param(
            (*PER_PHASE, channel("p")),
            {"a": (1, "A"), "b": (2, "A"), "c": (3, "A"), "p": (1.3, "kW")},
            {L1: 1, L2: 2, L3: 3},
            1300,
            id="phases and total",
        ),
        pytest.param(
            (channel("i", IMPORT, L1), channel("e", EXPORT, L1)),
            {"i": (0, "kW"), "e": (0.46, "kW")},
            {L1: -2},
            None,
            id="import and export of a phase",
        ),
        pytest.param(
            (channel("i", IMPORT), channel("e", EXPORT)),
            {"i": (500, "W"), "e": ("unknown", "W")},
            None,
            None,
            id="half is nothing",
        ),
    ],
)
async def test_what_it_reads(
    hass: HomeAssistant,
    channels: tuple[MeterChannel, ...],
    states: dict[str, tuple[Any, str | None]],
    current_a: dict[Phase, float] | None,
    power_w: float | None,
) -> None:
    reading = started(hass, source(hass, *channels), states).reading
    if current_a is None:
        assert reading is None
        return
    assert reading is not None
    assert reading.current_a == pytest.approx(current_a)
    assert reading.power_w == (None if power_w is None else pytest.approx(power_w))


@pytest.mark.parametrize(("value", "unit", "power_w"), [(2.3, "kW", 2300), (10, "A", 2300)])
async def test_a_single_phase_s_total_is_its_current(
    hass: HomeAssistant, value: float, unit: str, power_w: float
) -> None:
    reading = started(hass, source(hass, channel("p"), phases=(L1,)), {"p": (value, unit)}).reading
    assert reading is not None
    assert reading.current_a == {L1: pytest.approx(10)}
    assert reading.power_w == pytest.approx(power_w)


async def test_an_inverted_meter_counts_export_as_positive(hass: HomeAssistant) -> None:
    meter = started(hass, source(hass, channel("p"), inverted=True), {"p": (1500, "W")})
    assert meter.reading is not None
    assert meter.reading.power_w == -1500


@pytest.mark.parametrize("value", ["nan", "inf"])
async def test_what_is_not_finite_is_left_to_the_engine_to_judge(hass: HomeAssistant, value: str) -> None:
    meter = started(hass, source(hass, channel("p")), {"p": (value, "W")})
    assert meter.reading is not None
    assert str(meter.reading.power_w) == value


def now() -> datetime:
    return dt_util.utcnow()


async def test_a_value_that_is_reported_again_is_as_fresh_as_a_new_one(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    meter = started(hass, source(hass, channel("p")), {"p": (1500, "W")})
    freezer.tick(5)
    say(hass, {"p": (1500, "W")})
    assert meter.reading is not None
    assert meter.reading.at == now()


async def test_of_one_device_the_newest_sensor_counts_and_of_several_the_oldest(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entity_ids = add_device(hass, "one", "import", "export", "voltage")
    other = add_device(hass, "other", "phase")
    meter = MeterSource(
        hass,
        [
            MeterChannel(role=IMPORT, phase=L1, entity_id=entity_ids["import"]),
            MeterChannel(role=EXPORT, phase=L1, entity_id=entity_ids["export"]),
            MeterChannel(role=NET, phase=L2, entity_id=other["phase"]),
        ],
        inverted=False,
        phases=(L1, L2),
        voltage_v=230.0,
    )
    woken: list[datetime] = []
    for entity_id in (*entity_ids.values(), *other.values()):
        hass.states.async_set(entity_id, "0", {"unit_of_measurement": "W"})
    meter.start(lambda: woken.append(now()))

    def report(entity_id: str) -> datetime:
        freezer.tick(1)
        hass.states.async_set(entity_id, "0", {"unit_of_measurement": "W"})
        return now()

    report(entity_ids["import"])
    assert meter.reading is None
    first = report(other["phase"])
    assert reading_at(meter) < first
    report(entity_ids["voltage"])
    assert reading_at(meter) == first
    assert len(woken) == 2
    later = report(other["phase"])
    assert reading_at(meter) < later
    meter.stop()
    report(other["phase"])
    assert len(woken) == 3


def reading_at(meter: MeterSource) -> datetime:
    assert meter.reading is not None
    return meter.reading.at


def add_device(hass: HomeAssistant, name: str, *sensors: str) -> dict[str, str]:
    """Register a device of another integration; its entity ids, by sensor."""
    entry = MockConfigEntry(domain="meter", title=name)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={("meter", name)})
    registry = er.async_get(hass)
    return {
        sensor: registry.async_get_or_create(
            "sensor", "meter", f"{name}_{sensor}", config_entry=entry, device_id=device.id
        ).entity_id
        for sensor in sensors
    }


async def test_only_what_is_reported_after_the_start_counts(hass: HomeAssistant) -> None:
    say(hass, {"p": (1500, "W")})
    meter = source(hass, channel("p"))
    meter.start(lambda: None)
    assert meter.reading is None


async def test_nothing_counts_before_home_assistant_runs(hass: HomeAssistant) -> None:
    hass.set_state(CoreState.starting)
    meter = started(hass, source(hass, channel("p")), {"p": (1500, "W")})
    assert meter.reading is None
    hass.set_state(CoreState.running)
    say(hass, {"p": (1500, "W")})
    assert meter.reading is not None


@pytest.mark.parametrize("before", [None, {"restored": True}])
async def test_what_an_entity_says_when_it_is_added_may_be_restored(
    hass: HomeAssistant, before: dict[str, Any] | None
) -> None:
    if before is not None:
        hass.states.async_set("sensor.p", "unavailable", before)
    meter = source(hass, channel("p"))
    meter.start(lambda: None)
    say(hass, {"p": (1500, "W")})
    assert meter.reading is None
    say(hass, {"p": (1500, "W")})
    assert meter.reading is not None


async def test_a_sensor_that_becomes_unavailable_is_no_sign_of_life(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    meter = started(hass, source(hass, *PER_PHASE), {"a": (1, "A"), "b": (2, "A"), "c": (3, "A")})
    at = reading_at(meter)
    freezer.tick(5)
    say(hass, {"a": ("unavailable", "A")})
    hass.states.async_remove("sensor.b")
    assert reading_at(meter) == at
    assert meter.reading is not None
    assert meter.reading.current_a == {L3: 3}
