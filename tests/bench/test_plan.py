"""The bench of plans: its own bound and world against what can be reckoned by hand, and a toy that gives every figure."""

import asyncio
import gzip
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench import plan_lives
from bench.__main__ import names
from bench.data import DataDir
from bench.plan import measure, met_share
from bench.plan_bound import least_cost
from bench.plan_car import HIGHEST_KW, LOWEST_KW, stored_kw
from bench.plan_house import STEP, read_house
from bench.plan_known import Known, Saved, _saved, capture, cost_at_once, forecasts_of
from bench.plan_lives import FLANDERS, FREE, HOUSE, PEAK, Ended, is_feasible, months, troubled
from bench.plan_ours import Ours
from bench.plan_policies import OURS, POLICIES, AtOnce, CheapestBlock, CheapestHours
from bench.plan_prices import HOUR, Night, Stay, read_dutch, read_french
from bench.plan_time import quiet_gap_ms
from bench.plan_world import Outcome, Policy, Scene, Seen, Trouble, live_through
from bench.result import BenchError, Cell
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.foresight import plans

EVENING = datetime(2021, 3, 1, 18, tzinfo=UTC)
AN_HOUR = stored_kw(HIGHEST_KW)
"""What an hour at full power stores."""


def slots(*prices: float) -> tuple[PriceSlot, ...]:
    return tuple(
        PriceSlot(start=EVENING + number * HOUR, end=EVENING + (number + 1) * HOUR, price_per_kwh=price)
        for number, price in enumerate(prices)
    )


def stay(full_h: float, hours: float, *, spare_kwh: float = 0.0) -> Stay:
    """A car that needs so many hours at full power."""
    need_kwh = full_h * AN_HOUR
    return Stay(arrives=EVENING, leaves=EVENING + hours * HOUR, need_kwh=need_kwh, room_kwh=need_kwh + spare_kwh)


def night(*stays: Stay, prices: tuple[PriceSlot, ...]) -> Night:
    return Night(market="made up", stays=stays, prices=prices)


def scene(full_h: float, *prices: float, limit_a: float = 40.0, house_kw: float = 0.0, **trouble: object) -> Scene:
    """A night as long as its prices."""
    steps = len(prices) * HOUR // STEP
    known = OutlookStep(start=EVENING, end=EVENING + 48 * HOUR, base_kw=house_kw, margin_kw=0.0)
    return Scene(
        stay=stay(full_h, len(prices)),
        prices=slots(*prices),
        limit_a=limit_a,
        house_kw=(house_kw,) * steps,
        outlook=Outlook(steps=(known,)),
        trouble=Trouble(**trouble),  # type: ignore[arg-type]
    )


class TestLeastCost:
    def test_is_that_of_the_cheapest_hours(self):
        one = night(stay(1.5, 4), prices=slots(0.3, 0.1, 0.4, 0.2))
        assert least_cost(one, 100) == pytest.approx(HIGHEST_KW * (0.1 + 0.5 * 0.2))

    def test_wastes_where_it_is_paid_to(self):
        """At a low current more of what is drawn is lost, and the battery has room only for this much."""
        one = night(stay(stored_kw(LOWEST_KW) / AN_HOUR, 1), prices=slots(-0.1))
        assert least_cost(one, 100) == pytest.approx(-0.1 * LOWEST_KW)

    def test_shares_an_hour_as_if_power_were_a_fluid(self):
        one = night(stay(0.5, 2), stay(0.5, 2), prices=slots(0.1, 0.2))
        assert least_cost(one, HIGHEST_KW) == pytest.approx(HIGHEST_KW * 0.1)

    def test_needs_time_enough(self):
        with pytest.raises(BenchError, match="no least cost"):
            least_cost(night(stay(2.5, 2), prices=slots(0.1, 0.2)), 100)

    def test_is_reached_by_a_plan_for_one_car(self):
        one = Known(night=night(stay(1.5, 4), prices=slots(0.3, 0.1, 0.4, 0.2)), limit_a=16).run()
        assert one.ours == pytest.approx(one.least, rel=1e-3)
        assert one.missed_kwh == 0.0

        assert capture([one]) == pytest.approx(1.0, abs=0.01)


def test_at_once_who_came_first_is_first():
    early, late = stay(1, 4), replace(stay(1, 4), arrives=EVENING + timedelta(minutes=30))
    assert cost_at_once(night(early, late, prices=slots(0.1, 0.2, 9, 9)), HIGHEST_KW) == pytest.approx(
        HIGHEST_KW * (0.1 + 0.2)
    )


def test_what_was_captured_is_of_all_nights_together():
    one = Saved(market="made up", at_once=3.0, ours=2.0, least=1.0, missed_kwh=0.0)
    other = replace(one, at_once=1.0, ours=1.0, least=1.0)
    assert capture([one, other]) == 0.5
    assert capture([other]) == 1.0


def test_what_is_missed_is_no_saving():
    """A planner of the bench's own that leaves out half."""
    whole, half = (
        _saved(
            night(stay(1.0, 4), prices=slots(0.3, 0.1, 0.4, 0.2)), 16, HIGHEST_KW * 0.1 * share, [AN_HOUR * (1 - share)]
        )
        for share in (1.0, 0.5)
    )
    assert half.missed_kwh == pytest.approx(AN_HOUR / 2)
    assert half.ours > whole.ours


PRICES = (0.3, 0.2, 0.1, 0.4, 0.1, 0.3)


@pytest.mark.parametrize(
    ("policy", "paid"),
    [
        (AtOnce(), 0.3 + 0.2),
        (CheapestHours(), 0.1 + 0.1),
        (CheapestBlock(), 0.1 + 0.2),
        # Its guard begins three minutes before the last cheap hour.
        (Ours(), 0.1 + 0.1 + 0.05 * (0.4 - 0.1)),
    ],
)
def test_each_policy_charges_when_it_would(policy: Policy, paid: float):
    outcome = live_through(two_hours := scene(2.0, *PRICES), policy)
    assert outcome.is_met(two_hours.stay)
    assert outcome.paid == pytest.approx(HIGHEST_KW * paid, rel=0.01)


def test_a_timer_waits_for_eleven():
    outcome = live_through(scene(1.0, *PRICES), POLICIES["from 23:00"]())
    assert outcome.paid == pytest.approx(HIGHEST_KW * 0.1, rel=0.01)


class TestWorld:
    def test_the_supply_is_law(self):
        """The fullest phase has half of 3 kW, which is 6.5 A; of 10 A less than 6 A are left."""
        assert live_through(scene(1.0, *PRICES, limit_a=10.0, house_kw=3.0), AtOnce()).stored_kwh == 0.0
        outcome = live_through(scene(1.0, *PRICES, limit_a=16.0, house_kw=3.0), AtOnce())
        assert 0 < outcome.paid < HIGHEST_KW * 0.3 * 2

    def test_an_hour_out_of_reach_is_an_hour_of_pause(self):
        lost = live_through(scene(2.0, *PRICES, lost_at=EVENING + timedelta(minutes=30)), AtOnce())
        assert lost.starts == 2
        assert lost.paid == pytest.approx(HIGHEST_KW * (0.15 + 0.1 + 0.1), rel=0.05)

    def test_a_slow_car_takes_longer_and_the_planner_sees_it(self):
        slow = scene(4.0, *PRICES, takes=0.8)
        assert live_through(slow, Ours()).is_met(slow.stay)

    def test_what_is_told_late_is_made_good(self):
        late = scene(2.5, *PRICES, lacks_kwh=9.0)
        assert live_through(late, Ours()).is_met(late.stay)

    @pytest.mark.parametrize("lost_after_min", range(0, 300, 25))
    def test_whenever_an_hour_is_lost_there_was_time_for_it(self, lost_after_min: int):
        """The margin and the guard's reserve are half an hour each, and it starts no more often than it has to."""
        lost = scene(2.0, *PRICES, lost_at=EVENING + timedelta(minutes=lost_after_min), takes=0.8)
        outcome = live_through(lost, Ours())
        assert outcome.is_met(lost.stay)
        assert outcome.starts <= 4

    def test_a_planner_that_fails_is_not_measured(self, monkeypatch: pytest.MonkeyPatch):
        def fail(_: object) -> None:
            raise ValueError("too hard")

        monkeypatch.setattr(plans, "make_plans", fail)
        with pytest.raises(BenchError, match="too hard"):
            live_through(scene(2.0, *PRICES), Ours())

    def test_quarters_tell_what_the_car_took(self):
        outcome = live_through(scene(6.0, *PRICES, house_kw=1.0), AtOnce())
        assert list(outcome.car_kw)[:2] == [EVENING, EVENING + timedelta(minutes=15)]
        assert outcome.car_kw[EVENING] == pytest.approx(HIGHEST_KW)


class _AtRandom:
    """Charges now and then."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- no secret

    def current_a(self, _: Seen) -> float:
        return self._chance.choice([0.0, 6.0, 16.0])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_has_more_than_whoever_charges_at_once(seed: int):
    """So what is feasible is what charging at once reaches, as if all that goes wrong were known."""
    hard = scene(9.0, *PRICES, limit_a=20.0, house_kw=2.0, lost_at=EVENING + HOUR, takes=0.8)
    at_once = live_through(hard, AtOnce()).stored_kwh
    assert live_through(hard, _AtRandom(seed)).stored_kwh < at_once
    assert not is_feasible(hard)
    assert is_feasible(replace(hard, stay=replace(hard.stay, need_kwh=at_once)))
    assert not is_feasible(replace(hard, stay=replace(hard.stay, need_kwh=at_once + 0.1)))


def test_only_goals_that_could_be_met_count():
    one = Ended(group="none", policy="ours", feasible=True, met=True, missed_kwh=0, stored_kwh=1, paid=1, starts=1)
    assert met_share([one, replace(one, met=False)]) == 0.5
    assert met_share([one, replace(one, met=False, feasible=False)]) == 1.0
    assert met_share([]) == 1.0
    assert not Outcome().is_met(stay(1, 2))


def test_a_loop_that_does_nothing_ticks():
    assert asyncio.run(quiet_gap_ms()) >= 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up year: prices are lowest in the night, and the house cooks in the evening."""
    made = tmp_path_factory.mktemp("data")
    begin = datetime(2020, 12, 31, 23, tzinfo=UTC)
    hours = [(begin + number * HOUR, 60 + 40 * math.sin((number - 10) / 24 * math.tau)) for number in range(24 * 330)]
    _write(
        made / "prices_dayahead_hourly_NL_x.csv.gz",
        "utc_start,NL",
        (f"{when:%Y-%m-%dT%H:%MZ},{eur}" for when, eur in hours),
    )
    _write(
        made / "prices_with_forecasts_FR_x.csv.gz",
        "local_cet_naive,real,dnn_forecast,lear_forecast",
        (f"{when + HOUR:%Y-%m-%d %H:%M:%S},{eur},{eur + 2},{eur - 3}" for when, eur in hours[: 24 * 20]),
    )
    _write(
        made / "load_lpg_x.csv.gz",
        "minute_of_2021_cet,watt",
        (f"{minute},{2500 if minute % 1440 // 60 == 18 else 200}" for minute in range(365 * 1440)),
    )
    return made


def _write(path: Path, head: str, lines: object) -> None:
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("\n".join([head, *lines, ""]))  # type: ignore[misc]


def test_a_toy_gives_every_figure(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan_lives, "MONTHS", (1,))
    monkeypatch.setattr(plan_lives, "TROUBLES", ("none", "all"))
    result = measure(DataDir(folder), 1, [(1, 16), (3, 8)])
    summary = dict(result.summary)
    assert summary["capture_known"] == pytest.approx(1.0, abs=0.02)
    assert 0.8 < summary["capture_known_4_cars"] <= 1.0 + 1e-9
    assert 0.8 < summary["capture_forecast"] <= 1.0 + 1e-9
    assert 0.0 <= summary["goals_met"] <= 1.0
    asked = {"t_1x16_ms", "t_3x8_ms", "loop_blocked_max_ms", "memory_mb", "nights"}
    assert all(summary[name] > 0 for name in asked)
    assert {row.get("policy") for row in result.rows} == {*POLICIES, None}
    by_what: dict[Cell, set[Cell]] = {}
    for row in result.rows:
        by_what.setdefault(row["what"], set()).add(row.get("policy"))
    for what in (FREE, HOUSE, PEAK, "trouble: none", "trouble: all"):
        assert by_what[what] == set(POLICIES)


def test_a_forecast_is_followed_until_prices_are_published(folder: Path):
    """The forecasts of the made-up year are wrong by the same at all hours, so that nothing is lost by them."""
    [one] = forecasts_of(read_french(DataDir(folder)), 1, seed=1)
    done = one.run()
    assert done.missed_kwh == 0
    assert done.least <= done.ours <= done.least + 0.02 < done.at_once


class TestLives:
    def test_a_month_ends_with_the_price_of_its_peak(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(plan_lives, "MONTHS", (1,))
        data = DataDir(folder)
        jobs = list(months(read_dutch(data), read_house(data), 2, seed=1))
        first, last = next(job for job in jobs if (job.policy, job.limits) == ("at once", PEAK)).run()
        assert last.paid > first.paid + FLANDERS.per_kw * (HIGHEST_KW - 2.5 - 1)
        assert {job.limits for job in jobs} == {PEAK, HOUSE, FREE}

    def test_a_peak_is_kept_down(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(plan_lives, "MONTHS", (1,))
        data = DataDir(folder)
        jobs = {job.policy: job for job in months(read_dutch(data), read_house(data), 1, seed=1) if job.limits == PEAK}
        [ours], [at_once] = jobs["ours"].run(), jobs["at once"].run()
        assert ours.paid < at_once.paid / 2

    @pytest.mark.parametrize("name", plan_lives.TROUBLES)
    def test_each_trouble_can_be_lived_through(self, name: str, folder: Path):
        data = DataDir(folder)
        jobs = [job for job in troubled(read_dutch(data), read_house(data), 1, seed=1) if job.name == name]
        assert [job.policy for job in jobs] == list(POLICIES)
        [ended] = next(job for job in jobs if job.policy == OURS).run()
        assert ended.feasible
        assert ended.met


class TestMarkets:
    def test_a_forecast_is_the_mean_of_both_until_prices_are_published(self, folder: Path):
        french = read_french(DataDir(folder))
        noon = datetime(2021, 1, 3, 11, tzinfo=UTC)
        known, guessed = french.slots(noon, noon + 2 * HOUR, published_until=noon + HOUR)
        assert (known.estimated, guessed.estimated) == (False, True)
        assert guessed.price_per_kwh == pytest.approx(french.paid[guessed.start] - 0.0005)

    def test_dutch_clocks_know_summer(self, folder: Path):
        dutch = read_dutch(DataDir(folder))
        assert dutch.local(datetime(2021, 7, 1, tzinfo=UTC).date(), 18).hour == 16
        assert all(isinstance(day.year, int) for day in dutch.days())

    def test_a_price_that_is_none_is_named(self, tmp_path: Path):
        _write(tmp_path / "prices_dayahead_hourly_NL_x.csv.gz", "utc_start,NL", ["2021-01-01T00:00Z,dear"])
        with pytest.raises(BenchError, match="a price cannot be understood"):
            read_dutch(DataDir(tmp_path))


def test_it_can_be_named_and_its_parts_cannot():
    assert [name for name in names() if name.startswith("plan")] == ["plan"]
