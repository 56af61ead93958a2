from demo.car import Car, CarModel
from demo.outlet import Outlet, Status, sum_phases

from .conftest import Clock
from .test_profiles import profile


def run(outlet: Outlet, clock: Clock, seconds: int) -> float:
    for _ in range(seconds):
        outlet.step(clock.advance(1), 1.0)
    return outlet.drawn_a


def test_uncontrolled_it_charges_with_all_it_has(clock: Clock) -> None:
    outlet = Outlet(hardware_maximum_a=32.0)
    outlet.plug(Car(), clock.now)
    assert round(run(outlet, clock, 10), 1) == 30.4
    assert outlet.offered_a == 32.0
    assert outlet.current_a == (outlet.drawn_a, 0.0, 0.0)
    assert outlet.power_w == outlet.drawn_a * 230
    assert outlet.energy_wh > 0


def test_its_statuses_tell_the_session_s_story(clock: Clock) -> None:
    outlet = Outlet()
    seen = [outlet.status]
    outlet.plug(Car(CarModel(capacity_kwh=0.3, tapers_above=None)), clock.now)
    run(outlet, clock, 1)
    seen.append(outlet.status)
    run(outlet, clock, 9)
    seen.append(outlet.status)
    outlet.profiles.install(1, profile("TxDefaultProfile", (0, 0.0)), transaction_id=None, running=True)
    run(outlet, clock, 1)
    seen.append(outlet.status)
    outlet.profiles.clear({})
    run(outlet, clock, 300)
    seen.append(outlet.status)
    outlet.stop()
    seen.append(outlet.status)
    outlet.unplug()
    seen.append(outlet.status)
    assert seen == [
        Status.AVAILABLE,
        Status.SUSPENDED_EV,
        Status.CHARGING,
        Status.SUSPENDED_EVSE,
        Status.SUSPENDED_EV,
        Status.FINISHING,
        Status.AVAILABLE,
    ]


def test_an_unavailable_outlet_starts_nothing_by_itself(clock: Clock) -> None:
    outlet = Outlet()
    outlet.available = False
    seen = [outlet.status]
    outlet.plug(Car(), clock.now)
    seen.append(outlet.status)
    assert seen == [Status.UNAVAILABLE, Status.PREPARING]
    assert run(outlet, clock, 10) == 0.0
    assert outlet.start(clock.now, "TAG")
    assert not outlet.start(clock.now, "TAG")
    assert run(outlet, clock, 10) > 0


def test_without_a_car_nothing_starts_or_flows(clock: Clock) -> None:
    outlet = Outlet()
    assert not outlet.start(clock.now, "TAG")
    assert outlet.stop() is None
    assert run(outlet, clock, 5) == 0.0
    run_dark = outlet.step(clock.now, 1.0, powered=False)
    assert run_dark == (0.0, 0.0, 0.0)


def test_below_six_amperes_it_pauses(clock: Clock) -> None:
    outlet = Outlet()
    outlet.plug(Car(), clock.now)
    outlet.profiles.install(1, profile("TxDefaultProfile", (0, 5.9)), transaction_id=None, running=True)
    run(outlet, clock, 10)
    assert (outlet.offered_a, outlet.drawn_a) == (0.0, 0.0)


def test_the_site_s_phases_carry_all_outlets(clock: Clock) -> None:
    one, three = Outlet(phases=3), Outlet(phases=3)
    one.plug(Car(CarModel(phases=1)), clock.now)
    three.plug(Car(CarModel(phases=3, maximum_a=16.0)), clock.now)
    run(one, clock, 10)
    run(three, clock, 10)
    assert [round(current_a, 1) for current_a in sum_phases([one, three], 3)] == [46.4, 16.0, 16.0]
    assert len(sum_phases([one], 1)) == 1


def test_each_outlet_s_phases_are_the_site_s_as_it_is_wired(clock: Clock) -> None:
    rotated, single = Outlet(wiring=(1, 2, 0)), Outlet(wiring=(2,))
    rotated.plug(Car(CarModel(phases=1)), clock.now)
    single.plug(Car(CarModel(phases=1, maximum_a=16.0)), clock.now)
    run(rotated, clock, 10)
    run(single, clock, 10)
    assert (rotated.phases, single.phases) == (3, 1)
    assert [round(current_a, 1) for current_a in sum_phases([rotated, single], 3)] == [0.0, 30.4, 16.0]
