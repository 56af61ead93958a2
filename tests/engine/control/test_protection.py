"""What trips, and when: the models against the facts that they are made from, and against the demo's devices."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.protection import (
    CAUTIOUS,
    MODELS,
    ThermalModel,
    bearable,
    model_of,
    nearness,
    reference,
    warm,
)
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from demo.protection import LINKY_THRESHOLD_EARLY, Breaker, Device, Italian, Linky
from tests.engine.builders import contract, mains, rating

DAY_S = 86_400
HOUR_S = 3600

BREAKERS = (ProtectionKind.BREAKER_B, ProtectionKind.BREAKER_C, ProtectionKind.BREAKER_D)


def trips_after_s(model: ThermalModel, multiple: float, *, heat: float, longest_s: int = DAY_S) -> float:
    """Tell when the model trips at this multiple of its limit, s; infinite where it does not."""
    if multiple >= model.instant:
        return 0
    if warm(heat, multiple, longest_s, model) <= model.threshold:
        return math.inf
    return model.tau_s * math.log((multiple**2 - heat) / (multiple**2 - model.threshold))


@pytest.mark.parametrize(
    ("kind", "multiple", "heat", "earliest_s", "latest_s"),
    [
        *(pytest.param(kind, 1.13, 1.0, math.inf, math.inf, id=f"{kind} never at 1.13 times") for kind in BREAKERS),
        *(pytest.param(kind, 1.45, 0.0, 60, HOUR_S, id=f"{kind} at 1.45 times within the hour") for kind in BREAKERS),
        *(pytest.param(kind, 2.55, 0.0, 1, 60, id=f"{kind} at 2.55 times within the minute") for kind in BREAKERS),
        pytest.param(ProtectionKind.BREAKER_B, 3.0, 0.0, 0, 0, id="curve B at once at 3 times"),
        pytest.param(ProtectionKind.BREAKER_C, 4.9, 0.0, 1, 60, id="curve C not yet at 4.9 times"),
        pytest.param(ProtectionKind.BREAKER_C, 5.0, 0.0, 0, 0, id="curve C at once at 5 times"),
        pytest.param(ProtectionKind.BREAKER_D, 10.0, 0.0, 0, 0, id="curve D at once at 10 times"),
        pytest.param(ProtectionKind.FUSE_GG, 1.25, 1.0, math.inf, math.inf, id="gG never at 1.25 times"),
        pytest.param(ProtectionKind.FUSE_GG, 1.6, 0.0, 1, HOUR_S, id="gG at 1.6 times within the hour"),
        pytest.param(ProtectionKind.FUSE_GG, 33 / 16, 0.0, 1, 10, id="gG of 16 A may melt in 10 s at 33 A"),
        pytest.param(ProtectionKind.LINKY, 1.2, 0.25, 200, 270, id="Linky: from half the power to 1.2 times"),
        pytest.param(ProtectionKind.LINKY, 1.5, 0.25, 85, 95, id="Linky: to 1.5 times"),
        pytest.param(ProtectionKind.LINKY, 2.0, 0.25, 38, 43, id="Linky: to twice"),
        pytest.param(ProtectionKind.LINKY, 3.0, 0.25, 14, 17, id="Linky: to three times"),
        pytest.param(ProtectionKind.METER_ITALY, 1.1, 1.0, math.inf, math.inf, id="Italy: a tenth more for ever"),
        pytest.param(ProtectionKind.METER_ITALY, 4 / 3, 1.0, 60, 120, id="Italy: more than a third more for 2 min"),
        pytest.param(ProtectionKind.METER_SPAIN, 1.5, 1.0, 30, 15 * 60, id="Spain: half as much again for 15 min"),
    ],
)  # fmt: skip
def test_when_it_trips(kind: ProtectionKind, multiple: float, heat: float, earliest_s: float, latest_s: float):
    """`heat` is what it had settled at before: 1 when it had carried its limit for ever, 0 when nothing."""
    after_s = trips_after_s(MODELS[kind], multiple, heat=heat)
    assert earliest_s <= after_s <= latest_s


def test_every_kind_has_a_model():
    for kind in ProtectionKind:
        model = model_of(Protection(kind=kind))
        assert model.tau_s > 0
        assert model.threshold > 1


def test_where_nobody_said_the_most_sensitive_of_the_breakers_is_assumed():
    assert model_of(None) is CAUTIOUS is MODELS[ProtectionKind.BREAKER_B]


@pytest.mark.parametrize(("overshoot", "overshoot_s"), [(1.1, 60), (1.5, 10), (2, 300)])
def test_a_plain_limit_trips_at_the_end_of_the_time_that_its_overshoot_is_allowed(overshoot: float, overshoot_s: float):
    plain = model_of(Protection(kind=ProtectionKind.PLAIN, overshoot=overshoot, overshoot_s=overshoot_s))
    assert trips_after_s(plain, overshoot, heat=1.0) == pytest.approx(overshoot_s)


@given(heat=st.floats(0, 1.2), seconds=st.integers(1, 600))
def test_a_plain_limit_bears_no_more_than_its_overshoot(heat: float, seconds: int):
    plain = model_of(Protection(kind=ProtectionKind.PLAIN, overshoot=1.1, overshoot_s=60))
    assert bearable(heat, seconds, plain) <= 1.1


@pytest.mark.parametrize(
    ("limits", "guarded"),
    [
        pytest.param([rating(40)], rating(40), id="the rating"),
        pytest.param([contract(9000)], contract(9000), id="what is subscribed"),
        pytest.param(
            [Limit(source=LimitSource.USER, current_a=20), rating(40)], rating(40), id="not what a user wants"
        ),
        pytest.param([rating(32), rating(40)], rating(32), id="the lowest of two"),
        pytest.param([Limit(source=LimitSource.OPERATOR, power_w=4200)], None, id="an operator's signal trips nothing"),
        pytest.param([], None, id="no limit"),
    ],
)
def test_which_limit_the_device_guards(limits: list[Limit], guarded: Limit | None):
    assert reference(limits) == guarded


@pytest.mark.parametrize(
    ("heat", "expected"),
    [({}, 0), ({"l1": 0.5}, 0), ({"l1": 1.0}, 0), ({"l1": 0.2, "l2": 1.15}, 0.5), ({"l1": 1.3}, 1), ({"l1": 9.0}, 1)],
)
def test_how_near_it_is_to_a_trip(heat: dict[str, float], expected: float):
    linky = mains(contract(9000), protection=Protection(kind=ProtectionKind.LINKY))
    assert nearness(linky, heat) == pytest.approx(expected)


@pytest.mark.parametrize("kind", MODELS)
@given(heat=st.floats(0, 1.2), seconds=st.floats(1, 120))
def test_what_is_bearable_leads_no_more_than_half_of_the_way_to_a_trip(
    kind: ProtectionKind, heat: float, seconds: float
):
    model = MODELS[kind]
    multiple = bearable(heat, seconds, model)
    assert multiple >= 1, "the limit itself is always borne"
    assert multiple < model.instant
    if multiple > 1:
        assert warm(heat, multiple, seconds, model) <= model.half_way + 1e-9


DEVICES: dict[ProtectionKind, list[Callable[[], Device]]] = {
    ProtectionKind.BREAKER_B: [lambda: Breaker(1, "B")],
    ProtectionKind.BREAKER_C: [lambda: Breaker(1, "C")],
    ProtectionKind.BREAKER_D: [lambda: Breaker(1, "D")],
    ProtectionKind.LINKY: [lambda: Linky(1), lambda: Linky(1, threshold=LINKY_THRESHOLD_EARLY)],
    ProtectionKind.METER_ITALY: [lambda: Italian(1)],
}
"""The demo's devices, each of 1 A, so that a load is a multiple."""


@pytest.mark.parametrize("kind", DEVICES)
@given(
    history=st.lists(st.tuples(st.floats(0, 2.4), st.integers(1, 400)), max_size=6),
    blind_s=st.integers(2, 120),
    nought=st.booleans(),
)
def test_what_the_model_calls_bearable_trips_no_device(
    kind: ProtectionKind, history: list[tuple[float, int]], blind_s: int, nought: bool
):
    """After whatever the device has borne, it bears that multiple for that long as well."""
    model = MODELS[kind]
    for make in DEVICES[kind]:
        device, heat = make(), 0.0 if nought else 1.0
        tripped = False
        for multiple, seconds in history:
            for _ in range(seconds):
                heat = warm(heat, multiple, 1, model)
                tripped = tripped or device.step(multiple)
        multiple = bearable(heat, blind_s, model)
        if tripped or multiple == 1:
            continue
        assert not any(device.step(multiple) for _ in range(blind_s))
