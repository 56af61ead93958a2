"""Plans as sentences."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from custom_components.smart_charging.engine.model.aim import Aim, Caveat
from custom_components.smart_charging.engine.model.order import Stage
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot, Shortage
from custom_components.smart_charging.no_plan import NoPlan
from custom_components.smart_charging.plan_stretches import stretches
from custom_components.smart_charging.plan_words import PlanTeller

from . import plans_told
from .plans_told import HOUR, MINUTE
from .test_reasons import speech

EVENING = datetime(2026, 3, 3, 20, tzinfo=UTC)
"""A Tuesday; nine o'clock in Berlin."""
MORNING = EVENING + 10 * HOUR
"""When it leaves: seven o'clock."""
NIGHT = EVENING + 5 * HOUR + 15 * MINUTE
"""A quarter past two."""


slot = partial(plans_told.slot, price=0.11)
plan = partial(plans_told.plan, departure=MORNING)
aim = partial(plans_told.aim, departure=MORNING)

WAITS = Plan(slots=())
NOTHING = Plan(slots=(), cost=0.0, saving=0.0)
ONE = plan(slot(NIGHT, 4 * HOUR + 10 * MINUTE, stored_kwh=40.0))
TWO = plan(slot(NIGHT, HOUR, stored_kwh=10.0), slot(NIGHT + 2 * HOUR, HOUR, price=0.13, stored_kwh=20.0))
NOW = plan(slot(EVENING, HOUR), saving=0.0)
SHORT = plan(slot(EVENING + HOUR, 9 * HOUR, stored_kwh=90.0))
UNKNOWN = PlanSlot(start=EVENING, end=NIGHT, current_a=16.0)
"""It starts early, so as not to be late: nobody worked out what that costs."""


def told(what: Plan, wanted: Aim | None = None, at: datetime = EVENING) -> str:
    teller = PlanTeller(speech=speech(), currency="EUR", at=at)
    return teller.sentence(what, aim() if wanted is None else wanted)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param(
            ONE,
            "Starts at 02:15 for 4 h 10 min at 0.11 EUR/kWh; ready 06:25, 35 min before you leave; "
            "saves 3.10 EUR against now",
            id="one stretch",
        ),
        pytest.param(
            TWO,
            "Starts at 02:15 for 2 h in 2 parts at 0.12 EUR/kWh; ready 05:15, 1 h 45 min before you leave; "
            "saves 3.10 EUR against now",
            id="two stretches",
        ),
        pytest.param(
            plan(slot(NIGHT, HOUR, price=0.1), slot(NIGHT + HOUR, 20 * MINUTE, price=0.3), saving=0.004),
            "Starts at 02:15 for 1 h 20 min at 0.15 EUR/kWh; ready 03:35, 3 h 25 min before you leave",
            id="two prices, one stretch; what saves nothing is not praised",
        ),
        pytest.param(
            plan(slot(MORNING - 40 * MINUTE, 40 * MINUTE, price=-0.02)),
            "Starts at 06:20 for 40 min at -0.02 EUR/kWh; ready 07:00; saves 3.10 EUR against now",
            id="ready just when you leave, and it earns",
        ),
        pytest.param(NOW, "Charges until 22:00 at 0.11 EUR/kWh; 9 h before you leave", id="it runs"),
        pytest.param(
            plan(slot(EVENING, HOUR), slot(NIGHT, HOUR)),
            "Charges until 22:00 and again at 02:15 at 0.11 EUR/kWh; ready 03:15, 3 h 45 min before you leave; "
            "saves 3.10 EUR against now",
            id="it runs, and goes on later",
        ),
        pytest.param(
            plan(slot(EVENING + 26 * HOUR, HOUR)),
            "Starts at Wed 23:00 for 1 h at 0.11 EUR/kWh; ready Thu 00:00; saves 3.10 EUR against now",
            id="not within a day",
        ),
        pytest.param(
            replace(ONE, slots=(UNKNOWN, *ONE.slots)),
            "Charges until 06:25",
            id="it starts early, so as not to be late",
        ),
        pytest.param(Plan(slots=(UNKNOWN,)), "Charges until 02:15", id="so it does before there is a plan"),
        pytest.param(
            replace(ONE, cost=None, saving=None),
            "Starts at 02:15 for 4 h 10 min; ready 06:25, 35 min before you leave",
            id="no prices",
        ),
        pytest.param(WAITS, "The plan is being made", id="no plan yet"),
    ],
)
def test_when_it_charges(what: Plan, expected: str) -> None:
    assert told(what) == expected


GREEN = replace(ONE, by_carbon=True, carbon_kg=2.0625, carbon_saving_kg=6.24)
"""45 g for each of 45.8 kWh."""


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param(
            GREEN,
            "Starts at 02:15 for 4 h 10 min at 45 g/kWh; ready 06:25, 35 min before you leave; "
            "saves 6.2 kg CO₂ against now",
            id="it goes by CO₂",
        ),
        pytest.param(
            replace(GREEN, cost=None, saving=None, carbon_saving_kg=0.04, estimated=True),
            "Starts at 02:15 for 4 h 10 min at 45 g/kWh; ready 06:25, 35 min before you leave; partly guessed",
            id="no prices; what saves hardly anything is not praised",
        ),
        pytest.param(
            replace(GREEN, by_carbon=False),
            "Starts at 02:15 for 4 h 10 min at 0.11 EUR/kWh; ready 06:25, 35 min before you leave; "
            "saves 3.10 EUR against now",
            id="CO₂ is weighed in, and it goes by money",
        ),
        pytest.param(
            replace(GREEN, carbon_kg=None, carbon_saving_kg=None),
            "Starts at 02:15 for 4 h 10 min at 0.11 EUR/kWh; ready 06:25, 35 min before you leave",
            id="nothing is known of what is emitted",
        ),
    ],
)
def test_a_plan_that_goes_by_co2_says_so(what: Plan, expected: str) -> None:
    assert told(what) == expected


def test_a_plan_of_nothing_that_goes_by_co2_is_none_that_is_awaited() -> None:
    nothing = Plan(slots=(), by_carbon=True, carbon_kg=0.0, carbon_saving_kg=0.0)
    assert told(nothing, aim(stage=Stage(energy_kwh=9.0))) == "Nothing to charge: it has what is wanted"


def test_what_nobody_leaves_by_is_ready_at_some_time() -> None:
    expected = "Starts at 02:15 for 4 h 10 min at 0.11 EUR/kWh; ready 06:25; saves 3.10 EUR against now"
    assert told(ONE, aim(departure=None)) == expected
    assert told(NOW, aim(departure=None)) == "Charges until 22:00 at 0.11 EUR/kWh"


def test_a_slot_without_current_is_a_pause() -> None:
    pause = PlanSlot(start=NIGHT + HOUR, end=NIGHT + 2 * HOUR, current_a=0.0)
    assert told(replace(TWO, slots=(TWO.slots[0], pause, TWO.slots[1]))).startswith(
        "Starts at 02:15 for 2 h in 2 parts"
    )


@pytest.mark.parametrize(
    ("what", "wanted", "expected"),
    [
        pytest.param(WAITS, Stage(energy_kwh=0.0), "Nothing to charge: it has what is wanted", id="nothing is needed"),
        pytest.param(NOTHING, Stage(energy_kwh=0.0), "Nothing to charge: it has what is wanted", id="and so planned"),
        pytest.param(
            NOTHING,
            Stage(energy_kwh=9.0, most_per_kwh=0.1),
            "Waits for a lower price: none that is known is low enough",
            id="too dear",
        ),
        pytest.param(
            plan(missed_kwh=4.23, missed_for=Shortage.PRICE),
            Stage(energy_kwh=4.23),
            "Charges nothing; 4.2 kWh will be missing: its price limit or hours leave no more, allow more",
            id="too dear, and needed",
        ),
    ],
)
def test_when_it_charges_nothing(what: Plan, wanted: Stage, expected: str) -> None:
    assert told(what, aim(stage=wanted)) == expected


@pytest.mark.parametrize(
    ("missed_kwh", "why", "expected"),
    [
        # At 10 kW in the battery 4.2 kWh take 25 minutes.
        pytest.param(4.2, Shortage.TIME, "4.2 kWh will be missing: too little time, leave at 07:30 instead", id="time"),
        pytest.param(
            0.02, Shortage.TIME, "0.1 kWh will be missing: too little time, leave at 07:05 instead", id="hair"
        ),
        pytest.param(
            4.0,
            Shortage.SHARED,
            "4 kWh will be missing: other cars charge too, give this one a higher priority",
            id="shared",
        ),
        pytest.param(
            4.0,
            Shortage.LIMIT,
            "4 kWh will be missing: the house leaves no more, something else has to use less",
            id="limit",
        ),
        pytest.param(
            4.0,
            Shortage.PRICE,
            "4 kWh will be missing: its price limit or hours leave no more, allow more",
            id="price",
        ),
    ],
)
def test_what_will_be_missing_and_what_would_help(missed_kwh: float, why: Shortage, expected: str) -> None:
    short = replace(SHORT, missed_kwh=missed_kwh, missed_for=why)
    when = "Starts at 22:00 for 9 h at 0.11 EUR/kWh"
    assert told(short) == f"{when}; {expected}; saves 3.10 EUR against now"


@pytest.mark.parametrize(
    ("short", "wanted"),
    [
        pytest.param(plan(missed_kwh=4.0, missed_for=Shortage.TIME), aim(), id="nothing is charged at all"),
        pytest.param(replace(SHORT, missed_kwh=4.0), aim(departure=None), id="nobody leaves"),
        pytest.param(replace(plan(UNKNOWN), missed_kwh=4.0), aim(), id="nobody knows with how much it charges"),
    ],
)
def test_without_a_power_or_a_departure_no_other_one_is_proposed(short: Plan, wanted: Aim) -> None:
    assert "4 kWh will be missing: too little time" in told(short, wanted)
    assert "instead" not in told(short, wanted)


@pytest.mark.parametrize(
    ("what", "caveat", "expected"),
    [
        (replace(NOW, estimated=True), (), "prices partly guessed"),
        (NOW, (Caveat.SOC_ASSUMED,), "state of charge assumed"),
        (NOW, (Caveat.ABOVE_LIMIT,), "more is wanted than the car charges to"),
        (NOTHING, (Caveat.SOC_ASSUMED,), "state of charge assumed"),
    ],
)
def test_what_a_person_has_to_know(what: Plan, caveat: tuple[Caveat, ...], expected: str) -> None:
    assert told(what, aim(*caveat, stage=Stage(energy_kwh=0.0))).split("; ")[-1] == expected


@pytest.mark.parametrize("why", Shortage)
def test_whatever_has_to_be_told_fits_into_a_state(why: Shortage) -> None:
    day = timedelta(days=1)
    first, second = (slot(NIGHT + days * day, 20 * HOUR, stored_kwh=kwh) for days, kwh in ((1, 200.0), (2, 400.0)))
    worst = plan(first, second, saving=1234.5, missed_kwh=123.4, missed_for=why, estimated=True)
    said = told(worst, aim(*Caveat, departure=MORNING + 3 * day))
    assert len(said) <= 255
    assert "partly guessed" in said


@pytest.mark.parametrize("why", NoPlan)
def test_why_there_is_no_plan(why: NoPlan) -> None:
    said = PlanTeller(speech=speech(), currency="EUR", at=EVENING).why_none(why)
    assert said.startswith("No plan: ") is (why is not NoPlan.BEING_MADE)
    assert "plan_" not in said


def test_a_language_has_its_own_decimal_separator() -> None:
    words = dict(speech().texts) | {"component.smart_charging.common.decimal_separator": ","}
    teller = PlanTeller(speech=speech(words), currency="EUR", at=EVENING)
    assert "3,10 EUR" in teller.sentence(ONE, aim())


def test_the_sentence_stands_still_while_nothing_worth_telling_happens() -> None:
    moments = [EVENING + minutes * MINUTE for minutes in range(5 * 60)]
    assert len({told(ONE, at=moment) for moment in moments}) == 1
    running = [NIGHT + minutes * MINUTE for minutes in range(4 * 60)]
    assert len({told(ONE, at=moment) for moment in running}) == 1


def test_how_much_is_charged_in_a_stretch() -> None:
    teller = PlanTeller(speech=speech(), currency="EUR", at=EVENING)
    assert [teller.amount(it) for it in stretches(TWO, EVENING)] == ["11 kWh for 1.21 EUR", "11 kWh for 1.43 EUR"]
    assert [teller.amount(it) for it in stretches(Plan(slots=(UNKNOWN,)), EVENING)] == [None]
