"""When plans are made, and what holds until they are."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.requirements import RequirementsNotFound

from custom_components.smart_charging.configuration.limits import LimitConfig
from custom_components.smart_charging.configuration.tariffs import read_tariff
from custom_components.smart_charging.engine.model.aim import Aim
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question
from custom_components.smart_charging.foresight import plans as plans_module
from custom_components.smart_charging.foresight.house_hours import HouseHours
from custom_components.smart_charging.foresight.limits_ahead import LimitsAhead
from custom_components.smart_charging.foresight.outlooks import Outlooks
from custom_components.smart_charging.foresight.plans import Plans
from custom_components.smart_charging.foresight.price_store import PriceStore
from custom_components.smart_charging.foresight.tariff_desk import Tariffs
from custom_components.smart_charging.sources.limit import LimitReading
from custom_components.smart_charging.tariffs.hours import WORKING_DAYS, Hours, Rule
from custom_components.smart_charging.tariffs.written import read_spans

from ..engine.builders import charger, mains, rating, site
from .entities import ToldSite, load
from .tariff_data import fixed_tariff, hp_hc

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

SITE = site(charger("a", phases=ALL_PHASES, maximum_a=16.0), circuits=(mains(rating(40), phases=3),), phases=3)
EVENING = datetime.fromisoformat("2026-01-15T17:00:00+00:00")
MORNING = EVENING + timedelta(hours=13)


PUNTA = LimitConfig(
    name="Punta",
    circuit_id="site",
    entity_id=None,
    value_entity_id=None,
    limit=Limit(source=LimitSource.SCHEDULE, power_w=4000.0, chargers_only=True, limit_id="x"),
    hours=Hours(rules=(Rule(period="limited", spans=read_spans("08:00-24:00"), days=WORKING_DAYS),)),
)
"""Less than a car on three phases takes at the least."""


def wants(kwh: float, departure: datetime | None = MORNING, **changes: Any) -> dict[str, Aim]:
    """The car at charger `a` is to get so much by the morning."""
    order = Order(evse_id="a", stages=(Stage(energy_kwh=kwh, departure=departure),), room_kwh=60.0)
    return {"a": Aim(order=replace(order, **changes), goal=Goal(departure=departure, energy_kwh=kwh))}


class Desk:
    """Plans, and how often they said that they are other ones."""

    def __init__(self, hass: HomeAssistant, plans: Plans, limits: LimitsAhead) -> None:
        self.hass = hass
        self.plans = plans
        self.limits = limits
        self.changes = 0

    def changed(self) -> None:
        self.changes += 1

    async def at(self, at: datetime, aims: Mapping[str, Aim], status: EvseStatus | None = None) -> Mapping[str, Plan]:
        """Look at a time, and once more when what was begun is done."""
        statuses = {} if status is None else {"a": status}
        self.plans.update(at, SITE, aims, statuses)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return self.plans.update(at, SITE, aims, statuses)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """The questions that are asked, which are answered all the same."""
    asked: list[Question] = []

    def note(question: Question) -> Mapping[str, Plan]:
        asked.append(question)
        return make_plans(question)

    monkeypatch.setattr(plans_module, "make_plans", note)
    return asked


type MakeDesk = Callable[[dict[str, Any] | None], Awaitable[Desk]]


@pytest.fixture
async def desk(hass: HomeAssistant) -> AsyncIterator[MakeDesk]:
    """Make a desk in Paris, with this tariff."""
    made: list[Plans] = []

    async def make(tariff: dict[str, Any] | None) -> Desk:
        await hass.config.async_set_time_zone("Europe/Paris")
        told: ToldSite = await load(hass, Platform.SENSOR)
        tariffs = Tariffs(hass, None if tariff is None else read_tariff(tariff), PriceStore(hass, "x"))
        outlooks = Outlooks(hass, told.entry.runtime_data.setup, HouseHours(hass, "x"))
        limits = LimitsAhead(hass, {"x": PUNTA})
        found = Desk(hass, Plans(hass, tariffs, outlooks, limits, None), limits)
        made.append(found.plans)
        found.plans.start(found.changed)
        await hass.async_block_till_done(wait_background_tasks=True)
        return found

    yield make
    for plans in made:
        await plans.stop()


async def test_a_car_waits_for_its_first_plan_and_then_for_the_cheap_hours(desk: MakeDesk) -> None:
    at_home = await desk(hp_hc())
    assert at_home.plans.made_at is None
    first = at_home.plans.update(EVENING, SITE, wants(20), {})
    assert first["a"].slots == ()
    plan = (await at_home.at(EVENING, wants(20)))["a"]
    assert at_home.plans.made_at == EVENING
    # Off-peak begins at 22:30 in Paris.
    assert plan.starts_at is not None
    assert plan.starts_at >= datetime.fromisoformat("2026-01-15T21:30:00+00:00")
    assert plan.saving is not None
    assert plan.saving > 0


async def test_plans_go_on_where_the_clock_was_put_back(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(hp_hc())
    earlier = EVENING - timedelta(hours=3)
    for at in (EVENING, earlier, earlier + timedelta(seconds=5)):
        await at_home.at(at, wants(20))
    assert [question.at for question in made] == [EVENING, earlier]


async def test_plans_tell_how_high_windows_of_power_are_to_become(desk: MakeDesk) -> None:
    at_home = await desk(hp_hc(peak="sweden", peak_price=65))
    assert at_home.plans.wanted_kw(EVENING) is None
    plan = (await at_home.at(EVENING, wants(20)))["a"]
    assert plan.starts_at is not None
    hour = plan.starts_at.replace(minute=0, second=0, microsecond=0)
    assert (at_home.plans.wanted_kw(hour) or 0.0) >= plan.mean_kw(hour, hour + timedelta(hours=1)) > 0
    assert at_home.plans.wanted_kw(MORNING + timedelta(hours=2)) is None


async def test_it_is_made_again_each_quarter_of_an_hour_and_not_in_between(
    desk: MakeDesk, made: list[Question]
) -> None:
    at_home = await desk(hp_hc())
    for minute in (0, 1, 5, 14, 15, 16, 30):
        await at_home.at(EVENING + timedelta(minutes=minute), wants(20))
    assert [question.at.minute for question in made] == [0, 15, 30]
    # It begins with what held before.
    assert made[-1].before["a"].slots != ()


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        pytest.param(wants(20), False, id="nothing"),
        pytest.param(wants(20.3), False, id="a trifle"),
        pytest.param(wants(25), True, id="more is wanted"),
        pytest.param(wants(20, MORNING - timedelta(hours=1)), True, id="an earlier departure"),
        pytest.param(wants(20, price_limit=0.2), True, id="a price limit"),
        pytest.param({}, False, id="the car is gone"),
    ],
)
async def test_it_is_made_again_where_it_does_not_fit_any_more(
    desk: MakeDesk, made: list[Question], changed: dict[str, Aim], *, again: bool
) -> None:
    at_home = await desk(hp_hc())
    await at_home.at(EVENING, wants(20))
    await at_home.at(EVENING + timedelta(minutes=1), changed)
    assert len(made) == (2 if again else 1)


async def test_another_car_at_the_charger_has_no_part_in_the_plan_of_the_one_before(
    desk: MakeDesk, made: list[Question]
) -> None:
    at_home = await desk(hp_hc())
    plan = (await at_home.at(EVENING, wants(20, stay="zoe")))["a"]
    assert plan.slots
    # It wants just the same, and comes but a moment later.
    soon = EVENING + timedelta(seconds=3)
    assert at_home.plans.update(soon, SITE, wants(20, stay="leaf"), {})["a"].slots == ()
    await at_home.hass.async_block_till_done(wait_background_tasks=True)
    assert at_home.plans.update(soon, SITE, wants(20, stay="leaf"), {})["a"].slots
    assert [dict(question.before) for question in made] == [{}, {}]


async def test_not_even_if_none_can_be_made_for_it(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home = await desk(hp_hc())
    await at_home.at(EVENING, wants(20, stay="zoe"))

    def fail(_: Question) -> Mapping[str, Plan]:
        raise ArithmeticError

    monkeypatch.setattr(plans_module, "make_plans", fail)
    # It charges as its mode says.
    assert await at_home.at(EVENING + timedelta(seconds=3), wants(20, stay="leaf")) == {}


async def test_one_that_leaves_while_its_plan_is_made(desk: MakeDesk) -> None:
    at_home = await desk(hp_hc())
    at_home.plans.update(EVENING, SITE, wants(20, stay="zoe"), {})
    assert at_home.plans.update(EVENING, SITE, wants(20, stay="leaf"), {})["a"].slots == ()
    await at_home.hass.async_block_till_done(wait_background_tasks=True)
    assert at_home.plans.update(EVENING, SITE, wants(20, stay="leaf"), {})["a"].slots == ()


async def test_what_changes_all_the_time_is_not_followed_at_once(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(hp_hc())
    await at_home.at(EVENING, wants(20))
    for second in (2, 4, 6, 8):
        await at_home.at(EVENING + timedelta(seconds=second), wants(20 + second))
    assert len(made) == 1


async def test_other_prices_want_another_plan(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(hp_hc())
    await at_home.at(EVENING, wants(20))
    at_home.plans._outdate()
    assert at_home.changes > 0
    await at_home.at(EVENING + timedelta(minutes=1), wants(20))
    assert len(made) == 2


async def test_a_car_that_takes_less_is_planned_with_less(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(fixed_tariff())
    slow = EvseStatus(
        reachable=True,
        state=EvState.C,
        state_at=EVENING,
        offered_a=16.0,
        offered_at=EVENING,
        current_a=(10.0, 10.0, 10.0),
        measured_at=EVENING + timedelta(minutes=5),
    )
    await at_home.at(EVENING + timedelta(minutes=5), wants(20), slow)
    assert made[-1].orders["a"].takes_a == 10


async def test_without_a_tariff_there_is_no_plan_until_it_would_be_late(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(None)
    assert await at_home.at(EVENING, wants(20)) == {}
    late = await at_home.at(MORNING - timedelta(hours=2), wants(20))
    assert late["a"].at(MORNING - timedelta(hours=2)) is not None
    assert made == []
    assert await at_home.plans.async_preview(EVENING, SITE, wants(20)) is None


async def test_what_would_be_is_told_without_being_so(desk: MakeDesk) -> None:
    at_home = await desk(hp_hc())
    before = await at_home.at(EVENING, wants(20))
    sooner = await at_home.plans.async_preview(EVENING, SITE, wants(20, EVENING + timedelta(hours=3)))
    assert sooner is not None
    assert sooner["a"].ready_at is not None
    assert sooner["a"].ready_at <= EVENING + timedelta(hours=3)
    assert (await at_home.at(EVENING, wants(20))) == before


async def test_what_would_be_starts_as_early_as_it_would(desk: MakeDesk) -> None:
    at_home = await desk(hp_hc())
    # Half an hour before it is cheap, and with no time to spare after that.
    at, departure = EVENING + timedelta(hours=4), EVENING + timedelta(hours=6, minutes=45)
    preview = await at_home.plans.async_preview(at, SITE, wants(20, departure))
    assert preview is not None
    assert preview["a"].starts_at == at
    assert preview == await at_home.at(at, wants(20, departure))


async def test_a_plan_that_cannot_be_made_is_told_once_and_tried_again(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at_home = await desk(hp_hc())

    def fail(_: Question) -> Mapping[str, Plan]:
        raise ArithmeticError

    with monkeypatch.context() as patch:
        patch.setattr(plans_module, "make_plans", fail)
        # Nobody is left waiting for what does not come.
        assert await at_home.at(EVENING, wants(20)) == {}
        assert await at_home.at(EVENING + timedelta(minutes=15), wants(20)) == {}
    assert [record.levelno for record in caplog.records if "could not be made" in record.message] == [logging.ERROR]
    assert (await at_home.at(EVENING + timedelta(minutes=30), wants(20)))["a"].slots != ()


async def test_a_plan_that_is_over_keeps_nobody_waiting_when_no_other_can_be_made(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home = await desk(hp_hc())
    open_end = wants(5, None)
    plan = (await at_home.at(EVENING, open_end))["a"]
    assert plan.ready_at is not None

    def fail(_: Question) -> Mapping[str, Plan]:
        raise ArithmeticError

    monkeypatch.setattr(plans_module, "make_plans", fail)
    assert (await at_home.at(EVENING + timedelta(minutes=15), open_end))["a"] == plan
    # It charges as its mode says.
    assert await at_home.at(plan.ready_at + timedelta(minutes=15), open_end) == {}


async def test_nothing_is_made_any_more_once_it_is_stopped(desk: MakeDesk, made: list[Question]) -> None:
    at_home = await desk(hp_hc())
    at_home.plans.update(EVENING, SITE, wants(20), {})
    await at_home.plans.stop()
    changes = at_home.changes
    await at_home.hass.async_block_till_done(wait_background_tasks=True)
    await at_home.at(EVENING + timedelta(minutes=15), wants(20))
    assert (len(made), at_home.changes) == (1, changes)


async def test_a_solver_that_cannot_be_installed_is_done_without(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise RequirementsNotFound("smart_charging", ["highspy"])

    monkeypatch.setattr(plans_module, "async_process_requirements", refuse)
    caplog.set_level(logging.INFO)
    await desk(hp_hc())
    assert "plans are made without it" in caplog.text


async def test_a_limit_that_ends_at_midnight_frees_the_night(desk: MakeDesk, made: list[Question]) -> None:
    """One price, so that it would charge at once; it is Thursday, and at 08:00 the limit is back."""
    at_home = await desk(fixed_tariff())
    midnight = datetime.fromisoformat("2026-01-16T00:00:00+01:00")
    plan = (await at_home.at(EVENING, wants(20, midnight + timedelta(hours=12))))["a"]
    assert plan.starts_at == EVENING

    at_home.limits.note({"x": LimitReading(limit=PUNTA.limit, holds=True, known=True)})
    assert at_home.changes > 0
    at = EVENING + timedelta(minutes=1)
    plan = (await at_home.at(at, wants(20, midnight + timedelta(hours=12))))["a"]

    assert [(span.start, span.end) for span in made[-1].limits["site"]][:2] == [
        (at, midnight),
        (midnight + timedelta(hours=8), midnight + timedelta(hours=24)),
    ]
    assert plan.starts_at == midnight
    assert plan.missed_kwh == 0
    preview = await at_home.plans.async_preview(at, SITE, wants(60, midnight + timedelta(hours=12)))
    assert preview is not None
    assert preview["a"].starts_at == midnight
