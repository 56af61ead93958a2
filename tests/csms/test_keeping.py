"""What is known of stations outlives a restart."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charging.csms.authorization import IdToken
from custom_components.smart_charging.csms.keeping import dump, restore
from custom_components.smart_charging.csms.ladder import Purpose
from custom_components.smart_charging.csms.lessons import Lessons
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.records import Features, Measurement, ProfileStyle, RateUnit, StationInfo
from custom_components.smart_charging.csms.register import Reading
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.transactions import StartRequest, StopRequest

from .conftest import Clock, MakeCsms, Recorder
from .peer import station_at

INFO = StationInfo(vendor="Acme", model="One", serial="S", firmware="1.0")


def make(clock: Clock, lessons: Lessons | None = None) -> StationMemory:
    return StationMemory("CP1", clock, TransactionIds(clock), lessons)


def start(memory: StationMemory, connector_id: int = 1) -> str:
    request = StartRequest(
        connector_id=connector_id, id_token=IdToken(text="T"), meter_start_wh=1000.0, station_at=memory.now()
    )
    return memory.start_transaction(request).transaction_id


def measure(memory: StationMemory, transaction_id: str, energy_wh: float) -> None:
    memory.measured(1, transaction_id, Measurement(at=memory.now(), energy_wh=energy_wh))


@pytest.fixture
def known(clock: Clock) -> StationMemory:
    """A station of which there is something to know."""
    memory = make(clock)
    memory.booted(INFO)
    memory.ready(Features(max_stack_level=3, rate_units=frozenset({RateUnit.A, RateUnit.W}), measurands=("SoC",)))
    memory.ladder.accepted(Purpose.LIVE, ProfileStyle(relative=True, unit=RateUnit.W))
    start(memory, 2)
    memory.stop_transaction(StopRequest(transaction_id=start(memory, 3), readings=(), reason="Local"))
    measure(memory, start(memory), 1500.0)
    return memory


def test_everything_comes_back(known: StationMemory, clock: Clock) -> None:
    plain = json.loads(json.dumps(dump(known)))
    clock.advance(600)
    lessons = Lessons()
    after = make(clock, lessons)
    restore(after, plain)
    assert (after.info, after.features, after.style) == (known.info, known.features, known.style)
    assert after.ladder.proven == {Purpose.LIVE}
    assert lessons.get(INFO) == known.style
    before = known.connectors[1].transaction
    transaction = after.connectors[1].transaction
    assert before
    assert transaction
    assert (transaction.transaction_id, transaction.started_at) == (before.transaction_id, before.started_at)
    # Nobody knows what limits hold for it.
    assert (before.found_at, transaction.found_at) == (None, clock.at)
    assert after.connectors[1].transaction_energy_wh == 500.0
    measure(after, transaction.transaction_id, 2500.0)
    assert after.connectors[1].transaction_energy_wh == 1500.0
    assert after.running(3) is None
    after.booted(INFO)
    assert after.features == known.features


def test_another_firmware_is_another_station(known: StationMemory) -> None:
    known.booted(StationInfo(vendor="Acme", model="One", serial="S", firmware="1.1"))
    assert known.features is None
    assert known.style == ProfileStyle()
    known.booted(StationInfo(vendor="ABB", model="Terra", serial="S", firmware="1.1"))
    assert known.style == ProfileStyle(stack_level=0)


def test_only_the_last_few_that_ended_are_kept(clock: Clock) -> None:
    memory = make(clock)
    running = start(memory, 2)
    for _ in range(30):
        clock.advance(1)
        reading = Reading(register_wh=1000.0, at=clock.at)
        memory.stop_transaction(StopRequest(transaction_id=start(memory), readings=(reading,), reason="Local"))
    kept = dump(memory)["transactions"]
    assert len(kept) == 17
    assert kept[0]["transaction"]["transaction_id"] == running


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain["transactions"][0]["transaction"].pop("connector_id"),
        lambda plain: plain["transactions"][0]["transaction"].update(started_at="yesterday"),
        lambda plain: plain["transactions"][0].update(energy_wh="much"),
        lambda plain: plain["transactions"].insert(0, None),
        lambda plain: plain["transactions"].insert(0, 7),
    ],
)
def test_a_transaction_that_cannot_be_read_harms_no_other(known: StationMemory, clock: Clock, spoil: Any) -> None:
    plain = deepcopy(dump(known))
    plain["transactions"] = [plain["transactions"][1], *plain["transactions"]]
    spoil(plain)
    after = make(clock)
    restore(after, plain)
    assert after.running(1)
    assert after.running(2)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"info": 5, "features": [], "style": {"unit": "V"}, "transactions": [{}]},
        {"info": {"vendor": "A"}, "features": {"rate_units": ["V"]}, "style": {"steak": 1}},
    ],
)
def test_nothing_readable_is_nothing_known(clock: Clock, plain: dict[str, Any]) -> None:
    after = make(clock)
    restore(after, plain)
    assert (after.info, after.features, after.style) == (None, None, ProfileStyle())
    assert not after.connectors


async def test_a_restarted_csms_goes_on_with_what_it_knew(make_csms: MakeCsms, clock: Clock) -> None:
    first = make_csms(anyone=True)
    first.add_known("CP1", None)
    await first.start("127.0.0.1", 0)
    async with station_at(first.port) as peer, station_at(first.port, "STRANGER"):
        transaction_id = await peer.start(meterStart=1000)
        await peer.meter(1500, transactionId=transaction_id)
    kept = json.loads(json.dumps(first.dump()))
    assert list(kept) == ["CP1"]
    await first.stop()

    clock.advance(3600)
    second = make_csms()
    second.restore(kept)
    station = second.add_known("CP1", None)
    recorder = Recorder(station)
    await second.start("127.0.0.1", 0)
    async with station_at(second.port) as peer:
        clock.advance(timedelta(minutes=1).total_seconds())
        await peer.call("StopTransaction", transactionId=transaction_id, meterStop=9000)
        await peer.call("Heartbeat")
    (ended,) = [event for event in recorder.events if type(event).__name__ == "TransactionEnded"]
    assert ended.energy_wh == 8000.0  # type: ignore[attr-defined]
