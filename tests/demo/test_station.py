"""The simulated station on a real loopback WebSocket, against a csms of a few lines."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from demo.car import Car
from demo.outlet import Outlet
from demo.station import KEPT_SAMPLES, Station

from .conftest import Clock
from .test_profiles import profile

PATIENCE_S = 10


class FakeCsms:
    """Accepts everything and writes it down; `answers` replaces an answer, once each."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}
        self.follow_up: dict[str, dict[str, Any]] = {}
        """SetChargingProfile requests to send in the same breath as an answer."""
        self.headers: list[str | None] = []
        self.sockets: list[ServerConnection] = []
        self.port = 0
        self._changed = asyncio.Event()
        self.replies: dict[str, list[Any]] = {}
        self._server: Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await serve(self._serve, "127.0.0.1", port, subprotocols=[Subprotocol("ocpp1.6")])
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def of(self, action: str) -> list[dict[str, Any]]:
        return [payload for name, payload in self.received if name == action]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def ask(self, action: str, **request: Any) -> list[Any]:
        unique_id = f"ask-{len(self.replies)}"
        self.replies[unique_id] = []
        await self.sockets[-1].send(json.dumps([2, unique_id, action, request]))
        await self.until(lambda: self.replies[unique_id])
        return self.replies[unique_id]

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.headers.append(socket.request.headers.get("Authorization"))
        self.sockets.append(socket)
        async for frame in socket:
            message = json.loads(frame)
            if message[0] == 2:
                await self._answer(socket, message)
            else:
                self.replies[message[1]] = message
            self._changed.set()

    async def _answer(self, socket: ServerConnection, message: list[Any]) -> None:
        _, unique_id, action, payload = message
        self.received.append((action, payload))
        usual: dict[str, Any] = {
            "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": "2026-01-15T18:00:00Z"},
            "StartTransaction": {"transactionId": 42, "idTagInfo": {"status": "Accepted"}},
        }
        replacement = self.answers.get(action, [])
        answer = replacement.pop(0) if replacement else usual.get(action, {})
        frame = [4, unique_id, answer, "", {}] if isinstance(answer, str) else [3, unique_id, answer]
        await socket.send(json.dumps(frame))
        if action in self.follow_up:
            await socket.send(json.dumps([2, "follow-up", "SetChargingProfile", self.follow_up.pop(action)]))


class Bench:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.csms = FakeCsms()
        self.outlet = Outlet()
        self.pauses: list[float] = []
        self.paused = asyncio.Event()
        self.station = Station(self.outlet, clock=clock, identity="S1", key="secret", pause=self._pause)
        self._task: asyncio.Task[None] | None = None

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    def connect(self) -> None:
        self._task = asyncio.ensure_future(self.station.run(f"ws://127.0.0.1:{self.csms.port}/"))

    async def online(self) -> None:
        await self.csms.start(self.csms.port)
        self.connect()
        await self.csms.until(lambda: len(self.csms.of("StatusNotification")) >= 2)

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            now = self.clock.advance(1)
            self.outlet.step(now, 1.0)
            self.station.tick(now)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.csms.stop()


@pytest.fixture
async def bench(clock: Clock) -> AsyncIterator[Bench]:
    bench = Bench(clock)
    yield bench
    await bench.stop()


async def charging(bench: Bench) -> None:
    await bench.online()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(12)
    await bench.csms.until(lambda: bench.csms.of("StartTransaction") and bench.csms.of("MeterValues"))


async def test_it_boots_with_its_password_and_tells_its_statuses(bench: Bench) -> None:
    await bench.online()
    assert bench.csms.headers == [f"Basic {base64.b64encode(b'S1:secret').decode()}"]
    assert bench.csms.received[0][0] == "BootNotification"
    assert [(said["connectorId"], said["status"]) for said in bench.csms.of("StatusNotification")] == [
        (0, "Available"),
        (1, "Available"),
    ]
    assert bench.station.connected
    assert bench.station.answers.keys.integer("HeartbeatInterval") == 300


async def test_it_boots_again_until_it_is_accepted(bench: Bench) -> None:
    bench.csms.answers["BootNotification"] = [{"status": "Pending", "interval": 7}]
    await bench.online()
    assert len(bench.csms.of("BootNotification")) == 2
    assert bench.pauses == [7]


async def test_without_a_password_none_is_sent(bench: Bench, clock: Clock) -> None:
    bench.station = Station(bench.outlet, clock=clock, pause=bench._pause)
    await bench.online()
    assert bench.csms.headers == [None]


async def test_a_car_makes_a_transaction_with_meter_values(bench: Bench) -> None:
    await charging(bench)
    started = bench.csms.of("StartTransaction")[0]
    assert started["connectorId"] == 1
    assert started["meterStart"] == 0
    values = bench.csms.of("MeterValues")[0]
    assert values["transactionId"] == 42
    assert {sample["measurand"] for sample in values["meterValue"][0]["sampledValue"]} == {
        "Energy.Active.Import.Register",
        "Power.Active.Import",
    }
    assert bench.csms.of("StatusNotification")[-1]["status"] == "Charging"
    bench.outlet.unplug()
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    stopped = bench.csms.of("StopTransaction")[0]
    assert (stopped["transactionId"], stopped["reason"]) == (42, "EVDisconnected")


async def test_a_profile_right_behind_the_answer_finds_the_transaction_s_id(bench: Bench) -> None:
    await bench.online()
    payload = profile("TxProfile", (0, 10.0), transactionId=42)
    bench.csms.follow_up["StartTransaction"] = {"connectorId": 1, "csChargingProfiles": payload}
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.replies.get("follow-up"))
    assert bench.csms.replies["follow-up"][2]["status"] == "Accepted"


async def test_samples_come_at_the_interval_that_was_set(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="1")
    before = len(bench.csms.of("MeterValues"))
    bench.pass_seconds(5)
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == before + 5)


async def test_aligned_samples_come_on_the_clock(bench: Bench) -> None:
    await bench.online()
    await bench.csms.ask("ChangeConfiguration", key="ClockAlignedDataInterval", value="60")
    bench.pass_seconds(125)
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == 2)
    value = bench.csms.of("MeterValues")[0]
    assert "transactionId" not in value
    assert value["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Clock"


async def test_a_setpoint_holds_runs_out_and_leaves_the_default(bench: Bench) -> None:
    await charging(bench)
    default, setpoint = profile("TxDefaultProfile", (0, 6.0)), profile("TxProfile", (0, 16.0), number=2, duration=60)
    setpoint["chargingSchedule"]["startSchedule"] = bench.clock.now.isoformat()
    for payload in (default, setpoint):
        reply = await bench.csms.ask("SetChargingProfile", connectorId=1, csChargingProfiles=payload)
        assert reply[2]["status"] == "Accepted"
    bench.pass_seconds(30)
    assert bench.outlet.offered_a == 16.0
    await bench.csms.stop()
    bench.pass_seconds(40)
    assert bench.outlet.offered_a == 6.0
    assert bench.outlet.drawn_a == pytest.approx(5.7)


async def test_a_drop_keeps_the_transaction_and_delivers_what_was_missed(bench: Bench) -> None:
    await charging(bench)
    seen = len(bench.csms.of("MeterValues"))
    bench.station.drop(20)
    bench.pass_seconds(10)
    bench.outlet.unplug()
    bench.pass_seconds(5)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    assert len(bench.csms.of("BootNotification")) == 2
    assert len(bench.csms.of("StartTransaction")) == 1
    assert len(bench.csms.of("MeterValues")) > seen
    assert bench.csms.of("StopTransaction")[0]["transactionId"] == 42


async def test_a_transaction_that_began_offline_is_told_later(bench: Bench) -> None:
    await bench.csms.start()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(25)
    bench.connect()
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == 2)
    assert [name for name, _ in bench.csms.received if name in {"StartTransaction", "MeterValues"}] == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
    ]
    assert bench.csms.of("MeterValues")[0]["transactionId"] == 42


async def test_offline_samples_are_bounded_and_transactions_are_kept(bench: Bench) -> None:
    bench.station.answers.keys.write("MeterValueSampleInterval", "1")
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(KEPT_SAMPLES + 50)
    await bench.csms.start()
    bench.connect()
    await bench.csms.until(lambda: len(bench.csms.of("MeterValues")) == KEPT_SAMPLES)
    assert len(bench.csms.of("StartTransaction")) == 1


async def test_it_waits_between_attempts(bench: Bench) -> None:
    await bench.csms.start()
    await bench.csms.stop()
    bench.connect()
    async with asyncio.timeout(PATIENCE_S):
        while len(bench.pauses) < 3:
            await bench.paused.wait()
            bench.paused.clear()
    assert all(1 <= pause <= 5 for pause in bench.pauses)


async def test_a_refused_start_is_tried_thrice_then_given_up(bench: Bench) -> None:
    bench.csms.answers["StartTransaction"] = ["InternalError"] * 3
    await charging(bench)
    assert len(bench.csms.of("StartTransaction")) == 3
    assert bench.pauses == [5, 5]
    assert bench.csms.of("MeterValues")[0]["transactionId"] == -1


async def test_a_tag_that_is_not_accepted_ends_the_transaction(bench: Bench) -> None:
    bench.csms.answers["StartTransaction"] = [{"transactionId": 5, "idTagInfo": {"status": "Blocked"}}]
    await bench.online()
    bench.outlet.plug(Car(), bench.clock.now)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    stopped = bench.csms.of("StopTransaction")[0]
    assert (stopped["transactionId"], stopped["reason"]) == (5, "DeAuthorized")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StatusNotification")[-1]["status"] == "Finishing")


async def test_remote_stop_and_start(bench: Bench) -> None:
    await charging(bench)
    assert (await bench.csms.ask("RemoteStopTransaction", transactionId=42))[2]["status"] == "Accepted"
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("StopTransaction"))
    assert bench.csms.of("StopTransaction")[0]["reason"] == "Remote"
    assert (await bench.csms.ask("RemoteStartTransaction", idTag="REMOTE"))[2]["status"] == "Accepted"
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of("StartTransaction")) == 2)
    assert bench.csms.of("StartTransaction")[1]["idTag"] == "REMOTE"


async def test_a_reset_ends_the_transaction_and_boots_again(bench: Bench) -> None:
    await charging(bench)
    await bench.csms.ask("SetChargingProfile", connectorId=1, csChargingProfiles=profile("TxDefaultProfile", (0, 6.0)))
    await bench.csms.ask("Reset", type="Hard")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of("StartTransaction")) == 2)
    assert bench.csms.of("StopTransaction")[0]["reason"] == "HardReset"
    assert len(bench.csms.of("BootNotification")) == 2
    assert bench.outlet.limit_a(bench.clock.now) == 6.0


def test_a_reset_while_offline_is_no_harm(clock: Clock) -> None:
    outlet = Outlet()
    station = Station(outlet, clock=clock)
    station.answers.reset = "SoftReset"
    station.tick(clock.now)
    assert station.answers.reset is None


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("BootNotification", "BootNotification"),
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
        ("MeterValues", "MeterValues"),
    ],
)
async def test_a_triggered_message_is_sent(bench: Bench, message: str, sent: str) -> None:
    await charging(bench)
    before = len(bench.csms.of(sent))
    await bench.csms.ask("TriggerMessage", requestedMessage=message)
    bench.pass_seconds(1)
    await bench.csms.until(lambda: len(bench.csms.of(sent)) > before)


async def test_meter_values_can_be_triggered_when_idle(bench: Bench) -> None:
    await bench.online()
    await bench.csms.ask("TriggerMessage", requestedMessage="MeterValues")
    bench.pass_seconds(1)
    await bench.csms.until(lambda: bench.csms.of("MeterValues"))
    assert "transactionId" not in bench.csms.of("MeterValues")[0]


async def test_heartbeats_fill_the_silence(bench: Bench) -> None:
    await bench.online()
    bench.pass_seconds(299)
    assert bench.csms.of("Heartbeat") == []
    bench.pass_seconds(2)
    await bench.csms.until(lambda: bench.csms.of("Heartbeat"))


async def test_nonsense_is_answered_with_an_error_or_not_at_all(bench: Bench) -> None:
    await bench.online()
    for frame in ("", "{}", "[]", "[2]", "[9,1]", '[3,"nobody","asked"]', '[4,"nobody"]', "not json"):
        await bench.csms.sockets[-1].send(frame)
    assert (await bench.csms.ask("MakeCoffee"))[2] == "NotImplemented"
    assert (await bench.csms.ask("ChangeConfiguration"))[2] == "FormationViolation"
    assert bench.station.connected
