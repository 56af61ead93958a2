"""The site lives with cars of every kind, and chargers that do not always say what is true."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.waking import MOST_WAKES
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES

from .builders import charger, mains, rating, site
from .cars import SimCar, SimCharger, World

LIMIT_A = 32.0
FOLLOW_S = 6
"""As the policy has it."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A car that obeys, in its own way, and its charger."""

    car: SimCar
    measures_s: int
    says: EvState | None = None


KINDS = st.builds(
    Kind,
    car=st.builds(
        SimCar,
        maximum_a=st.sampled_from([10.0, 16.0, 32.0]),
        phases=st.sampled_from([1, 3]),
        share=st.sampled_from([1.0, 0.95, 0.8]),
        late_s=st.integers(0, 5),
        asleep=st.booleans(),
        wakes_after=st.sampled_from([None, 1, 2]),
        arrives_at=st.integers(0, 300),
        fills_at=st.sampled_from([200.0, float("inf"), float("inf")]),
    ),
    measures_s=st.sampled_from([1, 5, 10, 60]),
    says=st.sampled_from([None, None, None, EvState.B, EvState.C]),
)


@given(
    kinds=st.lists(KINDS, min_size=1, max_size=3),
    house=st.lists(st.floats(0, 35), min_size=2, max_size=4),
    meter_s=st.sampled_from([1, 1, 10, 30]),
)
@settings(max_examples=25, deadline=None)
def test_cars_that_obey_exceed_the_limit_no_longer_than_meter_and_car_take(
    kinds: list[Kind], house: list[float], meter_s: int
):
    evses = [charger(name, phases=ALL_PHASES, step_a=0.1) for name in "abc"[: len(kinds)]]
    tree = mains(rating(LIMIT_A), phases=3, meter_period_s=float(meter_s), stale_after_s=3.0 * meter_s + 10)
    outlets = [
        SimCharger(evse, kind.car, measures_s=kind.measures_s, says=kind.says)
        for evse, kind in zip(evses, kinds, strict=True)
    ]
    world = World(site(*evses, circuits=[tree]), outlets, meter_s=meter_s)
    world.house_a = lambda second: house[min(second // 200, len(house) - 1)]
    world.run(200 * len(house))
    ours = [total_a - max(LIMIT_A, world.house_a(second)) > 0.5 for second, total_a in enumerate(world.totals_a)]
    liars = [kind.measures_s for kind in kinds if kind.says is not None]
    bound_s = meter_s + max(kind.car.late_s for kind in kinds) + FOLLOW_S + max(liars, default=0) + 3
    assert _longest(ours) <= bound_s
    for outlet in outlets:
        assert world.memory(outlet.evse.evse_id).appetite.wakes <= MOST_WAKES


def _longest(over: list[bool]) -> int:
    longest = now = 0
    for is_over in over:
        now = now + 1 if is_over else 0
        longest = max(longest, now)
    return longest
