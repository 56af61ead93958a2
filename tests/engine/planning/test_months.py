"""What a plan knows of a month's peaks, and what it does about them. It is asked at 19:00; days begin five hours later."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.battery_order import BatteryWay
from custom_components.smart_charging.engine.model.battery_plan import BatteryPlan, BatterySlot
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.peak_month import PeakMonth
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.tariff import PeakPrice, PeakWeight, Tariff
from custom_components.smart_charging.engine.planning.months import peaks_of, wanted_kw
from custom_components.smart_charging.engine.planning.peak import Day, Peak, Window
from custom_components.smart_charging.engine.planning.planner import make_plans, pose
from custom_components.smart_charging.engine.planning.times import spans_of

from .builders import HOUR, KW, NOTHING, drawn, in_hours, order, question, tariff

FLANDERS = PeakPrice(per_kw=4.0, least_kw=2.5)
"""The highest quarter-hour of the month."""
NORWAY = PeakPrice(per_kw=0.0, window=HOUR, days=3, steps=((2.0, 80.0), (5.0, 120.0), (10.0, 150.0)))
"""The mean of the highest hours of three days, in steps."""
SWEDEN = PeakPrice(per_kw=65.0, window=HOUR, days=3)
"""The mean of the highest hours of three days, for each kW."""
MONTH = PeakMonth(ends=in_hours(600), days=[in_hours(5 + 24 * day) for day in range(-10, 20)])
QUIET = Outlook(steps=(OutlookStep(start=in_hours(-1), end=in_hours(48), base_kw=1.0, margin_kw=0.0),))
"""The house takes 1 kW."""


def billed(peak: PeakPrice, *prices: float) -> Tariff:
    return replace(tariff(*prices), peak=peak)


def peaks(price: PeakPrice, hours: float, month: PeakMonth | None = MONTH, at_h: float = 0) -> tuple[Peak, ...]:
    asked = question(order(10, hours), billed(price, *[0.3] * 12), at=in_hours(at_h), month=month, outlook=QUIET)
    return peaks_of(asked, spans_of(asked))


def window(*parts: tuple[int, float], base_kw: float = 1.0) -> Window:
    return Window(base_kw=base_kw, parts=parts)


def test_no_price_no_peaks():
    asked = question(order(10, 2), tariff(0.3, 0.3), month=MONTH)
    assert peaks_of(asked, spans_of(asked)) == ()


def test_no_time_no_peaks():
    assert peaks_of(question([], billed(FLANDERS, 0.3), month=MONTH), ()) == ()


def test_a_quarter_hour_is_a_window():
    (peak,) = peaks(FLANDERS, 0.5)
    assert peak.days == (Day(so_far_kw=0.0, windows=(window((0, 1.0)), window((1, 1.0)))),)
    assert (peak.highest, peak.per_kw, peak.least_kw) == (1, 4.0, 2.5)


def test_a_window_of_several_spans_counts_each_by_its_length():
    """A departure at twenty past parts the second quarter."""
    (peak,) = peaks(FLANDERS, 1 / 3)
    second = peak.days[0].windows[1]
    ((span, share),) = second.parts
    assert span == 1
    assert [share, second.base_kw] == pytest.approx([1 / 3, 1 / 3])


def test_the_window_that_runs_has_a_past():
    """At five past the house has taken 1 kWh of its quarter-hour: 4 kW already, and two thirds of 1 kW to come."""
    (peak,) = peaks(FLANDERS, 0.25, replace(MONTH, window_kwh=1.0), at_h=1 / 12)
    (only,) = peak.days[0].windows
    ((span, share),) = only.parts
    assert span == 0
    assert [share, only.base_kw] == pytest.approx([2 / 3, 4 + 2 / 3])


def test_a_window_may_count_half_or_not_at_all():
    """From 20:00 on half counts, and from 21:00 on nothing."""
    weights = (
        PeakWeight(start=in_hours(1), end=in_hours(2), factor=0.5),
        PeakWeight(start=in_hours(2), end=in_hours(3), factor=0.0),
    )
    (peak,) = peaks(PeakPrice(per_kw=65.0, window=HOUR, days=3, weights=weights), 4)
    assert peak.days[0].windows == (window((0, 1.0)), window((1, 0.5), base_kw=0.5), window((3, 1.0)))


def test_where_nothing_counts_there_are_no_peaks():
    weights = (PeakWeight(start=in_hours(-5), end=in_hours(19), factor=0.0),)
    assert peaks(PeakPrice(per_kw=65.0, window=HOUR, days=3, weights=weights), 4) == ()


def test_it_charges_when_nothing_counts():
    """Each hour costs the same, but the one from 21:00 on counts for no peak: all of it is charged then."""
    weights = (PeakWeight(start=in_hours(2), end=in_hours(3), factor=0.0),)
    price = PeakPrice(per_kw=65.0, window=HOUR, weights=weights)
    plan = make_plans(question(order(3, 4), billed(price, 0.3, 0.3, 0.3, 0.3), month=MONTH, outlook=QUIET))["a"]
    assert [(slot.start, slot.current_a > 0) for slot in plan.slots if slot.current_a] == [(in_hours(2), True)]


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        pytest.param(3, [(7.0, 3)], id="until 22:00: today, whose peak is 7 kW so far"),
        pytest.param(7, [(7.0, 5), (0.0, 2)], id="until 2:00: today, and two hours of tomorrow"),
        pytest.param(31, [(7.0, 5), (0.0, 24), (0.0, 2)], id="for three days"),
    ],
)
def test_each_day_has_a_peak_of_its_own(hours: float, days: list[tuple[float, int]]):
    (peak,) = peaks(NORWAY, hours, replace(MONTH, today_kw=7.0, past_kw=(6.0, 5.0)))
    assert [(day.so_far_kw, len(day.windows)) for day in peak.days] == days
    assert peak.others_kw == (6.0, 5.0)


def test_the_next_month_begins_with_nothing():
    month = replace(MONTH, ends=in_hours(5), past_kw=(9.0,), today_kw=7.0)
    this, following = peaks(NORWAY, 7, month)
    assert (this.others_kw, this.days[0].so_far_kw, len(this.days[0].windows)) == ((9.0,), 7.0, 5)
    assert (following.others_kw, following.days[0].so_far_kw, len(following.days[0].windows)) == ((), 0.0, 2)


def test_a_month_that_is_over_by_then_is_not_counted():
    (only,) = peaks(NORWAY, 2, replace(MONTH, ends=in_hours(0), past_kw=(9.0,)))
    assert only.others_kw == ()


def test_where_nobody_keeps_the_month_it_begins_now():
    (peak,) = peaks(FLANDERS, 1, None)
    assert (peak.others_kw, peak.days[0].so_far_kw, len(peak.days[0].windows)) == ((), 0.0, 4)


@pytest.mark.parametrize(
    ("price", "past_kw", "day_kw", "cost"),
    [
        pytest.param(FLANDERS, (), 6.0, 24.0, id="Flanders: 6 kW"),
        pytest.param(FLANDERS, (8.0, 7.0), 6.0, 32.0, id="Flanders: 6 kW, but 8 a week ago"),
        pytest.param(FLANDERS, (), 1.0, 10.0, id="Flanders: never less than 2.5 kW"),
        pytest.param(NORWAY, (4.0, 4.0), 4.0, 80.0, id="Norway: the mean of 4, 4, 4 is above 2"),
        pytest.param(NORWAY, (4.0, 4.0, 1.0), 8.0, 200.0, id="Norway: the mean of 8, 4, 4 is above 5 as well"),
        pytest.param(NORWAY, (6.0, 6.0, 6.0), 5.0, 200.0, id="Norway: a fourth day of 5 kW changes nothing"),
        pytest.param(NORWAY, (3.0, 3.0), 0.0, 0.0, id="Norway: the mean of 3, 3, 0 is not above 2"),
    ],
)
def test_what_a_month_costs(price: PeakPrice, past_kw: tuple[float, ...], day_kw: float, cost: float):
    (peak,) = peaks(price, 1, replace(MONTH, past_kw=past_kw))
    assert peak.cost_of([day_kw]) == pytest.approx(cost)


def planned(
    kwh: float, price: PeakPrice, prices: list[float], outlook: Outlook = NOTHING, **month: Any
) -> tuple[Plan, float]:
    """The plan, and the highest power that it uses, kW."""
    asked = question(order(kwh, len(prices)), billed(price, *prices), month=replace(MONTH, **month), outlook=outlook)
    plan = make_plans(asked)["a"]
    return plan, max(slot.power_kw for slot in plan.slots)


CHEAP = [0.3, 0.3, 0.1, 0.1, 0.3, 0.3]


@pytest.mark.parametrize(
    ("kwh", "price", "prices", "month", "most_kw"),
    [
        pytest.param(22, FLANDERS, CHEAP, {"past_kw": (12.0,)}, KW, id="Flanders, 12 kW last week: at full power"),
        pytest.param(
            22, FLANDERS, CHEAP, {"today_kw": 12.0}, KW, id="Flanders, 12 kW at noon: at full power, it is paid already"
        ),
        pytest.param(22, FLANDERS, [0.3] * 3, {"past_kw": (8.0,)}, 8.0, id="Flanders, 8 kW last week: up to these"),
        pytest.param(
            30, NORWAY, [1.0] * 8, {"past_kw": (11.0, 11.0, 11.0)}, KW, id="Norway, three high days: a fourth is free"
        ),
    ],
)
def test_a_peak_that_is_paid_is_used(
    kwh: float, price: PeakPrice, prices: list[float], month: dict[str, Any], most_kw: float
):
    plan, power_kw = planned(kwh, price, prices, **month)
    assert plan.missed_kwh == 0
    assert plan.slots[len(plan.slots) // 2].power_kw == pytest.approx(most_kw, abs=0.01)
    assert power_kw <= KW + 1e-6


def highest_mean_kw(asked_kwh: float, price: PeakPrice, prices: list[float], outlook: Outlook, **month: Any) -> float:
    """The highest window of a plan with the house in it, kW."""
    asked = question(
        order(asked_kwh, len(prices)), billed(price, *prices), month=replace(MONTH, **month), outlook=outlook
    )
    posed = pose(asked)
    plan = make_plans(asked)["a"]
    found = []
    for day in posed.peaks[0].days:
        for each in day.windows:
            start, end = posed.spans[each.parts[0][0]].start, posed.spans[each.parts[-1][0]].end
            overlaps = (
                (max(timedelta(), min(slot.end, end) - max(slot.start, start)) / price.window * slot.power_kw)
                for slot in plan.slots
            )
            found.append(each.base_kw + sum(overlaps))
    return max(found)


@pytest.mark.parametrize(
    ("kwh", "price", "prices", "outlook", "month", "most_kw"),
    [
        pytest.param(22, FLANDERS, CHEAP, NOTHING, {}, 4.15, id="Flanders, 20 cents less for two hours: not above 6 A"),
        pytest.param(22, FLANDERS, [0.3] * 6, QUIET, {"past_kw": (8.0,)}, 8.01, id="the house's 1 kW is in it"),
        pytest.param(
            22,
            NORWAY,
            [1.0, 0.5, 0.5, 1.0, 1.0],
            NOTHING,
            {"past_kw": (5.0, 5.0)},
            5.01,
            id="Norway, two days of 5 kW: not above that for half the price, or the mean is above 5",
        ),
    ],
)
def test_a_peak_is_kept_down(
    kwh: float, price: PeakPrice, prices: list[float], outlook: Outlook, month: dict[str, Any], most_kw: float
):
    assert highest_mean_kw(kwh, price, prices, outlook, **month) <= most_kw


def test_before_the_month_is_over_its_peak_is_used_up():
    """12 kW were taken last week; in three hours a new month begins, in which each kW would cost 4 again."""
    plan, _ = planned(22, FLANDERS, [0.3] * 6, past_kw=(12.0,), ends=in_hours(3))
    assert drawn(plan, 6) == "███▄········"


def test_a_new_month_is_not_begun_with_full_power_for_a_few_cents():
    plan, _ = planned(12, FLANDERS, CHEAP, past_kw=(12.0,), ends=in_hours(2))
    assert plan.missed_kwh == 0
    before_kwh = sum(
        slot.power_kw * ((min(slot.end, in_hours(2)) - slot.start) / HOUR)
        for slot in plan.slots
        if slot.start < in_hours(2)
    )
    # After that no more than the 2.5 kW that are billed in any case.
    assert before_kwh >= 12 - 2 * 2.5 - 0.1


def charging(*powers_kw: float) -> Plan:
    """A plan with such powers, hour by hour, from 19:00 on."""
    slots = (
        PlanSlot(start=in_hours(hour), end=in_hours(hour + 1), current_a=16.0 if kw else 0.0, power_kw=kw)
        for hour, kw in enumerate(powers_kw)
    )
    return Plan(slots=tuple(slots))


def test_how_high_windows_are_to_become():
    """The house takes 1 kW; nothing is wanted of a window in which no car charges."""
    asked = question(order(10, 3), billed(SWEDEN, 0.3, 0.3, 0.3), outlook=QUIET)
    wanted = wanted_kw(asked, {"a": charging(4.0, 0.0, 6.0), "b": charging(2.0)})
    assert wanted == {in_hours(0): pytest.approx(7.0), in_hours(2): pytest.approx(7.0)}


def test_how_high_the_window_is_to_become_that_runs():
    """At half past seven 3 kWh of its hour are there, and the house and the car take 1 kW and 4 kW for the rest of it."""
    month = replace(MONTH, window_kwh=3.0)
    asked = question(order(10, 3), billed(SWEDEN, 0.3, 0.3, 0.3), at=in_hours(0.5), month=month, outlook=QUIET)
    assert wanted_kw(asked, {"a": charging(4.0)})[in_hours(0)] == pytest.approx(3.0 + 2.5 + 2.0)


def test_what_a_home_battery_is_to_take_is_in_it_and_what_it_is_to_give_is_not():
    """It takes 3 kW for half of the first hour, and gives 2 kW in the second one."""
    battery = BatteryPlan(
        slots=(
            BatterySlot(start=in_hours(0.5), end=in_hours(1), way=BatteryWay.CHARGE, power_kw=3.0, soc=0.5),
            BatterySlot(start=in_hours(1), end=in_hours(2), way=BatteryWay.BY_ITSELF, power_kw=-2.0, soc=0.3),
        )
    )
    asked = question(order(10, 2), billed(SWEDEN, 0.3, 0.3), outlook=QUIET)
    wanted = wanted_kw(asked, {"a": charging(4.0, 4.0)}, battery)
    assert wanted == {in_hours(0): pytest.approx(6.5), in_hours(1): pytest.approx(5.0)}


def test_what_a_home_battery_takes_alone_is_wanted_too_and_what_it_takes_of_the_sun_is_not():
    """No car is there: it charges with 3 kW after the second hour, and takes 1 kW of the sun in the first one."""
    battery = BatteryPlan(
        slots=(
            BatterySlot(start=in_hours(0), end=in_hours(1), way=BatteryWay.BY_ITSELF, power_kw=1.0, soc=0.3),
            BatterySlot(start=in_hours(2), end=in_hours(3), way=BatteryWay.CHARGE, power_kw=3.0, soc=0.5),
        )
    )
    asked = replace(question(order(10, 2), billed(SWEDEN, 0.3, 0.3, 0.3), outlook=QUIET), orders={})
    assert wanted_kw(asked, {}, battery) == {in_hours(2): pytest.approx(4.0)}


def test_where_power_has_no_price_no_window_is_to_become_anything():
    assert wanted_kw(question(order(10, 3), tariff(0.3, 0.3, 0.3)), {"a": charging(4.0)}) == {}
