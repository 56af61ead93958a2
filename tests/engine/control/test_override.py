"""When what was wanted just this once is over."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charging.engine.control.override import holds, taken_kwh
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd

SINCE = datetime(2026, 3, 1, 20, tzinfo=UTC)
PLUGGED_IN = SINCE - timedelta(hours=1)

UNTIL_UNPLUGGED = Override(mode=Mode.FAST, since=SINCE)
UNTIL_FULL = Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.FULL)
TEN_KWH = Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.ENERGY, energy_kwh=10.0, start_kwh=4.0)
UNTIL_TEN = Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.TIME, until=SINCE + timedelta(hours=2))

CHARGING = EvseStatus(reachable=True, state=EvState.C)
CONNECTED = EvseStatus(reachable=True, state=EvState.B)
EMPTY = EvseStatus(reachable=True, state=EvState.A)
FAULTY = EvseStatus(reachable=True, state=EvState.F)
AWAY = EvseStatus(reachable=False, state=EvState.A)

EVERY = [UNTIL_UNPLUGGED, UNTIL_FULL, TEN_KWH, UNTIL_TEN]


def lasts(
    override: Override,
    status: EvseStatus | None = CHARGING,
    *,
    minutes: float = 1,
    started_at: datetime | None = PLUGGED_IN,
    session_kwh: float | None = 5.0,
    full: bool = False,
) -> bool:
    now = SINCE + timedelta(minutes=minutes)
    return holds(override, status, now, session_started_at=started_at, session_kwh=session_kwh, full=full)


@pytest.mark.parametrize("override", EVERY)
@pytest.mark.parametrize("status", [CHARGING, CONNECTED, FAULTY, AWAY, None])
def test_it_holds_while_the_car_may_be_there(override: Override, status: EvseStatus | None) -> None:
    assert lasts(override, status)


@pytest.mark.parametrize("override", EVERY)
def test_unplugging_ends_each(override: Override) -> None:
    assert not lasts(override, EMPTY)


@pytest.mark.parametrize("override", EVERY)
def test_a_car_that_came_while_nobody_looked_is_another_one(override: Override) -> None:
    assert not lasts(override, started_at=SINCE + timedelta(seconds=1))
    assert lasts(override, started_at=None)


@pytest.mark.parametrize(
    ("override", "ends"), [(UNTIL_UNPLUGGED, False), (UNTIL_FULL, True), (TEN_KWH, False), (UNTIL_TEN, False)]
)
def test_a_full_car_ends_what_lasts_until_then(override: Override, ends: bool) -> None:
    assert lasts(override, CONNECTED, full=True) is not ends


@pytest.mark.parametrize(
    ("session_kwh", "taken", "holding"),
    [
        (None, 0.0, True),
        (4.0, 0.0, True),
        (13.9, 9.9, True),
        (14.0, 10.0, False),
        (20.0, 16.0, False),
        (1.0, 0.0, True),
    ],
)
def test_an_energy_is_counted_from_its_beginning(session_kwh: float | None, taken: float, holding: bool) -> None:
    assert taken_kwh(TEN_KWH, session_kwh) == pytest.approx(taken)
    assert lasts(TEN_KWH, session_kwh=session_kwh) is holding


@pytest.mark.parametrize(("minutes", "holding"), [(119, True), (120, False), (500, False)])
def test_a_time_ends_it_at_that_time(minutes: float, holding: bool) -> None:
    assert lasts(UNTIL_TEN, minutes=minutes) is holding
    assert lasts(UNTIL_UNPLUGGED, minutes=minutes)


def test_an_end_that_is_not_told_never_comes() -> None:
    assert lasts(Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.TIME), minutes=1e6)
    assert lasts(Override(mode=Mode.FAST, since=SINCE, end=OverrideEnd.ENERGY), session_kwh=1e6)
