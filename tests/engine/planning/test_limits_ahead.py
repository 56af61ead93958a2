"""Whatever is known of limits to come: no slot of any plan is beyond one of them, at any moment, on any phase."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource, LimitSpan
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question

from ..builders import NOW, mains, rating, site
from .builders import HOUR, held, in_hours, order, question, tariff, wallbox

HAIR_KW = 1e-3
HOURS = 6
L1, L2, L3 = ALL_PHASES
MARGIN_KW = 0.5
SHARES = {L1: 0.8, L2: 0.1, L3: 0.1}

limits = st.builds(
    Limit,
    source=st.just(LimitSource.SCHEDULE),
    current_a=st.sampled_from([0.0, 5.0, 10.0, 20.0]),
    power_w=st.sampled_from([None, 0.0, 3000.0, 7000.0]),
    chargers_only=st.booleans(),
)
quarters = st.integers(-4, 4 * HOURS).map(lambda number: number / 4)


@st.composite
def spans_of_limits(draw: Any) -> LimitSpan:
    start = draw(quarters)
    return held(draw(limits), start, start + draw(st.integers(1, 20)) / 4)


@st.composite
def questions(draw: Any) -> Question:
    """Up to three cars, two circuits, limits that hold for some hours, and a house that lies unevenly on its phases."""
    boxes = [
        wallbox(
            name,
            circuit_id=draw(st.sampled_from(["site", "garage"])),
            phases=draw(st.sampled_from([ALL_PHASES, (L2, L3, L1), (L2,)])),
        )
        for name in "abc"[: draw(st.integers(1, 3))]
    ]
    circuits = [
        mains(rating(25), phases=3),
        mains(rating(20), circuit_id="garage", parent_id="site", metered=False, phases=3),
    ]
    base_kw = draw(st.lists(st.sampled_from([0.5, 2.0, 6.0]), min_size=HOURS, max_size=HOURS))
    house = Outlook(
        steps=[
            OutlookStep(start=in_hours(hour), end=in_hours(hour + 1), base_kw=kw, margin_kw=MARGIN_KW)
            for hour, kw in enumerate(base_kw)
        ],
        shares=draw(st.sampled_from([{}, SHARES])),
    )
    ahead = {name: draw(st.lists(spans_of_limits(), max_size=3)) for name in ("site", "garage")}
    return question(
        [
            order(draw(st.sampled_from([4.0, 15.0, 60.0])), HOURS, evse_id=box.evse_id, phases=draw(st.integers(1, 3)))
            for box in boxes
        ],
        tariff(*draw(st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=HOURS, max_size=HOURS))),
        site=site(*boxes, circuits=circuits),
        outlook=house,
        limits=ahead,
    )


def at_once(plans: Mapping[str, Plan]) -> Iterator[tuple[datetime, Mapping[str, float]]]:
    """Every time at which nothing changes, with what each charger has then, kW."""
    edges = sorted({moment for plan in plans.values() for slot in plan.slots for moment in (slot.start, slot.end)})
    for start, end in pairwise(edges):
        middle = start + (end - start) / 2
        slots = {evse_id: plan.at(middle) for evse_id, plan in plans.items()}
        yield middle, {evse_id: 0.0 if slot is None else slot.power_kw or 0.0 for evse_id, slot in slots.items()}


def house_kw(asked: Question, circuit: Circuit, limit: Limit, at: datetime) -> Mapping[Phase | None, float]:
    """What counts of the house beside cars that charge: by phase, and under None in all."""
    if circuit.parent_id is not None or limit.chargers_only:
        return dict.fromkeys((None, *ALL_PHASES), 0.0)
    base_kw = next(step.base_kw for step in asked.outlook.steps if step.start <= at < step.end) or 0.0
    shares = asked.outlook.shares or dict.fromkeys(ALL_PHASES, 1 / 3)
    return {None: base_kw + MARGIN_KW} | {phase: shares[phase] * base_kw + MARGIN_KW for phase in ALL_PHASES}


def holding(asked: Question, circuit: Circuit, at: datetime) -> Sequence[Limit]:
    ahead = asked.limits[circuit.circuit_id]
    return [*circuit.limits, *(one.limit for one in ahead if one.start <= at < one.end)]


@settings(max_examples=25, deadline=None)
@given(questions())
def test_no_slot_is_beyond_a_limit(asked: Question) -> None:
    plans = make_plans(asked)
    for at, powers_kw in at_once(plans):
        for circuit in asked.site.circuits:
            fed = asked.site.evses_below(circuit.circuit_id)
            for limit in holding(asked, circuit, at):
                beside_kw = house_kw(asked, circuit, limit, at)
                in_all_kw = sum(powers_kw[evse.evse_id] for evse in fed)
                if limit.power_w is not None and in_all_kw:
                    assert in_all_kw + beside_kw[None] <= limit.power_w / 1000 + HAIR_KW
                for phase in ALL_PHASES:
                    on_phase_kw = 0.0
                    for evse in fed:
                        used = evse.phases[: asked.orders[evse.evse_id].phases]
                        on_phase_kw += powers_kw[evse.evse_id] / len(used) if phase in used else 0.0
                    assert limit.current_a is not None
                    most_kw = limit.current_a * asked.site.voltage_v / 1000
                    assert not on_phase_kw or on_phase_kw + beside_kw[phase] <= most_kw + HAIR_KW


@settings(max_examples=8, deadline=None)
@given(questions())
def test_what_holds_before_or_after_changes_nothing(asked: Question) -> None:
    nothing = Limit(source=LimitSource.USER, current_a=0.0)
    outside = [held(nothing, -5, 0), LimitSpan(start=NOW + HOURS * HOUR, end=NOW + 99 * HOUR, limit=nothing)]
    more = {circuit_id: [*ahead, *outside] for circuit_id, ahead in asked.limits.items()}
    assert make_plans(replace(asked, limits=more)) == make_plans(asked)
