"""Hands one station on to an operator's csms: it hears all that concerns it, and decides nothing that is ours."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from websockets.exceptions import WebSocketException

from ..authorization import Authorization, IdToken
from ..events import Connected, Disconnected, Event, OperatorChanged
from ..frames import Payload
from ..memory import StationMemory
from ..records import OperatorLimit, OperatorLink, OperatorTrouble
from ..station import Station
from ..versions import Version, version_of
from .books import Books
from .conversation import Conversation
from .schemas import load_schemas
from .target import RelayTarget
from .trouble import OperatorAway, explain
from .verdicts import put_verdict, read_verdict, token_of
from .wire import OperatorRefused, dial

_LOGGER: Final = logging.getLogger(__name__)


class Relay:
    """One station's connection to its operator, kept up while the station is here or anything waits to be delivered.

    `chance` gives numbers from 0 to 1. What it does never keeps the station waiting, and never changes what is known of
    the station.
    """

    def __init__(
        self,
        station: Station,
        memory: StationMemory,
        target: RelayTarget,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.target = target
        self._station = station
        self._memory = memory
        self._chance = chance
        self._books = Books(memory)
        self._booted = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._conversation: Conversation | None = None
        self._connected = False
        self._trouble: OperatorTrouble | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._failed = False

    @property
    def link(self) -> OperatorLink:
        """How the operator can be reached now, and what waits for it."""
        outbox = self._books.outbox
        return OperatorLink(
            connected=self._connected, trouble=self._trouble, waiting=len(outbox), dropped=outbox.dropped
        )

    def start(self) -> None:
        """Begin; in a running event loop."""
        if self._task is None:
            self._unsubscribe = self._memory.subscribe(self._heard)
            self._memory.operator = self
            self._books.steering.start()
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End the connection. What waits is kept, see `dump`; `start` begins again."""
        if self._task is None:
            return
        task, self._task = self._task, None
        self._unsubscribe()
        self._books.steering.stop()
        if self._memory.operator is self:
            self._memory.operator = None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._tell(None, connected=False)

    def take(self, version: Version, action: str, payload: Payload, answer: Payload) -> None:
        """The station said this, and was answered that. Never raises: the station has nothing to do with our faults."""
        try:
            self._books.version = version
            if action == "BootNotification":
                self._booted = False
            if action != "Authorize" or not self.target.decides:
                self._books.upward.take(version, action, payload, answer, now=self._memory.now())
        except Exception:
            if not self._failed:
                self._failed = True
                _LOGGER.exception("Station %s: its %s could not be handed on", self._memory.identity, action[:40])
        self._rouse()

    def verdict(self, token: IdToken) -> Authorization | None:
        """What the operator said last of who shows this; None where it does not decide, or has not said."""
        return self._books.verdicts.get(token, self._memory.now()) if self.target.decides else None

    async def authorize(self, payload: Payload, ours: Payload) -> Payload:
        """The answer to a station's Authorize, where the operator decides; `ours` where it does not answer in time."""
        conversation = self._conversation
        if conversation is None or not conversation.welcome:
            return ours
        try:
            verdict = read_verdict(await conversation.authorize(payload))
        except OperatorAway, OperatorRefused:
            return ours
        if verdict is None:
            return ours
        self._books.verdicts.put(token_of(payload), verdict, self._memory.now())
        return put_verdict(ours, verdict)

    def limit(self, connector_id: int) -> OperatorLimit | None:
        """What the operator allows this connector now; None where it says nothing."""
        return self._books.steering.limit(connector_id)

    def limit_a(self, connector_id: int, now: datetime, *, phases: int = 3) -> float | None:
        """The same at `now`, in A per phase for a charger that charges on so many phases."""
        limit = self._books.steering.limit(connector_id, now)
        return None if limit is None else limit.current_a(phases, self._memory.style.nominal_v)

    def dump(self) -> dict[str, Any]:
        """What waits, the operator's names of transactions and its profiles, as plain data. No credentials."""
        return self._books.dump() | {"operator": self._operator}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept, if it was for this operator. What cannot be read is left out."""
        if kept.get("operator") == self._operator:
            self._books.restore(kept)

    @property
    def _operator(self) -> list[str]:
        return [self.target.url, self.target.identity]

    def _heard(self, event: Event) -> None:
        if isinstance(event, Connected | Disconnected):
            self._rouse()

    def _rouse(self) -> None:
        self._wake.set()
        if self._conversation is not None:
            self._conversation.wake()

    @property
    def _wanted_version(self) -> Version | None:
        """The version to speak, while there is anybody to speak for: that of what waits first."""
        outbox = self._books.outbox
        if outbox.keeps and outbox.first is not None:
            return outbox.first.version
        return self._books.version if self._station.connected else None

    async def _run(self) -> None:
        failures = 0
        while True:
            version = self._wanted_version
            if version is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            welcome = await self._converse(version)
            failures = 1 if welcome else failures + 1
            self._books.outbox.forget_news()
            if self._trouble is not None:
                await asyncio.sleep(self.target.times.pause_s(failures, self._chance()))

    async def _converse(self, version: Version) -> bool:
        """One connection, from its opening to its end. Whether the operator welcomed us."""
        schemas = await load_schemas(version)
        try:
            socket = await dial(self.target, version)
        except (OSError, TimeoutError, WebSocketException) as error:
            self._tell(explain(error), connected=False)
            return False
        if socket.subprotocol is not None and version_of(socket.subprotocol) is not version:
            await socket.close()
            self._tell(OperatorAway(OperatorTrouble.OTHER_VERSION), connected=False)
            return False
        conversation = Conversation(
            socket, schemas, self._station, self._memory, self._books, target=self.target, version=version
        )
        self._conversation = conversation
        away: OperatorAway | None = None
        try:
            await conversation.run(
                booted=lambda: self._booted,
                on_boot=self._on_boot,
                wanted=lambda: self._wanted_version is version,
            )
        except OperatorAway as error:
            away = error
        finally:
            self._conversation = None
        self._tell(away, connected=False)
        return conversation.welcome

    def _on_boot(self, away: OperatorAway | None) -> None:
        self._booted = away is None
        self._tell(away, connected=self._booted)

    def _tell(self, away: OperatorAway | None, *, connected: bool) -> None:
        """Tell of a change, once."""
        trouble = None if away is None else away.trouble
        if (connected, trouble) == (self._connected, self._trouble):
            return
        self._connected, self._trouble = connected, trouble
        if away is not None:
            _LOGGER.warning("The operator of station %s cannot be reached: %s", self._memory.identity, away)
        memory = self._memory
        memory.emit(OperatorChanged(station=memory.identity, at=memory.now(), connected=connected, trouble=trouble))
        memory.flush()
