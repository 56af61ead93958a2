from datetime import timedelta

from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot

from ..builders import NOW

HOUR = timedelta(hours=1)


def slot(hour: int, current_a: float) -> PlanSlot:
    return PlanSlot(start=NOW + hour * HOUR, end=NOW + (hour + 1) * HOUR, current_a=current_a)


def test_a_plan_begins_and_ends_with_what_charges() -> None:
    plan = Plan(slots=(slot(0, 0), slot(1, 10), slot(2, 16), slot(3, 0)))
    assert plan.starts_at == NOW + HOUR
    assert plan.ready_at == NOW + 3 * HOUR


def test_a_plan_without_a_charge_never_begins() -> None:
    assert Plan(slots=(slot(0, 0),)).starts_at is None
    assert Plan(slots=()).ready_at is None
