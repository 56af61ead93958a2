"""Ours and rivals below a roof: what each is documented to do, on a sky that asks for just that."""

from collections.abc import Callable

import pytest

from bench.roof import Policy, Station
from bench.sun_ours import Ours
from bench.sun_rivals import EachHalfMinute, EachReport, EachTenSeconds

RIVALS = (EachHalfMinute, EachTenSeconds, EachReport)


def live(
    policy: Policy, station: Station, seconds: int, surplus_w: float | Callable[[int], float], begin: int = 0
) -> list[float]:
    """Let it run; the offers."""
    offers: list[float] = []
    for second in range(begin, begin + seconds):
        station.step()
        there_w = surplus_w(second) if callable(surplus_w) else surplus_w
        told = policy.decide(second, station.power_w - there_w, station)
        if told is not None:
            station.command(*told)
        offers.append(station.offered_a)
    return offers


def first(offers: list[float], *, above: float = 0.0) -> int | None:
    return next((second for second, offer in enumerate(offers) if offer > above), None)


def test_ours_uses_a_steady_sun():
    station = Station(phases=1, seed=0)
    live(Ours(phases=1, can_switch=False), station, 180, 2500)
    assert 2350 < station.power_w <= 2550


def test_ours_switches_without_load():
    station = Station(phases=3, seed=0)
    ours = Ours(phases=3, can_switch=True)
    live(ours, station, 120, 2500)
    assert station.on == 1
    live(ours, station, 900, 7000, begin=120)
    assert station.on == 3
    assert 6500 < station.power_w <= 7100
    assert station.under_load == 0


def test_ours_hears_the_meter_only_when_it_speaks():
    station = Station(phases=1, seed=0)
    ours = Ours(phases=1, can_switch=False, meter_s=5)
    assert ours.decide(1, -5000.0, station) is None
    assert ours.decide(5, -5000.0, station) is None, "no time has passed since the first look"


@pytest.mark.parametrize(("rival", "starts_s"), [(EachHalfMinute, 60), (EachTenSeconds, 30), (EachReport, 0)])
def test_when_rivals_start(rival: type[EachHalfMinute], starts_s: int):
    offers = live(rival(can_switch=False), Station(phases=1, seed=0), 300, 2500)
    assert first(offers) == starts_s


@pytest.mark.parametrize("rival", RIVALS)
def test_rivals_wait_for_enough(rival: type[EachHalfMinute]):
    assert first(live(rival(can_switch=False), Station(phases=1, seed=0), 300, 800)) is None


@pytest.mark.parametrize("rival", RIVALS)
def test_rivals_come_to_what_there_is(rival: type[EachHalfMinute]):
    station = Station(phases=1, seed=0)
    live(rival(can_switch=False), station, 900, 2500)
    assert station.power_w == pytest.approx(2500, abs=260)


@pytest.mark.parametrize(
    ("rival", "least_s", "most_s"), [(EachHalfMinute, 180, 270), (EachTenSeconds, 60, 100), (EachReport, 600, 660)]
)
def test_when_rivals_stop(rival: type[EachHalfMinute], least_s: int, most_s: int):
    policy, station = rival(can_switch=False), Station(phases=1, seed=0)
    live(policy, station, 900, 2500)
    offers = live(policy, station, 900, 0, begin=900)
    assert least_s <= offers.index(0.0) <= most_s


@pytest.mark.parametrize("rival", RIVALS)
def test_rivals_switch_up_and_down(rival: type[EachHalfMinute]):
    policy, station = rival(can_switch=True), Station(phases=3, seed=0)
    live(policy, station, 900, 2500)
    assert station.on == 1
    live(policy, station, 900, 7000, begin=900)
    assert station.on == 3
    live(policy, station, 900, 2500, begin=1800)
    assert station.on == 1
