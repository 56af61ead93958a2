"""Transactions of one station: what runs where, what ran, and the energy each took."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from .authorization import IdToken
from .events import TransactionEnded, TransactionStarted
from .records import ConnectorStatus, Status, Transaction
from .register import EnergyCounter, Reading
from .transaction_ids import TransactionIds

# How long a connector is free before a transaction that nobody ended is given up; the station's word comes within
# seconds, where it comes at all.
_LOST_AFTER: Final = timedelta(seconds=60)

_REMEMBERED: Final = 64

SUPERSEDED: Final = "Superseded"
"""Another transaction took the connector, and nobody ended this one."""
LOST: Final = "Lost"
"""The connector has been free for a while, and nobody ended this one."""

type TransactionEvent = TransactionStarted | TransactionEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What a station says when it starts a transaction; sent again word for word when it missed our answer.

    `transaction_id` is the station's own, where stations give them (OCPP 2.0.1); `sequence` see `Reading`.
    """

    connector_id: int
    id_token: IdToken
    meter_start_wh: float | None
    station_at: datetime | None
    transaction_id: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """What a station says when a transaction ended. `connector_id` is None where it does not say.

    `readings` are the registers that it sends along, in the order they were taken.
    """

    transaction_id: str
    readings: tuple[Reading, ...]
    reason: str
    connector_id: int | None = None


@dataclass(slots=True)
class Entry:
    """A transaction in the ledger. `ended` is the reason, None while it has not ended as far as is known.

    `by_our_name`: the station has used the id it was given. `told`: subscribers know of it.
    """

    transaction: Transaction
    counter: EnergyCounter = field(default_factory=EnergyCounter)
    ended: str | None = None
    by_our_name: bool = False
    told: bool = True

    @property
    def given_up(self) -> bool:
        """Whether the end is our guess alone, which the station's word replaces."""
        return self.ended in {SUPERSEDED, LOST}


class Transactions:
    """The transactions of one station. Every method that changes something returns the events it caused, oldest first."""

    def __init__(self, identity: str, ids: TransactionIds) -> None:
        self._identity = identity
        self._ids = ids
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._running: dict[int, str] = {}
        self._requests: OrderedDict[StartRequest, str] = OrderedDict()

    @property
    def entries(self) -> Iterator[Entry]:
        """What is remembered, oldest first: what runs, and the last few that ended."""
        return iter(self._entries.values())

    def restore(self, entries: Iterable[Entry]) -> None:
        """Take up what was remembered before a restart: what ran then runs on, until the station says otherwise."""
        for entry in entries:
            self._add(entry)
            self._ids.follow(entry.transaction.transaction_id)
            request = _request_of(entry)
            if request is not None:
                self._requests[_in_milliseconds(request)] = entry.transaction.transaction_id
            current = self._on(entry.transaction.connector_id)
            # Beside the one that runs there may be older ones whose end has not been heard of yet.
            if entry.ended is None and (
                current is None or current.transaction.started_at <= entry.transaction.started_at
            ):
                self._running[entry.transaction.connector_id] = entry.transaction.transaction_id

    def running(self, connector_id: int) -> Transaction | None:
        """The transaction on this connector."""
        entry = self._on(connector_id)
        return entry.transaction if entry else None

    def connector_of(self, transaction_id: str) -> int | None:
        """The connector of a transaction that is known, whether it runs or ran; None for others."""
        entry = self._find(transaction_id)
        return entry.transaction.connector_id if entry else None

    def energy_wh(self, connector_id: int) -> float | None:
        """What the running transaction on this connector took so far, in Wh."""
        entry = self._on(connector_id)
        return entry.counter.energy_wh if entry else None

    def start(
        self, request: StartRequest, at: datetime, began_at: datetime
    ) -> tuple[Transaction, list[TransactionEvent]]:
        """A station announced a start, which was at `began_at` by our clock.

        An announcement sent again gets the transaction it got before, and no event. One that comes late completes what
        was guessed of its transaction, or, where another transaction has begun since, goes into the books beside that.
        """
        known = self._announced(request)
        if known is not None:
            events = self._complete(known, request, at, began_at)
            return known.transaction, events
        entry = Entry(
            Transaction(
                transaction_id=request.transaction_id or str(self._ids.give()),
                connector_id=request.connector_id,
                id_tag=request.id_token.text,
                id_kind=request.id_token.kind,
                started_at=began_at,
                heard_at=at if at > began_at else None,
                meter_start_wh=request.meter_start_wh,
            )
        )
        entry.counter.read(_start_reading(request, at))
        self._requests[_in_milliseconds(request)] = entry.transaction.transaction_id
        _bound(self._requests)
        current = self._on(request.connector_id)
        if current is not None and not current.transaction.guessed and began_at < current.transaction.started_at:
            self._add(entry)
            return entry.transaction, [self._started(entry, at)]
        return entry.transaction, self._begin(entry, at)

    def stop(self, request: StopRequest, at: datetime) -> list[TransactionEvent]:
        """A station announced an end. Of a transaction whose start is not known, what its readings tell is told."""
        entry = self._find(request.transaction_id) or self._meant(request.transaction_id)
        if entry is None:
            return self._make_up(request, at)
        if entry.ended is not None and not entry.given_up:
            return []
        for reading in request.readings:
            entry.counter.read(reading)
        return [self._end(entry, request.reason, at)]

    def meter(
        self,
        connector_id: int,
        transaction_id: str | None,
        reading: Reading | None,
        status: Status | None,
        at: datetime,
        *,
        moment: datetime | None = None,
    ) -> list[TransactionEvent]:
        """Readings of a connector arrived, of `moment` (None: just now), or only a word about a transaction.

        One that nobody announced becomes known (`guessed`); beside the running one, where it is of before that began.
        """
        current = self._on(connector_id)
        if current is not None and transaction_id is not None and _names_nothing(transaction_id):
            # The running one, whose name was lost on the way.
            transaction_id = None
        entry = current if transaction_id is None else self._find(transaction_id)
        if entry is None and transaction_id is not None:
            if self._renames(current, transaction_id, status):
                entry = current
            elif self._adoptable(connector_id, transaction_id, status):
                return self._adopt(connector_id, transaction_id, reading, at, moment or at)
        if entry is None:
            return []
        entry.by_our_name |= transaction_id == entry.transaction.transaction_id
        if entry.ended == LOST and current is None and status is not None and status.in_transaction:
            # It was given up too early.
            entry.ended = None
            entry.counter.read(reading)
            return self._begin(entry, at)
        if entry.ended is None or entry.given_up:
            entry.counter.read(reading)
        return []

    def identify(self, transaction_id: str, id_token: IdToken, at: datetime) -> list[TransactionEvent]:
        """Somebody identified himself for a transaction that had begun before."""
        entry = self._find(transaction_id)
        if entry is None or not id_token.text or entry.transaction.id_tag == id_token.text:
            return []
        entry.transaction = replace(entry.transaction, id_tag=id_token.text, id_kind=id_token.kind)
        return [self._started(entry, at)] if entry.ended is None else []

    def expire(self, statuses: Mapping[int, ConnectorStatus], at: datetime) -> list[TransactionEvent]:
        """Give up transactions whose connector has been free for a while."""
        lost = [
            connector_id
            for connector_id in self._running
            if (status := statuses.get(connector_id)) is not None
            and status.status is Status.AVAILABLE
            and at - status.at > _LOST_AFTER
        ]
        return [self._end(entry, LOST, at) for connector_id in lost if (entry := self._on(connector_id))]

    def _on(self, connector_id: int) -> Entry | None:
        transaction_id = self._running.get(connector_id)
        return None if transaction_id is None else self._entries[transaction_id]

    def _find(self, transaction_id: str) -> Entry | None:
        entry = self._entries.get(transaction_id)
        if entry is not None:
            return entry
        return next((entry for entry in self._entries.values() if entry.transaction.alias == transaction_id), None)

    def _announced(self, request: StartRequest) -> Entry | None:
        if request.transaction_id is not None:
            return self._entries.get(request.transaction_id)
        known = self._entries.get(self._requests.get(_in_milliseconds(request), ""))
        # Without a time, the same words may as well be the next transaction: only while the first runs is it the same.
        return known if known and (request.station_at is not None or known.ended is None) else None

    def _complete(
        self, entry: Entry, request: StartRequest, at: datetime, began_at: datetime
    ) -> list[TransactionEvent]:
        """The announcement of a transaction that was guessed came late."""
        if not entry.transaction.guessed:
            return []
        start = _start_reading(request, at)
        entry.counter.read(start)
        entry.transaction = replace(
            entry.transaction,
            connector_id=request.connector_id,
            id_tag=request.id_token.text,
            id_kind=request.id_token.kind,
            started_at=min(began_at, entry.transaction.started_at),
            meter_start_wh=request.meter_start_wh if start else entry.transaction.meter_start_wh,
            guessed=False,
        )
        if entry.ended is None:
            return [self._started(entry, at)]
        if entry.told:
            return [self._end(entry, entry.ended, at)]
        reason, entry.ended, entry.told = entry.ended, None, True
        return [self._started(entry, at), self._end(entry, reason, at)]

    def _meant(self, transaction_id: str) -> Entry | None:
        """The only transaction that can be meant by a number that is none."""
        running = [self._entries[name] for name in self._running.values()]
        return running[0] if len(running) == 1 and _names_nothing(transaction_id) else None

    def _make_up(self, request: StopRequest, at: datetime) -> list[TransactionEvent]:
        """Remember a transaction whose end alone was heard; tell of it what its readings tell."""
        entry = Entry(
            Transaction(
                transaction_id=request.transaction_id,
                connector_id=request.connector_id or 0,
                id_tag="",
                started_at=at,
                meter_start_wh=request.readings[0].register_wh if request.readings else None,
                guessed=True,
            )
        )
        for reading in request.readings:
            entry.counter.read(reading)
        self._add(entry)
        if request.connector_id is None or not request.readings:
            entry.ended, entry.told = request.reason, False
            return []
        return [self._started(entry, at), self._end(entry, request.reason, at)]

    def _renames(self, current: Entry | None, transaction_id: str, status: Status | None) -> bool:
        """Whether a station calls the transaction it has announced by a name of its own (lbbrhzn/ocpp#1000)."""
        if (
            current is None
            or current.by_our_name
            or current.transaction.guessed
            or current.transaction.alias is not None
            or status is None
            or not status.in_transaction
        ):
            return False
        current.transaction = replace(current.transaction, alias=transaction_id)
        return True

    def _adoptable(self, connector_id: int, transaction_id: str, status: Status | None) -> bool:
        # Negative ids mean "none", and so does 0 on stations that also send it when idle: 0 counts while charging only.
        if connector_id < 1 or transaction_id.startswith("-"):
            return False
        return transaction_id != "0" if status is None else status.in_transaction

    def _adopt(
        self, connector_id: int, transaction_id: str, reading: Reading | None, at: datetime, moment: datetime
    ) -> list[TransactionEvent]:
        self._ids.follow(transaction_id)
        entry = Entry(
            Transaction(
                transaction_id=transaction_id,
                connector_id=connector_id,
                id_tag="",
                started_at=moment,
                heard_at=at if at > moment else None,
                found_at=at,
                meter_start_wh=reading.register_wh if reading else None,
                guessed=True,
            ),
            by_our_name=True,
        )
        entry.counter.read(reading)
        current = self._on(connector_id)
        if current is not None and moment < current.transaction.started_at:
            self._add(entry)
            return [self._started(entry, at)]
        return self._begin(entry, at)

    def _begin(self, entry: Entry, at: datetime) -> list[TransactionEvent]:
        connector_id = entry.transaction.connector_id
        current = self._on(connector_id)
        events: list[TransactionEvent] = []
        if current is not None:
            absorbed = current.transaction.guessed and _covers(entry.counter, current.counter)
            if absorbed:
                # What was found running is what is announced now: its energy is the new one's.
                entry.counter.read(current.counter.last)
                current.counter = EnergyCounter(current.counter.first)
            events.append(self._end(current, SUPERSEDED, at))
        self._add(entry)
        self._running[connector_id] = entry.transaction.transaction_id
        return [*events, self._started(entry, at)]

    def _end(self, entry: Entry, reason: str, at: datetime) -> TransactionEnded:
        transaction = entry.transaction
        revised = entry.ended is not None
        entry.ended = reason
        if self._running.get(transaction.connector_id) == transaction.transaction_id:
            del self._running[transaction.connector_id]
        return TransactionEnded(
            station=self._identity,
            at=at,
            transaction=transaction,
            energy_wh=entry.counter.energy_wh,
            reason=reason,
            revised=revised,
        )

    def _started(self, entry: Entry, at: datetime) -> TransactionStarted:
        return TransactionStarted(station=self._identity, at=at, transaction=entry.transaction)

    def _add(self, entry: Entry) -> None:
        self._entries[entry.transaction.transaction_id] = entry
        self._entries.move_to_end(entry.transaction.transaction_id)
        if len(self._entries) > _REMEMBERED:
            running = set(self._running.values())
            oldest = next(name for name in self._entries if name not in running)
            del self._entries[oldest]


def _names_nothing(transaction_id: str) -> bool:
    """Whether a station writes this where it has lost the id (mobilityhouse/ocpp#478, #617), or never got one."""
    return transaction_id.startswith("-") or transaction_id in {"0", str(2**63 - 1)}


def _start_reading(request: StartRequest, at: datetime) -> Reading | None:
    if request.meter_start_wh is None:
        return None
    return Reading(register_wh=request.meter_start_wh, at=at, station_at=request.station_at, sequence=request.sequence)


def _in_milliseconds(request: StartRequest) -> StartRequest:
    """The announcement as it can be told after a restart as well (see `timestamps.format_timestamp`)."""
    at = request.station_at
    return request if at is None else replace(request, station_at=at.replace(microsecond=at.microsecond // 1000 * 1000))


def _request_of(entry: Entry) -> StartRequest | None:
    """How a transaction was announced, so that it is known when it is announced again; None where that is not known."""
    transaction, first = entry.transaction, entry.counter.first
    if transaction.guessed or first is None or first.register_wh != transaction.meter_start_wh:
        return None
    return StartRequest(
        connector_id=transaction.connector_id,
        id_token=IdToken(text=transaction.id_tag, kind=transaction.id_kind),
        meter_start_wh=transaction.meter_start_wh,
        station_at=first.station_at,
    )


def _covers(announced: EnergyCounter, found: EnergyCounter) -> bool:
    """Whether a start that is announced is the start of what was found running: it was before, at no more energy."""
    start, first = announced.last, found.first
    if start is None or first is None or start.station_at is None or first.station_at is None:
        return False
    return start.station_at <= first.station_at and start.register_wh <= first.register_wh


def _bound[Key, Value](memory: OrderedDict[Key, Value]) -> None:
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
