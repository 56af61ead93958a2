"""The page about plans: its example by hand is what the planner answers, and its figures are those of the code."""

import re
from datetime import timedelta

import pytest

from custom_components.smart_charging.engine.model import tariff as tariff_model
from custom_components.smart_charging.engine.planning import optimise, orders, times
from custom_components.smart_charging.engine.planning.alone import Search
from custom_components.smart_charging.engine.planning.market import markets
from custom_components.smart_charging.engine.planning.peak import Peak
from custom_components.smart_charging.engine.planning.planner import make_plans, pose
from custom_components.smart_charging.engine.planning.proof import prove
from custom_components.smart_charging.engine.planning.relaxation import relax

from ..engine.builders import NOW
from ..engine.planning.builders import HOUR, KW, job, order, problem, question, tariff
from ..repository.source import ROOT

PAGE = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("# An example by hand")[2]
PRICES = [float(price) for price in re.findall(r"^\| \d\d:00 \| ([\d.]+) \|", EXAMPLE, re.MULTILINE)]
KWH = [float(kwh) for kwh in re.findall(r"^\| \d\d:00 \| [\d.]+ \| \*\*([\d.]+)\*\*", EXAMPLE, re.MULTILINE)]


def bold(after: str) -> float:
    """The first bold figure after these words."""
    text = " ".join(EXAMPLE.split())
    _, found, rest = text.partition(after)
    assert found, f"planning.md does not say {after!r}"
    match = re.search(r"\*\*([\d.]+)(?: €| kW)?\*\*", rest)
    assert match is not None
    return float(match[1])


def test_the_plan_of_the_example():
    plan = make_plans(question(order(30, 6), tariff(*PRICES)))["a"]
    by_hour = [
        sum(
            slot.power_kw * (max(timedelta(), min(slot.end, end) - max(slot.start, end - HOUR)) / HOUR)
            for slot in plan.slots
        )
        for end in (NOW + (hour + 1) * HOUR for hour in range(6))
    ]
    assert f"{NOW:%H:%M}" == "19:00"
    assert by_hour == pytest.approx(KWH, abs=0.01)
    assert plan.cost == pytest.approx(bold("| | | **30** |"), abs=1e-4)
    assert plan.saving == pytest.approx(bold("€**, so"), abs=1e-4)
    assert (plan.cost or 0) + (plan.saving or 0) == pytest.approx(bold("At once, 30 kWh would have cost"), abs=1e-4)


def test_nothing_is_cheaper():
    car = problem(job(30, 6), PRICES)
    search = Search(car.jobs[0], markets(car, 0, {}))
    search.run()
    assert search.least() == pytest.approx(bold("so none costs less than"))


def test_a_pause_is_worth_its_start():
    posed = pose(question(order(30, 6), tariff(*PRICES)))
    assert posed.jobs[0].start_cost == pytest.approx(bold("at the mean price of 0.2167, which is"), abs=5e-5)
    assert (PRICES[2] - PRICES[1]) * posed.jobs[0].lowest_kw == pytest.approx(bold("0.20, which is"))


def test_two_cars_at_a_circuit_that_feeds_one():
    posed = problem([job(KW, 6, job_id=name) for name in "ab"], PRICES, most_kw=KW)
    relaxation = relax(posed, 5.0)
    assert relaxation is not None
    assert [round(each[3], 6) for each in relaxation.prices.per_kwh] == [0.02, 0.02]
    told = bold("So no plan costs less than")
    assert prove(posed, 1e9, relaxation.prices).least == pytest.approx(told)
    assert optimise.optimise(posed).cost.money == pytest.approx(told)


def test_a_months_peak():
    peak = Peak(days=(), others_kw=(9.0, 6.0, 4.0), highest=2, per_kw=1.0)
    assert peak.cost_of([]) == bold("The least is the sum of the two highest;")


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (optimise.GAP, "the best, to {:.2%}"),
        (optimise.GAP / 2, "solves the formulation above to {:.3%}"),
        (optimise._CAR_NODES, "no more than {:,} nodes"),
        (optimise._MOST_S, "more than {:.0f} s"),
        (orders._MUST, "counts for {:.0f} of the dearest ones"),
        (orders._START, "as much as {} kWh, less than a cent"),
        (tariff_model._TIE, r"\kappa \gamma_t + {}\, p_t"),
        (orders._STAY, "| {:.0%} of the mean price cheaper"),
        (times.FURTHEST / HOUR, "not further than {:.0f} h"),
        (times._WITHOUT_DEPARTURE / HOUR, "for {:.0f} h at the most"),
    ],
)
def test_a_figure_is_that_of_the_code(figure: float, words: str):
    assert words.format(figure).replace("%", " %") in " ".join(PAGE.split())
