"""How a house's load lies on its phases: nothing at first, then what each carries on average, and slowly another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.phase_loads import PhaseLoads
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase

L1, L2, L3 = ALL_PHASES


def hour(*kw: float) -> dict[Phase, float]:
    return dict(zip(ALL_PHASES, kw, strict=False))


def learned(*hours: dict[Phase, float]) -> PhaseLoads:
    loads = PhaseLoads()
    for kw in hours:
        loads = loads.after(kw)
    return loads


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param([], (), id="nothing"),
        pytest.param([hour(0.8, 0.1, 0.1)] * 23, (), id="less than a day"),
        pytest.param([hour(0.8, 0.1, 0.1)] * 24, (0.8, 0.1, 0.1), id="a day"),
        pytest.param(
            [hour(0.1, 0.1, 0.1)] * 12 + [hour(1.5, 0.1, 0.1)] * 12, (0.8, 0.1, 0.1), id="who takes more counts more"
        ),
        pytest.param([hour(0.0, 0.0, 0.0)] * 24, (), id="a house that takes nothing"),
        pytest.param([hour(1.0)] * 24, (1.0,), id="one phase"),
        pytest.param([hour(1.0)] * 30 + [hour(0.8, 0.1, 0.1)] * 10, (), id="other phases are another house"),
    ],
)
def test_shares(hours: list[dict[Phase, float]], expected: tuple[float, ...]) -> None:
    assert learned(*hours).shares == pytest.approx(hour(*expected))


def test_a_heat_pump_that_moved_is_believed_within_weeks() -> None:
    loads = learned(*[hour(1.0, 0.0, 0.0)] * 1000)
    shares = []
    for _ in range(4):
        for _ in range(7 * 24):
            loads = loads.after(hour(0.0, 1.0, 0.0))
        shares.append(round(loads.shares[L2], 1))
    assert shares == [0.4, 0.6, 0.8, 0.9]


@given(st.lists(st.lists(st.floats(0, 20), min_size=3, max_size=3), min_size=24, max_size=60))
def test_shares_are_parts_of_one(hours: list[list[float]]) -> None:
    shares = learned(*(hour(*kw) for kw in hours)).shares
    assert not shares or sum(shares.values()) == pytest.approx(1.0)
    assert all(share >= 0 for share in shares.values())
