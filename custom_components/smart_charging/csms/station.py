"""A charging station, as its driver sees it, whichever version of OCPP it speaks."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .commands import Commands
from .dialect import Dialect
from .errors import StationOffline
from .events import Connected, Disconnected, Event
from .frames import Payload
from .keeping import Plain, describe
from .ladder import Ladder
from .memory import StationMemory
from .operations import Operations
from .records import AcknowledgedLimit, Connector, Features, OperatorLimit, OperatorLink, ProfileStyle, StationInfo
from .versions import Version


class Station:
    """One charging station, known by its identity. It outlives its connections, and remembers over them.

    Every asynchronous method asks the station, one call at a time in the order they were made, and raises
    `StationOffline`, `StationTimeout`, `StationBusy`, `CallFailed`, and where it says so `StationRejected` or
    `NoTransaction`. When one raises, what the station was told before is still in force. Currents are amperes per phase,
    positive, rounded down to 0.1 A on their way (OCPP 1.6, 7.14).
    """

    def __init__(self, memory: StationMemory) -> None:
        self._memory = memory
        self._dialect: Dialect | None = None
        self._address: str | None = None

    @property
    def identity(self) -> str:
        """The last segment of the address it connects to; what it is known by."""
        return self._memory.identity

    @property
    def connected(self) -> bool:
        """Whether it can be asked anything now."""
        return self._dialect is not None

    @property
    def version(self) -> Version | None:
        """The version of OCPP that it speaks now; None while it is not connected."""
        return None if self._dialect is None else self._dialect.version

    @property
    def last_seen(self) -> datetime | None:
        """When the last message arrived, by our clock; None if none ever did."""
        return self._memory.last_seen

    @property
    def address(self) -> str | None:
        """The IP address that it connected from last; None if it never did."""
        return self._address

    @property
    def info(self) -> StationInfo | None:
        """What it says it is; None while it has never booted in our presence."""
        return self._memory.info

    @property
    def features(self) -> Features | None:
        """What it can do; None until it has been asked (`Ready`). Kept over connections."""
        return self._memory.features

    @property
    def connectors(self) -> Mapping[int, Connector]:
        """What is known of each connector that was heard of; 0 is the station as a whole."""
        return self._memory.connectors

    @property
    def maximum_limit(self) -> AcknowledgedLimit | None:
        """The last `set_maximum_limit` it said yes to."""
        return self._memory.maximum_limit

    def operator_limit(self, connector_id: int) -> OperatorLimit | None:
        """What the operator, to whom it is handed on, allows this connector now; None where there is none, or no limit."""
        operator = self._memory.operator
        return None if operator is None else operator.limit(connector_id)

    @property
    def operator_link(self) -> OperatorLink | None:
        """How the operator can be reached; None where it is handed on to nobody."""
        operator = self._memory.operator
        return None if operator is None else operator.link

    @property
    def clock_offset_s(self) -> float:
        """The station's clock minus ours, in seconds; 0 if it is right, or not known."""
        return self._memory.clock.offset.total_seconds()

    @property
    def style(self) -> ProfileStyle:
        """How limits are put to it. Set it where a station needs something else than it says itself."""
        return self._memory.style

    @style.setter
    def style(self, style: ProfileStyle) -> None:
        self._memory.ladder = Ladder(style)

    @property
    def advice(self) -> str | None:
        """What is known to keep stations of its kind from taking limits, see `Quirk.advice`; None where nothing is."""
        quirk = self._memory.quirk
        return None if quirk is None else quirk.advice

    def describe(self) -> Plain:
        """What a report of a fault needs: see `keeping.describe`; and the version that it speaks now."""
        return {"version": self.version} | describe(self._memory)

    def distrust(self) -> bool:
        """It said yes to a live limit and did not follow: put the next otherwise. False where nothing is left to try."""
        return self._memory.ladder.distrust(self._memory.features, self._memory.now()) is not None

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        """Call this, in the event loop, for every event from now on; returns what ends it."""
        return self._memory.subscribe(subscriber)

    async def set_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None = None, valid_s: int
    ) -> AcknowledgedLimit:
        """Limit the running transaction for the next `valid_s` seconds; then the station falls back to its default.

        Each call replaces the one before. 0 A pauses. `phases`: 1 to 3, None leaves it to the station (which means 3
        where a limit has to be told in watts). Raises `NoTransaction`, `StationRejected`; ValueError for a limit that
        is negative or no number.
        """
        _check(limit_a, phases)
        if valid_s < 1:
            raise ValueError("a limit for a transaction has to run out")
        return await self._commands().set_limit(connector_id, limit_a, phases=phases, valid_s=valid_s)

    async def set_default_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None = None
    ) -> AcknowledgedLimit:
        """Set what holds whenever no `set_limit` does, kept by the station over restarts. 0 means all connectors.

        Raises `StationRejected`; ValueError for a limit that is negative or no number.
        """
        _check(limit_a, phases)
        return await self._commands().set_default_limit(connector_id, limit_a, phases=phases)

    async def set_maximum_limit(self, limit_a: float) -> AcknowledgedLimit:
        """Set what the whole station must never exceed. Many stations cannot: `StationRejected`, `CallFailed`."""
        _check(limit_a, None)
        return await self._commands().set_maximum_limit(limit_a)

    async def clear_limit(self, connector_id: int) -> None:
        """Drop what `set_limit` set, if it is still there; the default holds again."""
        await self._commands().clear_limit(connector_id)

    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        """Start a transaction, as if `id_tag` (1 to 20 characters) had been shown. Raises `StationRejected`."""
        await self._commands().remote_start(connector_id, id_tag)

    async def remote_stop(self, connector_id: int) -> None:
        """Stop the transaction on this connector. Raises `NoTransaction`, `StationRejected`."""
        await self._commands().remote_stop(connector_id)

    async def trigger(self, message: str, connector_id: int | None = None) -> None:
        """Ask for a message (`StatusNotification`, `MeterValues`, `BootNotification`, …). Raises `StationRejected`."""
        await self._commands().trigger(message, connector_id)

    async def change_availability(self, connector_id: int, *, operative: bool) -> str:
        """Take a connector (0: all) in or out of service. Returns `Accepted` or `Scheduled`, or `StationRejected`."""
        return await self._commands().change_availability(connector_id, operative=operative)

    async def read_configuration(self, keys: Sequence[str] | None = None) -> dict[str, str]:
        """Return the configuration: these keys, or all. Keys the station does not know or hides are left out."""
        return await self._commands().read_configuration(keys)

    async def write_configuration(self, key: str, value: str) -> str:
        """Set a configuration key; returns the station's word: Accepted, RebootRequired, Rejected or NotSupported."""
        return await self._commands().write_configuration(key, value)

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send any call as it is, in the station's own version of OCPP, and return the answer as it came."""
        return await self._commands().call(action, payload)

    @property
    def operations(self) -> Operations:
        """What a person may ask of it, over the connection of now. Raises `StationOffline`."""
        return self._reached().operations

    def attach(self, dialect: Dialect, address: str) -> None:
        """For the server: the station is reachable through this from now on."""
        replaced = self._dialect is not None
        self._dialect, self._address = dialect, address
        memory = self._memory
        memory.emit(Connected(station=self.identity, at=memory.now(), address=address, replaced=replaced))
        memory.flush()

    def detach(self, dialect: Dialect) -> None:
        """For the server: this connection is gone; it is no matter if another one has taken its place."""
        if self._dialect is not dialect:
            return
        self._dialect = None
        self._memory.emit(Disconnected(station=self.identity, at=self._memory.now()))
        self._memory.flush()

    def _commands(self) -> Commands:
        return self._reached().commands

    def _reached(self) -> Dialect:
        if self._dialect is None:
            raise StationOffline(self.identity)
        return self._dialect


def _check(limit_a: float, phases: int | None) -> None:
    if not math.isfinite(limit_a) or limit_a < 0:
        raise ValueError(f"{limit_a} A is not a limit")
    if phases not in {None, 1, 2, 3}:
        raise ValueError(f"{phases} is not a number of phases")
