from datetime import datetime, timedelta

import pytest

from demo.home import HomeState
from demo.local_station import LocalStation
from demo.peers import LOCAL, Bay, Peers
from demo.scenario import Kind, make_scenario
from demo.station import Station
from demo.trace import HouseLoad, Trace
from demo.versions import Version

from .conftest import Clock
from .test_profiles import profile

START = datetime(2026, 1, 15, 18, 0)  # noqa: DTZ001 traces are in naive local time


@pytest.fixture
def peers() -> Peers:
    scenario = make_scenario("flat-with-three-chargers")
    trace = Trace(
        name="load.csv",
        times=(START, START + timedelta(minutes=1)),
        watts=(1000.0, 2000.0),
        step=timedelta(minutes=1),
    )
    house = HouseLoad(trace, start=START, phases=3)
    return Peers(scenario, house, seed=7, on_telegram=lambda _: None, on_command=lambda _: None)


def calling(bay: Bay) -> Station:
    assert isinstance(bay.station, Station)
    return bay.station


def test_a_station_speaks_the_version_of_its_scenario(peers: Peers) -> None:
    assert {calling(bay).dialect.version for bay in peers.bays} == {Version.V16}
    newer = Peers(
        make_scenario("ocpp-21"), peers.home.house, seed=7, on_telegram=lambda _: None, on_command=lambda _: None
    )
    assert [calling(bay).dialect.version for bay in newer.bays] == [Version.V21]


def run(peers: Peers, clock: Clock, seconds: int) -> HomeState:
    return [peers.tick(clock.advance(1)) for _ in range(seconds)][-1]


def test_the_stations_and_circuits_are_those_of_the_scenario(peers: Peers) -> None:
    assert [calling(bay).identity for bay in peers.bays] == ["garage-left", "garage-right", "yard"]
    assert [[outlet.wiring for outlet in circuit.outlets] for circuit in peers.home.circuits] == [
        [(0, 1, 2), (1, 2, 0)],
        [(2,)],
    ]


def test_nothing_plays_before_it_begins(peers: Peers, clock: Clock) -> None:
    before = run(peers, clock, 100)
    assert before.car_w == 0
    peers.begin(clock.now)
    after = run(peers, clock, 70)
    assert after.house_w == pytest.approx(before.house_w + 1000)
    assert all(power_w > 0 for power_w in after.outlet_w)


def test_what_the_cars_will_draw_is_told_by_the_site_s_phases(peers: Peers, clock: Clock) -> None:
    peers.begin(clock.now)
    limits_a = (10.0, 0.0, 12.0)
    for bay, limit_a in zip(peers.bays, limits_a, strict=True):
        bay.outlet.profiles.install(1, profile("TxDefaultProfile", (0, limit_a)), transaction_id=None, running=True)
    run(peers, clock, 1)
    assert peers.will_draw_a() == pytest.approx((9.5, 9.5, 9.5 + 11.4))


def test_a_bay_is_steered_once_its_station_called_in_and_holds_a_profile(peers: Peers) -> None:
    bay = peers.bays[0]
    seen = [bay.steered]
    bay.outlet.profiles.install(1, profile("TxDefaultProfile", (0, 6.0)), transaction_id=None, running=False)
    seen.append(bay.steered)
    calling(bay).connected = True
    seen.append(bay.steered)
    assert seen == [False, False, True]


def test_a_nearly_full_car_can_take_less_than_its_station_gives(peers: Peers) -> None:
    left, right, yard = (bay.capability_a for bay in peers.bays)
    assert left == pytest.approx(0.95 * 16.0)
    assert 6.0 < right < left
    assert yard == pytest.approx(0.95 * 16.0)


def test_a_station_that_is_asked_is_steered_once_it_was_told_something() -> None:
    scenario = make_scenario("mixed-chargers")
    trace = Trace(name="load.csv", times=(START,), watts=(1000.0,), step=timedelta(minutes=1))
    peers = Peers(
        scenario,
        HouseLoad(trace, start=START, phases=3),
        seed=7,
        on_telegram=lambda _: None,
        on_command=lambda _: None,
    )
    asked = {bay.spec.kind: bay for bay in peers.bays if isinstance(bay.station, LocalStation)}
    assert asked.keys() == LOCAL.keys()
    bay = asked[Kind.GO_E]
    assert isinstance(bay.station, LocalStation)
    seen = [bay.steered]
    bay.station.told = True
    seen.append(bay.steered)
    assert seen == [False, True]
