"""A hundred thousand frames that no station should send, and what must not come of them.

None may crash anything, be answered with a fault of ours, fill the memory, forge a line in the log, or be noticed by
another station. All but a few thousand take the way through the server without a socket: `fuzz.wire`.
"""

import asyncio
import gc
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from random import Random
from typing import Any, Final, cast, override

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from custom_components.smart_charging.csms.authorization import Admittance, Authorization, IdToken
from custom_components.smart_charging.csms.crowd import ServerLimits
from custom_components.smart_charging.csms.errors import CsmsError
from custom_components.smart_charging.csms.operations import CertificateUse, LogKind
from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.station import Station
from custom_components.smart_charging.csms.v16.requests import V16Requests
from custom_components.smart_charging.csms.v201 import commands as v201_commands
from custom_components.smart_charging.csms.v201.requests import V201Requests
from custom_components.smart_charging.csms.versions import Version

from .conftest import IMPATIENT, Clock, MakeCsms
from .fuzz.breaking import Breaker, ever_new, every_field
from .fuzz.payloads import Payloads, actions, seeded
from .fuzz.wire import Wire, census
from .peer import station_at
from .schemas import faults

FRAMES: Final = 100_000
OVER_SOCKETS: Final = 3_000
EVER_NEW: Final = 100
MUCH_KEPT: Final = frozenset(
    {"StatusNotification", "StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent", "NotifyEvent"}
)
"""Of these more is kept, so it takes longer until no more is."""

SLACK: Final = 60
"""Objects that are a matter of the moment."""

UNHURRIED: Final = ServerLimits(
    frames_per_second=1e9, frames_burst=1e9, boot_grace_s=0.0, call_timeout_s=0.02, close_timeout_s=0.2
)

OUTCOMES: Final = frozenset(
    {"done", "CallFailed", "StationRejected", "NoTransaction", "StationTimeout", "StationOffline", "NotOffered"}
)
"""What may come of asking such a station for something."""

IDENTITIES: Final = {Version.V16: "OLD", Version.V201: "NEW", Version.V21: "NEWEST"}


class Watch(logging.Handler):
    """Collects what the log must not hold: faults, and lines that a station wrote itself."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or not text.isprintable():
            self.found.append(f"{text!r} {record.exc_info[1] if record.exc_info else ''!r}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    loggers = [logging.getLogger(name) for name in ("custom_components.smart_charging.csms", "asyncio")]
    for logger in loggers:
        logger.addHandler(watch)
        logger.setLevel(logging.DEBUG)
    yield watch
    for logger in loggers:
        logger.removeHandler(watch)
        logger.setLevel(logging.NOTSET)


class TickingClock(Clock):
    """Goes on a little whenever it is looked at."""

    @override
    def __call__(self) -> datetime:
        self.advance(0.02)
        return self.at


def by_chance(random: Random) -> Callable[[str, IdToken], Authorization]:
    """Judges cards as it comes."""
    until = datetime.fromisoformat("2026-07-01T00:00:00Z")

    def judge(_identity: str, _id_token: IdToken) -> Authorization:
        return Authorization(
            status=random.choice(list(Admittance)),
            expires_at=random.choice((None, until)),
            group=random.choice((None, "FAMILY")),
        )

    return judge


def handled(version: Version) -> list[str]:
    """What is answered in this version; the rest is refused unread."""
    nothing: Any = None
    requests = (
        V16Requests(nothing, nothing, nothing)
        if version is Version.V16
        else V201Requests(nothing, nothing, nothing, nothing, version)
    )
    return [action for action in actions(version) if action in requests._handlers]


def content(unique_id: str, _action: str) -> str:
    """The answer of a station that is content with everything."""
    return json.dumps([3, unique_id, {"status": "Accepted"}])


async def serve(csms: CentralSystem, wire: Wire) -> None:
    """Deal with a connection until it is over."""
    await csms._serve(cast("ServerConnection", wire))


@asynccontextmanager
async def bystander(csms: CentralSystem) -> AsyncIterator[None]:
    """Another station, which sends a heartbeat at every turn, and has to get every answer, in order."""
    sent = answered = 0
    over = False

    def heartbeats() -> Iterator[bytes]:
        nonlocal sent
        while not over:
            sent += 1
            yield json.dumps([2, f"h{sent}", "Heartbeat", {}]).encode()

    def take(answer: list[Any]) -> None:
        nonlocal answered
        answered += 1
        assert answer[:2] == [3, f"h{answered}"]
        assert list(answer[2]) == ["currentTime"]

    station = csms.station("BYSTANDER")
    task = asyncio.create_task(serve(csms, Wire("BYSTANDER", Version.V16, heartbeats(), content, take, patience=1)))
    await asyncio.sleep(0)
    try:
        yield
        assert station.connected
    finally:
        over = True
        await task
    assert answered == sent > 100
    assert not station.connectors


@asynccontextmanager
async def ordered_about(station: Station, outcomes: Counter[str]) -> AsyncIterator[None]:
    """All the while, the station is asked everything that it can be; `outcomes` counts what comes of that by its name."""

    async def go_on() -> None:
        while True:
            for order in orders(station):
                await asyncio.sleep(0)
                try:
                    await order()
                except (CsmsError, ValueError) as error:
                    outcomes[type(error).__name__ if str(error).isprintable() else repr(str(error))] += 1
                else:
                    outcomes["done"] += 1

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def orders(station: Station) -> tuple[Callable[[], Coroutine[Any, Any, object]], ...]:
    return (
        lambda: station.set_limit(1, 10, valid_s=60),
        lambda: station.set_default_limit(1, 8),
        lambda: station.set_maximum_limit(32),
        lambda: station.clear_limit(1),
        lambda: station.remote_start(1, "CARD"),
        lambda: station.remote_stop(1),
        station.read_configuration,
        lambda: station.read_configuration(["A.B"]),
        lambda: station.write_configuration("A.B", "1"),
        lambda: station.trigger("MeterValues", 1),
        lambda: station.change_availability(1, operative=True),
        lambda: station.operations.reset(None, hard=False),
        lambda: station.operations.unlock(1),
        lambda: station.operations.read_list_version(),  # noqa: PLW0108 -- there may be no operations by now
        lambda: station.operations.request_log(LogKind.DIAGNOSTICS, 1, "http://127.0.0.1/", None),
        lambda: station.operations.file_protocols(),  # noqa: PLW0108
        lambda: station.operations.transfer_data("Acme", None, {"a": 1}),
        lambda: station.operations.installed_certificates(CertificateUse.CSMS),
        lambda: station.operations.read_limits(1, 60),
    )


@pytest.mark.parametrize("version", Version)
def test_what_is_broken_later_is_whole_at_first(version: Version) -> None:
    for generous in (False, True):
        payloads = Payloads(seeded(5), generous=generous)
        for action in actions(version):
            assert faults(version, action, payloads.request(version, action)) == []
            assert faults(version, action, payloads.answer(version, action), answer=True) == []


@pytest.fixture
def fuzzed(make_csms: MakeCsms) -> CentralSystem:
    csms = make_csms(now=TickingClock(), anyone=True, limits=UNHURRIED, authorise=by_chance(seeded(1)))
    for identity in (*IDENTITIES.values(), "BYSTANDER"):
        csms.add_known(identity, None)
    return csms


@pytest.mark.parametrize("version", Version)
async def test_every_field_of_every_wrong_type(fuzzed: CentralSystem, watch: Watch, version: Version) -> None:
    frames = [frame.encode() for frame in every_field(version, handled(version))]
    answers: list[list[Any]] = []
    async with bystander(fuzzed):
        await serve(fuzzed, Wire(IDENTITIES[version], version, frames, content, answers.append))
    assert len(answers) == len(frames)
    for kind, unique_id, said, *_ in answers[::5]:
        if kind == 3:
            assert faults(version, unique_id.partition("-")[0], said, answer=True) == []
    assert "InternalError" not in {said for kind, _, said, *_ in answers if kind == 4}
    assert watch.found == []


@pytest.mark.parametrize("version", Version)
async def test_what_is_ever_new_is_not_kept_for_ever(fuzzed: CentralSystem, watch: Watch, version: Version) -> None:
    async with bystander(fuzzed):
        for action in ("Heartbeat", *handled(version)):  # while the first goes on, it is found out what the station can
            count = how_many(action)
            sizes: list[int] = []
            frames = weighed(ever_new(version, action, count), fuzzed, sizes, count // 2)
            await serve(fuzzed, Wire(IDENTITIES[version], version, frames, content, lambda _: None))
            assert sizes[1] - sizes[0] < SLACK + sizes[0] / 50 or action == "Heartbeat", action
    assert watch.found == []


def how_many(action: str) -> int:
    return EVER_NEW * (12 if action in MUCH_KEPT else 1)


def sent_above() -> int:
    """How many frames the tests above send, in all."""
    wrong = sum(1 for version in Version for _ in every_field(version, handled(version)))
    return wrong + sum(how_many(action) for version in Version for action in handled(version))


async def test_frames_broken_by_chance(fuzzed: CentralSystem, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v201_commands, "_REPORT_S", 0.02)
    count = FRAMES - OVER_SOCKETS - sent_above()
    outcomes: Counter[str] = Counter()
    errors: Counter[str] = Counter()

    def take(answer: list[Any]) -> None:
        if answer[0] == 4:
            errors[answer[2]] += 1

    async with bystander(fuzzed):
        for version, identity in IDENTITIES.items():
            breaker = Breaker(seeded(f"chance {version}"), version)
            sizes: list[int] = []
            frames = weighed(breaker.frames(count // len(Version)), fuzzed, sizes)
            async with ordered_about(fuzzed.station(identity), outcomes):
                await serve(fuzzed, Wire(identity, version, frames, breaker.reply, take))
            assert 1_000 < max(sizes) < 20_000
    assert watch.found == []
    assert errors.keys() >= {"FormationViolation", "NotImplemented", "PropertyConstraintViolation"}
    assert "InternalError" not in errors
    assert OUTCOMES >= outcomes.keys() >= OUTCOMES - {"StationTimeout", "StationOffline", "NotOffered"}
    assert outcomes.total() > 1000
    check_what_goes_to_disk(fuzzed)
    assert watch.found == []


def weighed(
    frames: Iterable[bytes | str], csms: CentralSystem, sizes: list[int], every: int = 2_000
) -> Iterator[bytes]:
    """These frames; now and then, how much is known of all stations is noted in `sizes`."""
    for number, frame in enumerate(frames, 1):
        if number % every == 0:
            gc.collect()
            sizes.append(census(csms))
        yield frame if isinstance(frame, bytes) else frame.encode()


def check_what_goes_to_disk(csms: CentralSystem) -> None:
    """It can go there, and what comes back is the same."""
    kept = orjson.loads(orjson.dumps(csms.dump()))
    after = CentralSystem(now=TickingClock(), anyone=True)
    after.restore(kept)
    for identity in (*IDENTITIES.values(), "BYSTANDER"):
        after.add_known(identity, None)
    again = after.dump()
    for identity in IDENTITIES.values():
        assert again[identity]["info"] == kept[identity]["info"]
        assert len(again[identity]["transactions"]) == len(kept[identity]["transactions"])


async def test_frames_over_a_socket(make_csms: MakeCsms, watch: Watch) -> None:
    csms = make_csms(anyone=True, limits=IMPATIENT)
    await csms.start("127.0.0.1", 0)
    async with station_at(csms.port, "BYSTANDER") as other:
        for session in range(OVER_SOCKETS // 250):
            version = list(Version)[session % 3]
            breaker = Breaker(seeded(f"socket {session}"), version)
            async with connect(
                f"ws://127.0.0.1:{csms.port}/{IDENTITIES[version]}",
                subprotocols=[Subprotocol(f"ocpp{version}")],
                proxy=None,
                max_size=None,
                max_queue=None,
                compression=None,
            ) as socket:
                with suppress(ConnectionClosed):
                    for number, frame in enumerate(breaker.frames(250)):
                        await socket.send(frame, text=number % 2 == 0)
            assert await other.call("Heartbeat")
        assert csms.station("BYSTANDER").connected
    assert watch.found == []


@pytest.mark.parametrize(
    "message",
    [
        [5, "a1", "FormatViolation", "no such field", {}],
        [5, "a1"],
        [6, "a1", "NotifyPeriodicEventStream", {"id": 1, "pending": 0, "basetime": "2026-06-01T10:00:00Z", "data": []}],
        [6, "a1"],
    ],
)
async def test_what_wants_no_answer_gets_none(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture, message: list[Any]
) -> None:
    async with station_at(csms.port, subprotocols=("ocpp2.1",)) as peer:
        await peer.send(message)
        await peer.call("Heartbeat")
        answers = [peer.raw.get_nowait() for _ in range(peer.raw.qsize())]
        assert [answer[0] for answer in answers if answer[0] != 2] == [3]
        assert csms._links["CP1"].counts.garbage == 0
    assert "no OCPP message" not in caplog.text


async def test_a_station_is_heard_that_could_not_read_our_answer(
    csms: CentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    async with station_at(csms.port, subprotocols=("ocpp2.1",)) as peer:
        await peer.send([5, "a1", "FormatViolation", "no such\nfield", {}])
        await peer.call("Heartbeat")
    (line,) = [record.getMessage() for record in caplog.records if "our answer" in record.getMessage()]
    assert line.startswith("Station CP1 could not read our answer: FormatViolation no suchfield (")
