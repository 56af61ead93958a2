"""Reasons name the limit that binds: who set it, where it holds, and which one it is of those that come and go."""

import pytest

from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.explain import limit_params
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.reason import ReasonParam

RATING = Limit(source=LimitSource.RATING, current_a=20)
DIMMED = Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True, limit_id="box")


@pytest.mark.parametrize(
    ("limit", "phase", "expected"),
    [
        (RATING, Phase.L2, {"source": "rating", "circuit": "garage", "limit_a": 20, "phase": "l2"}),
        (DIMMED, None, {"source": "operator", "circuit": "garage", "limit_w": 4200, "limit_id": "box"}),
    ],
)
def test_a_limit_is_named(limit: Limit, phase: Phase | None, expected: dict[str, ReasonParam]) -> None:
    assert limit_params(Constraint(circuit_id="garage", phase=phase, limit=limit, capacity=0)) == expected
