"""What a charger is, whichever version of OCPP it speaks and whoever's library speaks it."""

import asyncio
import base64
import json
import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, override

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

HARDWARE_A = 32.0
"""What it charges with when nobody limits it, A per phase."""

VOLTS = 230.0


def emit(**line: Any) -> None:
    """Tell the test something."""
    sys.stdout.write(json.dumps(line, default=float) + "\n")
    sys.stdout.flush()


class Faults(logging.Handler):
    """Whatever the library logs as an error is a fault of what it was sent."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else ""
        emit(fault=f"{record.getMessage()} {error!r}")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A charging profile of one period, as it was installed; times by the charger's clock."""

    purpose: str
    level: int
    limit_a: float
    start: datetime | None
    duration_s: float | None
    valid_to: datetime | None

    def holds(self, now: datetime, started_at: datetime) -> bool:
        """Whether it is in force."""
        start = self.start or started_at
        return (
            start <= now
            and (self.duration_s is None or now < start + timedelta(seconds=self.duration_s))
            and (self.valid_to is None or now < self.valid_to)
        )


def read_profile(profile: dict[str, Any], schedule: dict[str, Any]) -> Profile:
    """Read a profile whose keys are in snake case."""
    (period,) = schedule["charging_schedule_period"]
    factor = 1.0 if schedule["charging_rate_unit"] == "A" else 1.0 / VOLTS / period.get("number_phases", 3)
    return Profile(
        purpose=profile["charging_profile_purpose"],
        level=profile["stack_level"],
        limit_a=float(period["limit"]) * factor,
        start=_moment(schedule.get("start_schedule")),
        duration_s=schedule.get("duration"),
        valid_to=_moment(profile.get("valid_to")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class Tap:
    """A connection for the library, which tells the test each call that comes by."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def recv(self) -> str:
        """Read a frame."""
        text = str(await self._socket.recv())
        message = json.loads(text)
        if message[0] == 2:
            emit(told=message[2], payload=message[3])
        return text

    async def send(self, text: str) -> None:
        """Send a frame."""
        await self._socket.send(text)


class Charger(ABC):
    """A charger with one connector. A version puts it into words, with `self.point`, the library's object."""

    subprotocol = ""

    def __init__(self) -> None:
        self.register_wh = 12_000.0
        self.tag = ""
        self.started_at: datetime | None = None
        self.profiles: dict[int, Profile] = {}
        self.offline = False
        self.point: Any = None
        self.tasks: set[asyncio.Task[None]] = set()
        self._age = timedelta()
        self._kept: list[Any] = []
        self._socket: ClientConnection | None = None

    @property
    def now(self) -> datetime:
        """Its clock."""
        return datetime.now(UTC) + self._age

    @property
    def timestamp(self) -> str:
        """Its clock, as it is written."""
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def held_to_a(self) -> float:
        """The current that it may charge with: the transaction's profile, otherwise the default (OCPP 1.6, 3.13)."""
        started_at = self.started_at
        if started_at is None:
            return 0.0
        for purpose in ("TxProfile", "TxDefaultProfile"):
            profiles = [each for each in self.profiles.values() if each.purpose == purpose]
            in_force = [each for each in profiles if each.holds(self.now, started_at)]
            if in_force:
                return max(in_force, key=lambda each: each.level).limit_a
        return HARDWARE_A

    def install(self, number: int, profile: Profile) -> None:
        """Take a profile in."""
        self.profiles[number] = profile
        emit(held_to_a=self.held_to_a)

    def forget_transaction(self) -> None:
        """It is over, and with it what it was held to; the next may start."""
        self.started_at = None
        self.profiles = {number: each for number, each in self.profiles.items() if each.purpose != "TxProfile"}
        emit(held_to_a=self.held_to_a)

    def readings(self) -> list[dict[str, Any]]:
        """Its meter: measurand, value, and what else is told of it."""
        amperes = self.held_to_a
        return [
            {"value": self.register_wh, "measurand": "Energy.Active.Import.Register"},
            {"value": amperes * 3 * VOLTS, "measurand": "Power.Active.Import"},
            *({"value": amperes, "measurand": "Current.Import", "phase": phase} for phase in ("L1", "L2", "L3")),
        ]

    async def say(self, payload: Any) -> Any:
        """Send a call and return the answer; keep it for later while there is no connection."""
        if self._socket is None:
            self._kept.append(payload)
            return None
        return await self.point.call(payload, suppress=False)

    @abstractmethod
    def make_point(self, identity: str, tap: Tap) -> Any:
        """The library's object for a new connection."""

    @abstractmethod
    async def boot(self) -> object:
        """Announce itself."""

    @abstractmethod
    async def status(self, status: str) -> object:
        """Tell a state."""

    @abstractmethod
    async def authorise(self, tag: str) -> object:
        """Ask whether somebody may charge."""

    @abstractmethod
    async def start(self, tag: str) -> object:
        """Start a transaction."""

    @abstractmethod
    async def stop(self) -> object:
        """End it."""

    @abstractmethod
    async def meter(self) -> object:
        """Send meter values."""

    async def charge(self, wh: float) -> object:
        """Charge, and tell."""
        self.register_wh += wh
        emit(held_to_a=self.held_to_a)
        return await self.meter()

    async def age(self, s: float) -> None:
        """Set the clock forward."""
        self._age += timedelta(seconds=s)

    async def connect(self, url: str, identity: str, key: str) -> object:
        """Connect, and deliver what was kept, in order."""
        secret = base64.b64encode(f"{identity}:{key}".encode()).decode()
        self._socket = await connect(
            f"{url}/{identity}",
            subprotocols=[Subprotocol(self.subprotocol)],
            additional_headers={"Authorization": f"Basic {secret}"},
            proxy=None,
        )
        self.point = self.make_point(identity, Tap(self._socket))
        self.soon(self._read)
        kept, self._kept = self._kept, []
        for payload in kept:
            await self.say(payload)
        return self._socket.subprotocol

    async def drop(self) -> None:
        """Cut the connection."""
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    def soon(self, job: Callable[[], Awaitable[object]]) -> None:
        """Do this beside everything else."""

        async def run() -> None:
            try:
                await job()
            except ConnectionClosed:
                pass
            except Exception as error:  # noqa: BLE001 -- whatever it is, the test has to know
                emit(fault=repr(error))

        task = asyncio.create_task(run())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _read(self) -> None:
        await self.point.start()


async def serve(charger: Charger) -> None:
    """Obey the commands on standard input until it closes."""
    logging.getLogger("ocpp").addHandler(Faults(logging.ERROR))
    loop = asyncio.get_running_loop()
    emit(done="wake")
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        name = command.pop("do")
        try:
            answer = await getattr(charger, name)(**command)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the test has to know
            emit(fault=f"{name}: {error!r}")
            answer = None
        emit(done=name, answer=answer)
    await charger.drop()
