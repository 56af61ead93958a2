import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.car import Car, CarModel


def plugged(**model: float | tuple[float, float] | None) -> Car:
    car = Car(CarModel(**model), state_of_charge=0.2)  # type: ignore[arg-type]
    car.plug_in()
    return car


def settle(car: Car, offered_a: float, seconds: int = 10) -> float:
    return [car.step(1.0, offered_a) for _ in range(seconds)][-1]


@pytest.mark.parametrize(
    ("offered_a", "drawn_a"),
    [(32.0, 30.4), (16.0, 15.2), (6.0, 5.7), (5.9, 0.0), (0.0, 0.0)],
)
def test_a_car_draws_a_little_less_than_it_is_offered(offered_a: float, drawn_a: float) -> None:
    assert settle(plugged(), offered_a) == pytest.approx(drawn_a)


def test_what_is_lost_on_the_way_does_not_reach_the_battery() -> None:
    car = plugged(efficiency=0.9, capacity_kwh=50.0)
    settle(car, 32.0)
    before_kwh = car.energy_kwh
    assert car.step(3600.0, 32.0) == pytest.approx(30.4)
    assert car.energy_kwh - before_kwh == pytest.approx(30.4 * 230 / 1000 * 0.9)


def test_a_car_draws_no_more_than_its_charger_can() -> None:
    assert settle(plugged(maximum_a=16.0), 32.0) == 16.0


@given(seed=st.integers(0, 1000))
def test_a_car_follows_within_one_to_five_seconds(seed: int) -> None:
    car = Car(seed=seed)
    car.plug_in()
    settle(car, 32.0)
    drawn = [car.step(1.0, 10.0) for _ in range(6)]
    follows_at = [round(current_a, 1) for current_a in drawn].index(9.5)
    assert 0 <= follows_at <= 4
    assert drawn[:follows_at] == pytest.approx([30.4] * follows_at)


def test_the_same_seed_follows_the_same_way() -> None:
    def run() -> list[float]:
        car = Car(seed=7)
        car.plug_in()
        return [car.step(1.0, 6.0 + second // 7) for second in range(60)]

    assert run() == run()


def test_a_second_change_does_not_put_off_the_first() -> None:
    car = plugged()
    settle(car, 32.0)
    drawn = [car.step(1.0, 20.0 - second) for second in range(5)]
    assert drawn[-1] < 20.0


def test_energy_adds_up_and_a_full_car_takes_nothing() -> None:
    car = Car(CarModel(capacity_kwh=1.0, tapers_above=None), state_of_charge=0.9)
    car.plug_in()
    drawn = [car.step(1.0, 32.0) for _ in range(120)]
    assert car.full
    assert car.energy_kwh == 1.0
    assert drawn[-1] == 0.0
    assert sum(drawn) * 230 / 3_600_000 == pytest.approx(0.1, abs=0.002)


def test_a_nearly_full_car_tapers() -> None:
    nearly = Car(CarModel(tapers_above=0.8), state_of_charge=0.9)
    assert nearly.capability_a(32.0) == pytest.approx(6.0 + 13.0)
    assert Car(CarModel(tapers_above=0.8), state_of_charge=0.8).capability_a(32.0) == pytest.approx(30.4)


def test_three_phases_take_three_times_the_energy() -> None:
    one, three = plugged(phases=1), plugged(phases=3)
    settle(one, 16.0, 100)
    settle(three, 16.0, 100)
    assert three.energy_kwh - 12 == pytest.approx(3 * (one.energy_kwh - 12))


def test_a_car_that_slept_takes_its_time() -> None:
    car = plugged(sleeps_after_s=60.0, wakes_in_s=30.0)
    settle(car, 16.0)
    settle(car, 0.0, 70)
    assert car.asleep
    drawn = [car.step(1.0, 16.0) for _ in range(40)]
    assert [round(current_a, 1) for current_a in drawn].index(15.2) == 29
    assert not car.asleep


def test_a_car_that_never_wakes_wakes_when_it_is_plugged_in_again() -> None:
    car = plugged(sleeps_after_s=60.0, wakes_in_s=None)
    settle(car, 0.0, 70)
    assert settle(car, 16.0, 1000) == 0.0
    car.plug_in()
    assert settle(car, 16.0) == pytest.approx(15.2)


def test_without_power_the_car_begins_anew() -> None:
    car = plugged()
    settle(car, 16.0)
    car.lose_power()
    assert car.step(0.5, 16.0) == 0.0
    assert settle(car, 16.0) == pytest.approx(15.2)
    assert car.state_of_charge > 0.2


def test_a_car_that_has_woken_follows_like_any_other() -> None:
    car = plugged(sleeps_after_s=60.0, wakes_in_s=30.0)
    settle(car, 0.0, 70)
    assert settle(car, 16.0, 30) == pytest.approx(15.2)
    assert settle(car, 10.0, 6) == pytest.approx(9.5)


class TestACarThatIsSlowToRise:
    def test_it_falls_as_soon_as_any(self) -> None:
        car = plugged(rises_in_s=40.0)
        settle(car, 20.0, 40)
        assert settle(car, 10.0, 6) == pytest.approx(9.5)

    @pytest.mark.parametrize("before_a", [0.0, 10.0])
    def test_it_takes_its_time_to_begin_and_to_take_more(self, before_a: float) -> None:
        car = plugged(rises_in_s=40.0)
        before_drawn_a = settle(car, before_a, 41)
        drawn = [car.step(1.0, 20.0) for _ in range(41)]
        assert drawn[:39] == pytest.approx([before_drawn_a] * 39)
        assert drawn[39:] == pytest.approx([19.0, 19.0])

    def test_a_still_higher_offer_does_not_put_it_off(self) -> None:
        car = plugged(rises_in_s=40.0)
        settle(car, 10.0, 40)
        settle(car, 15.0, 30)
        assert settle(car, 20.0, 10) == pytest.approx(19.0)

    def test_a_lower_offer_is_followed_while_it_waits_to_rise(self) -> None:
        car = plugged(rises_in_s=40.0)
        settle(car, 20.0, 40)
        settle(car, 32.0, 20)
        assert settle(car, 10.0, 6) == pytest.approx(9.5)

    def test_a_rise_while_it_is_about_to_fall_takes_its_time(self) -> None:
        car = plugged(rises_in_s=40.0, follows_s=(5.0, 5.0))
        settle(car, 20.0, 40)
        settle(car, 10.0, 2)
        drawn = [car.step(1.0, 30.0) for _ in range(40)]
        assert drawn == pytest.approx([19.0] * 39 + [28.5])
