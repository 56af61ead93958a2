"""What a version of OCPP makes of an outlet: what the station says of it, and when. No socket in sight."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from .outlet import Outlet, Transaction
from .versions import Version

KEPT_SAMPLES: Final = 300
"""Samples kept while the csms is away; older ones are dropped, starts and ends of transactions never."""

type Payload = dict[str, Any]


class RefusedError(Exception):
    """The request is answered with a CallError of this `code`."""

    def __init__(self, code: str, description: str) -> None:
        """`code` is one of OCPP-J's, `description` for people."""
        super().__init__(description)
        self.code = code


class UnknownActionError(RefusedError):
    """The station does not know the action."""

    def __init__(self, action: str) -> None:
        """Of this name."""
        super().__init__("NotImplemented", f"{action} is not implemented")


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A request to the csms."""

    action: str
    make: Callable[[], Payload]
    """Its payload, made when it is sent: what belongs in may not be known before."""
    take: Callable[[Payload], None] = lambda _: None
    """What is done with the answer, before the next frame is read."""
    sample: bool = False
    attempts: int = 0


@dataclass(slots=True, kw_only=True)
class Promises:
    """What was promised in answers and is still to be done."""

    triggered: list[str] = field(default_factory=list)
    """Messages that the csms asked for."""
    remote_start: str | None = None
    """The tag that a transaction is to be started with."""
    remote_stop: bool = False
    reset: str | None = None
    """Why the station restarts, as the reason of a transaction that ends by it."""


class Dialect(ABC):
    """Notices what happens at the outlet and puts it in words. A subclass per version has the words."""

    version: ClassVar[Version]

    def __init__(self, outlet: Outlet, clock: Callable[[], datetime]) -> None:
        """`clock` is the station's."""
        self.outlet = outlet
        self.promises = Promises()
        self.online = False
        self._clock = clock
        self._queue: deque[Message] = deque()
        self._transaction: Transaction | None = None
        self._last_sample: datetime | None = None

    @property
    @abstractmethod
    def heartbeat_s(self) -> int:
        """After so long a silence a Heartbeat is due."""

    @abstractmethod
    def boot(self) -> Payload | None:
        """A BootNotification; None where the csms has accepted one and the station has not restarted since."""

    @abstractmethod
    def booted(self, answer: Payload) -> bool:
        """The csms answered it; whether the station is accepted."""

    @abstractmethod
    def greeting(self) -> list[Message]:
        """What is said next, before anything else."""

    @abstractmethod
    def answer(self, action: str, request: Payload) -> Payload:
        """The answer to a request of the csms.

        Raises:
            RefusedError: the answer is an error.
            KeyError, TypeError, AttributeError: the request is malformed.

        """

    def check(self, action: str, answer: Payload) -> None:  # noqa: B027 most versions believe what they are answered
        """Look at the csms's answer.

        Raises:
            RefusedError: it is malformed.

        """

    def came_online(self) -> None:
        """The csms can be spoken to."""
        self.online = True
        self.outlet.profiles.came_online(self._clock())

    def lost(self) -> None:
        """The connection is gone."""
        self.online = False
        self.outlet.profiles.went_offline(self._clock())

    def tick(self, now: datetime) -> bool:
        """Once a second, after the outlet has moved: notice what is to be said. True where the station restarts now."""
        self._notice(now)
        restarts = self._obey(now)
        self._notice(now)
        self._sample(now)
        return restarts

    def next(self) -> Message | None:
        """What is to be said first, if anything."""
        while self.promises.triggered:
            message = self._triggered(self.promises.triggered.pop(0))
            if message is not None:
                return message
        return self._news() or (self._queue[0] if self._queue else None)

    def said(self, message: Message) -> None:
        """It was answered."""
        # A sample may have pushed an older one out meanwhile.
        if message in self._queue:
            self._queue.remove(message)

    def refused(self, message: Message) -> int | None:
        """It was answered with an error; after how many seconds it is tried again, None for never."""
        attempts, interval_s = self._patience()
        message.attempts += 1
        if message in self._queue and message.attempts < attempts:
            return interval_s
        self.said(message)
        return None

    @abstractmethod
    def _triggered(self, action: str) -> Message | None:
        """The message that the csms asked for, unless it is queued, or has become pointless."""

    @abstractmethod
    def _news(self) -> Message | None:
        """What is said before the messages that wait, such as a new status."""

    @abstractmethod
    def _patience(self) -> tuple[int, int]:
        """How often a message of a transaction is tried, and the seconds between."""

    @abstractmethod
    def _intervals_s(self) -> tuple[int, int]:
        """Between samples in a transaction, and between those on the clock; 0 for none."""

    @abstractmethod
    def _started(self, transaction: Transaction) -> None:
        """Queue that it started."""

    @abstractmethod
    def _stopped(self, transaction: Transaction, reason: str) -> None:
        """Queue that it ended."""

    @abstractmethod
    def _sampled(self, now: datetime, *, on_the_clock: bool) -> Message | None:
        """What the meter shows; None for nothing that is wanted."""

    def _keep(self, message: Message | None) -> None:
        if message is None:
            return
        self._queue.append(message)
        samples = [kept for kept in self._queue if kept.sample]
        if len(samples) > KEPT_SAMPLES:
            self._queue.remove(samples[0])

    def _obey(self, now: datetime) -> bool:
        """Do what was promised in answers; whether that is to restart."""
        promises, outlet = self.promises, self.outlet
        if promises.remote_stop:
            promises.remote_stop = False
            self._end("Remote")
        if promises.remote_start is not None:
            outlet.start(now, promises.remote_start)
            promises.remote_start = None
        if promises.reset is None:
            return False
        self._end(promises.reset)
        promises.reset = None
        self.lost()
        # As a home charger that is open does with a car that is there.
        outlet.start(now, outlet.id_tag)
        return True

    def _end(self, reason: str) -> None:
        ended = self.outlet.stop()
        if ended is not None:
            self._stopped(ended, reason)
            self._transaction = None

    def _notice(self, now: datetime) -> None:
        running = self.outlet.transaction
        if running is self._transaction:
            return
        if self._transaction is not None:
            self._stopped(self._transaction, "EVDisconnected")
        if running is not None:
            self._started(running)
            self._last_sample = now
        self._transaction = running

    def _sample(self, now: datetime) -> None:
        every_s, aligned_s = self._intervals_s()
        due = self._last_sample is None or (now - self._last_sample).total_seconds() >= every_s - 0.5
        if self._transaction is not None and every_s and due:
            self._last_sample = now
            self._keep(self._sampled(now, on_the_clock=False))
        if aligned_s and int(now.timestamp()) % aligned_s == 0:
            self._keep(self._sampled(now, on_the_clock=True))
