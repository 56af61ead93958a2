"""The energy of a session, by tables of what a charger said, and by properties."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.session import MOST_KW, SessionEnergy, update
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.replay import Json, from_json
from custom_components.smart_charging.engine.model.vehicle import Vehicle

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
CAR = Vehicle(vehicle_id="any")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a charger says, so many minutes after T0."""

    minute: float
    state: EvState | None = EvState.C
    kwh: float | None = None
    watts: float | None = None
    reachable: bool = True
    named: float | None = None
    start_kwh: float | None = None
    read: float | None = None
    """When the register was read, if not now."""

    @property
    def at(self) -> datetime:
        return T0 + timedelta(minutes=self.minute)

    @property
    def status(self) -> EvseStatus:
        return EvseStatus(
            reachable=self.reachable,
            state=self.state,
            energy_kwh=self.kwh,
            power_w=self.watts,
            measured_at=None
            if self.kwh is None
            else self.at
            if self.read is None
            else T0 + timedelta(minutes=self.read),
            session_started_at=None if self.named is None else T0 + timedelta(minutes=self.named),
            session_start_kwh=self.start_kwh,
        )


def after(saids: Iterable[Said], session: SessionEnergy | None = None) -> SessionEnergy:
    session = session or SessionEnergy()
    for said in saids:
        session = update(session, said.status, said.at)
    return session


def registers(*readings: float | None, step: float = 1, state: EvState = EvState.C) -> list[Said]:
    return [Said(minute=step * index, state=state, kwh=kwh) for index, kwh in enumerate(readings)]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        pytest.param([None, None], None, id="no register: nothing is known"),
        pytest.param([100.0], 0.0, id="the first reading is where counting begins"),
        pytest.param([100.0, 100.2, 100.4], 0.4, id="100.0 100.2 100.4"),
        pytest.param([100.0, 100.2, 100.2, 100.4], 0.4, id="a repeated reading adds nothing"),
        pytest.param([100.0, None, nan, inf, -1.0, 100.4], 0.4, id="what is missing or absurd is passed over"),
        pytest.param([None, 100.0, 100.4], 0.4, id="the register comes late"),
        pytest.param([5.0, 5.2, 0.0, 0.2], 0.4, id="the register restarts at 0: what was counted stays"),
        pytest.param([5.0, 5.2, 0.0, 0.0, 0.2], 0.4, id="... and stays at 0 for a while"),
        pytest.param([500.0, 500.2, 300.0, 300.2], 0.4, id="the register jumps back to where it once was"),
        pytest.param([300.0, 300.2, 500.0, 500.2], 0.4, id="another register: its step is not energy"),
        pytest.param([100.0, 100.2, 0.0, 100.4], 0.4, id="one reading of 0 among good ones"),
        pytest.param([100.0, 100.2, 0.0, 0.0, 100.4], 0.4, id="two readings of 0 among good ones"),
        pytest.param([100.0, 100.2, 100_300.0, 100.4], 0.4, id="one reading in Wh among kWh"),
        pytest.param([100.0, 100.2, 0.0, 900.0, 100.4], 0.4, id="two wrong readings, one low, one high"),
        pytest.param([100.0, 100.2, 0.0, 900.0, 900.2], 0.4, id="a wrong reading, then another register"),
        pytest.param([100.0, 100.2, 100.1, 100.2, 100.4], 0.4, id="a register that wavers between two roundings"),
        pytest.param([100.0, 100.2, 100.1, 100.15, 100.4], 0.4, id="... and comes back in two steps"),
        pytest.param([12_000.0, 12_200.0, 12_400.0], 0.0, id="Wh taken for kWh: nothing can be believed"),
    ],
)
def test_what_the_register_says_while_a_car_charges(readings: list[float | None], expected: float | None) -> None:
    assert after(registers(*readings)).energy_kwh == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("saids", "expected"),
    [
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=5, kwh=101), Said(minute=10, kwh=100.5, watts=-6000)],
            0.5,
            id="took 1.0, gave back 0.5",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=5, kwh=99, watts=-6000), Said(minute=10, kwh=98, watts=-6000)],
            -2.0,
            id="gave 2.0: negative",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=5, kwh=0, watts=-6000), Said(minute=10, kwh=0, watts=-6000)],
            0.0,
            id="100 kWh in 5 min is no discharge",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=5, kwh=99, watts=6000), Said(minute=10, kwh=99.5, watts=6000)],
            0.5,
            id="a register that falls while the car charges has jumped",
        ),
    ],
)
def test_a_vehicle_that_discharges_makes_the_session_smaller(saids: list[Said], expected: float) -> None:
    assert after(saids).energy_kwh == pytest.approx(expected)


@pytest.mark.parametrize(
    ("saids", "expected", "started"),
    [
        pytest.param(
            [
                Said(minute=0, state=EvState.A, kwh=100),
                Said(minute=1, state=EvState.B, kwh=100),
                Said(minute=9, kwh=101),
            ],
            1.0,
            1,
            id="plugged in, then charging",
        ),
        pytest.param(
            [Said(minute=0, state=EvState.A, kwh=100), Said(minute=1, state=EvState.B), Said(minute=9, kwh=101)],
            1.0,
            1,
            id="counted from the last reading before the car came",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=9, kwh=101), Said(minute=10, state=EvState.A, kwh=101)],
            1.0,
            0,
            id="the car has left: its session is still shown",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100),
                Said(minute=9, kwh=101),
                Said(minute=10, state=EvState.A, kwh=101),
                Said(minute=11, state=EvState.A, kwh=102),
                Said(minute=12, state=EvState.B, kwh=102),
            ],
            0.0,
            12,
            id="the next car begins at 0; between cars nothing is counted",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100),
                Said(minute=9, kwh=101),
                Said(minute=10, state=EvState.F, kwh=101),
                Said(minute=11, state=EvState.E, kwh=101),
                Said(minute=20, kwh=102),
            ],
            2.0,
            0,
            id="a fault does not end it",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=9, state=None), Said(minute=20, kwh=102)],
            2.0,
            0,
            id="a state that is not known does not end it",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100),
                Said(minute=9, state=EvState.A, kwh=100, reachable=False),
                Said(minute=60, kwh=108),
            ],
            8.0,
            0,
            id="out of reach, and back: the register tells what came in between",
        ),
    ],
)
def test_a_session_is_a_car_that_is_plugged_in(saids: list[Said], expected: float, started: float) -> None:
    session = after(saids)
    assert session.energy_kwh == pytest.approx(expected)
    assert session.started_at == T0 + timedelta(minutes=started)


@pytest.mark.parametrize(
    ("saids", "expected", "started"),
    [
        pytest.param(
            [Said(minute=60, kwh=108, named=0, start_kwh=100)],
            8.0,
            0,
            id="found running: the charger says since when, and from where",
        ),
        pytest.param(
            [Said(minute=60, kwh=108, named=0)],
            0.0,
            0,
            id="found running, from where is not told",
        ),
        pytest.param(
            [Said(minute=60, named=0, start_kwh=100), Said(minute=61, kwh=108, named=0, start_kwh=100)],
            8.0,
            0,
            id="found running, the register comes later",
        ),
        pytest.param(
            [Said(minute=60, kwh=108, named=0, start_kwh=nan)],
            0.0,
            0,
            id="found running, from where makes no sense",
        ),
        pytest.param(
            [Said(minute=60, kwh=5_000, named=0, start_kwh=0)],
            0.0,
            0,
            id="found running, 5000 kWh in an hour: its start makes no sense",
        ),
        pytest.param(
            [Said(minute=-600, state=EvState.A, kwh=90), Said(minute=0, named=0, start_kwh=100, kwh=100.5)],
            0.5,
            0,
            id="the last reading before is older than a charge that was not seen",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=5, kwh=100.5), Said(minute=6, kwh=100.6, named=5, start_kwh=100.5)],
            0.6,
            0,
            id="what flowed before the transaction counts as well",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100, named=0, start_kwh=100),
                Said(minute=20, kwh=102, named=0, start_kwh=100),
                Said(minute=21, state=EvState.B, kwh=102),
                Said(minute=22, kwh=102, named=21.9, start_kwh=102),
                Said(minute=42, kwh=104, named=21.9, start_kwh=102),
            ],
            4.0,
            0,
            id="a second transaction of a car in sight is the same session",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100, named=0, start_kwh=100),
                Said(minute=20, kwh=102, named=0, start_kwh=100),
                Said(minute=21, kwh=102, named=0, start_kwh=100, reachable=False),
                Said(minute=99, kwh=104, named=0, start_kwh=100),
            ],
            4.0,
            0,
            id="out of reach, back with the same transaction",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100, named=0, start_kwh=100),
                Said(minute=20, kwh=102, named=0, start_kwh=100),
                Said(minute=21, kwh=102, named=0, start_kwh=100, reachable=False),
                Said(minute=99, kwh=104, named=90, start_kwh=103),
            ],
            1.0,
            90,
            id="out of reach, back with another transaction: another car",
        ),
        pytest.param(
            [
                Said(minute=0, state=EvState.B, kwh=100),
                Said(minute=21, state=EvState.B, kwh=100, reachable=False),
                Said(minute=99, kwh=104, named=22, start_kwh=100),
            ],
            4.0,
            0,
            id="plugged in, out of reach, and its first transaction began meanwhile",
        ),
        pytest.param(
            [Said(minute=0, kwh=100, named=30, start_kwh=100), Said(minute=1, kwh=100.5, named=30, start_kwh=100)],
            0.5,
            0,
            id="a session cannot begin in the future",
        ),
    ],
)
def test_what_the_charger_says_of_the_session(saids: list[Said], expected: float, started: float) -> None:
    session = after(saids)
    assert session.energy_kwh == pytest.approx(expected)
    assert session.started_at == T0 + timedelta(minutes=started)


@pytest.mark.parametrize(
    ("saids", "expected"),
    [
        pytest.param(
            [Said(minute=0, state=EvState.A, kwh=100), Said(minute=600, state=EvState.B, kwh=130)],
            0.0,
            id="what flowed while nobody looked is no part of it",
        ),
        pytest.param(
            [Said(minute=0, state=EvState.A, kwh=100), Said(minute=600, state=EvState.B, kwh=100, read=0)],
            None,
            id="a reading from before nobody looked is no start",
        ),
        pytest.param(
            [Said(minute=0, state=EvState.B, kwh=100, named=0), Said(minute=1.5, kwh=100.5, named=1.4)],
            0.5,
            id="a station that restarts quickly has the same car, in another transaction",
        ),
        pytest.param(
            [Said(minute=0, state=EvState.B, kwh=100, named=0), Said(minute=600, kwh=130, named=590)],
            0.0,
            id="a charger that was not looked at for hours may have another car",
        ),
    ],
)
def test_what_happens_out_of_sight(saids: list[Said], expected: float | None) -> None:
    assert after(saids).energy_kwh == expected


def test_a_car_that_was_plugged_in_before_the_first_look_is_dated_by_its_state() -> None:
    status = EvseStatus(reachable=True, state=EvState.B, state_at=T0 - timedelta(hours=2))
    assert update(SessionEnergy(), status, T0).started_at == T0 - timedelta(hours=2)


def test_an_idle_register_does_not_save_up_time_for_a_jump() -> None:
    saids = [Said(minute=60 * hour, state=EvState.B, kwh=100) for hour in range(11)]
    assert after([*saids, Said(minute=601, kwh=500)]).energy_kwh == 0.0


def test_a_register_without_a_time_may_be_told_seldom() -> None:
    """Each tick sees the cached reading again; only the change of a 15-minute register is a reading."""
    session, status = SessionEnergy(), EvseStatus(reachable=True, state=EvState.C)
    for second in range(0, 3601, 10):
        session = update(
            session, replace(status, energy_kwh=100.0 + second // 900 * 10), T0 + timedelta(seconds=second)
        )
    assert session.energy_kwh == pytest.approx(40.0)


STEPS = st.lists(st.floats(min_value=0, max_value=MOST_KW / 60), min_size=1, max_size=30)
"""What flows in each minute, kWh."""
LAPSES = st.sampled_from(["told", "missing", "nan", "unreachable", "fault", "repeated"])


@given(steps=STEPS, start=st.floats(min_value=0, max_value=1e5), data=st.data())
def test_a_register_that_never_falls_is_counted_wholly(steps: list[float], start: float, data: st.DataObject) -> None:
    session = after([Said(minute=0, kwh=start)])
    true = start
    for minute, step in enumerate(steps, start=1):
        true += step
        said = Said(minute=minute, kwh=true)
        match data.draw(LAPSES):
            case "missing":
                said = replace(said, kwh=None)
            case "nan":
                said = replace(said, kwh=nan)
            case "unreachable":
                said = replace(said, reachable=False)
            case "fault":
                said = replace(said, state=EvState.F)
            case "repeated":
                session = after([said], session)
            case _:
                pass
        session = after([said], session)
    session = after([Said(minute=len(steps) + 1, kwh=true)], session)
    assert session.energy_kwh == pytest.approx(true - start, abs=1e-6)


@given(steps=STEPS, resets=st.sets(st.integers(min_value=0, max_value=29)), start=st.floats(min_value=0, max_value=1e4))
def test_resets_lose_nothing_that_was_counted_and_invent_nothing(
    steps: list[float], resets: set[int], start: float
) -> None:
    session = after([Said(minute=0, kwh=start)])
    register = start
    true = counted = 0.0
    lost = 0.0
    for index, step in enumerate(steps):
        if index in resets:
            register, lost = 0.0, lost + step + 0.11
        register += step
        true += step
        session = after([Said(minute=index + 1, kwh=register)], session)
        assert session.energy_kwh is not None
        assert counted <= session.energy_kwh <= true + 1e-6
        counted = session.energy_kwh
    if not resets:
        assert counted == pytest.approx(true, abs=1e-6)


@given(steps=STEPS, wrong=st.floats(min_value=0, max_value=1e6), where=st.integers(min_value=0, max_value=29))
def test_one_wrong_reading_invents_nothing(steps: list[float], wrong: float, where: int) -> None:
    """Wrong by so much that it can be told: below what was read before, or further above than can have flowed."""
    session = after([Said(minute=0, kwh=1000)])
    true = 1000.0
    for index, step in enumerate(steps):
        true += step
        told = wrong if index == where and not true - step <= wrong <= true + 50 else true
        session = after([Said(minute=index + 1, kwh=told)], session)
        assert session.energy_kwh is not None
        assert 0 <= session.energy_kwh <= true - 1000 + 1e-6


@pytest.mark.parametrize(
    ("saids", "hours"),
    [
        pytest.param([Said(minute=step, kwh=100 + 0.18 * step) for step in range(61)], 1.0, id="11 kW for an hour"),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=30, kwh=105), Said(minute=60, kwh=105), Said(minute=90, kwh=110)],
            1.5,
            id="a charger that tells its register seldom, or pauses unseen",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100),
                Said(minute=30, kwh=105),
                *(Said(minute=minute, state=EvState.B, kwh=105) for minute in range(31, 300)),
                Said(minute=330, kwh=110),
            ],
            0.5 + 31 / 60,
            id="a pause that is seen",
        ),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=600, kwh=102.76)], 2.0, id="as if with 6 A on one phase, not less"
        ),
        pytest.param([Said(minute=0, kwh=100), Said(minute=60, kwh=95, watts=-5000)], 0.0, id="what it gives back"),
        pytest.param(
            [Said(minute=0, kwh=100), Said(minute=60, kwh=110), Said(minute=61, kwh=0), Said(minute=121, kwh=10)],
            2.0,
            id="a register that begins anew",
        ),
        pytest.param(
            [
                Said(minute=0, kwh=100),
                Said(minute=60, kwh=110),
                Said(minute=61, state=EvState.A, kwh=110),
                Said(minute=62, state=EvState.B, kwh=110),
            ],
            0.0,
            id="the next car begins at 0",
        ),
        pytest.param([Said(minute=60, kwh=108, named=0, start_kwh=100)], 1.0, id="found running"),
    ],
)
def test_for_how_long_it_charged(saids: list[Said], hours: float) -> None:
    assert after(saids).charging_h == pytest.approx(hours)


def test_a_session_that_was_kept_by_an_older_release_goes_on() -> None:
    since = T0.isoformat()
    register: Json = {"energy_kwh": 108.0, "at": since}
    told: Json = {"started_at": since, "energy_kwh": 8.0, "running": True, "looked_at": since, "register": register}
    kept = from_json(SessionEnergy, told)
    session = after([Said(minute=30, kwh=112)], kept)
    assert (session.energy_kwh, session.charging_h) == (12.0, 0.5)


SAIDS = st.builds(
    Said,
    minute=st.integers(min_value=0, max_value=10_000).map(float),
    state=st.sampled_from([None, *EvState]),
    kwh=st.none() | st.floats(),
    watts=st.none() | st.floats(min_value=0),
    reachable=st.booleans(),
    named=st.none() | st.integers(min_value=-100, max_value=10_000).map(float),
    start_kwh=st.none() | st.floats(),
)


@given(saids=st.lists(SAIDS, max_size=30))
def test_whatever_a_charging_charger_says_energy_stays_sane(saids: list[Said]) -> None:
    session = SessionEnergy()
    for said in sorted(saids, key=lambda said: said.minute):
        before, session = session, after([said], session)
        assert after([said], session) == session, "the same status again changes nothing"
        assert session.energy_kwh is None or 0 <= session.energy_kwh < inf
        if (
            session.started_at == before.started_at
            and session.running == before.running
            and before.energy_kwh is not None
        ):
            assert session.energy_kwh is not None
            assert session.energy_kwh >= before.energy_kwh
            stored = [CAR.stored_kwh(it.energy_kwh or 0.0, it.charging_h) for it in (before, session)]
            assert 0 <= stored[0] <= stored[1], "what reached the battery never falls"
