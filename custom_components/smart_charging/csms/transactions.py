"""Transactions of one station: the ids we give, what runs where, and the energy each took."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .events import TransactionEnded, TransactionStarted
from .records import ConnectorStatus, Status, Transaction

# Ids count the seconds since then: they increase across restarts without a file, and stay within 32 bits until 2088.
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LARGEST_ID: Final = 2**31 - 1

# A register that rises faster than any connector can deliver was set, not charged; the slack is for coarse registers.
_MOST_W: Final = 1e6
_SLACK_WH: Final = 1000.0

# How long a connector is free before a transaction that nobody ended is given up; the station's word comes within
# seconds, where it comes at all.
_LOST_AFTER: Final = timedelta(seconds=60)

_REMEMBERED: Final = 64

type TransactionEvent = TransactionStarted | TransactionEnded


class TransactionIds:
    """Gives out transaction ids: unique, increasing, also across restarts of the csms. One for all stations."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def give(self) -> int:
        """Return an id that was never given before."""
        seconds = int((self._now() - _EPOCH).total_seconds())
        self._last = min(max(self._last + 1, seconds), _LARGEST_ID)
        return self._last

    def follow(self, transaction_id: int) -> None:
        """Take note of an id found in use, so that later ones are larger. Ids that cannot be ours are left alone."""
        a_day_ahead = int((self._now() - _EPOCH).total_seconds()) + 86_400
        if self._last < transaction_id <= a_day_ahead:
            self._last = transaction_id


class EnergyCounter:
    """Adds up a register's increases. A register that falls, or jumps out of all reason, starts over uncounted."""

    def __init__(self, start_wh: float | None, at: datetime) -> None:
        self._register_wh = start_wh
        self._at = at
        self._energy_wh = 0.0

    @property
    def energy_wh(self) -> float | None:
        """What was counted, in Wh; None while no register was ever seen."""
        return None if self._register_wh is None else self._energy_wh

    def read(self, register_wh: float | None, at: datetime) -> None:
        """Take in a reading of the register."""
        if register_wh is None:
            return
        if self._register_wh is not None:
            increase = register_wh - self._register_wh
            hours = max((at - self._at).total_seconds(), 0.0) / 3600.0
            if 0.0 <= increase <= _MOST_W * hours + _SLACK_WH:
                self._energy_wh += increase
        self._register_wh = register_wh
        self._at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What a station says when it starts a transaction; sent again word for word when it missed our answer."""

    connector_id: int
    id_tag: str
    meter_start_wh: float | None
    station_at: datetime | None


@dataclass(slots=True)
class _Running:
    transaction: Transaction
    counter: EnergyCounter


class Transactions:
    """The transactions of one station. Every method returns the events it caused, oldest first."""

    def __init__(self, identity: str, ids: TransactionIds) -> None:
        self._identity = identity
        self._ids = ids
        self._running: dict[int, _Running] = {}
        self._requests: OrderedDict[StartRequest, Transaction] = OrderedDict()
        self._ended: OrderedDict[int, None] = OrderedDict()

    def running(self, connector_id: int) -> Transaction | None:
        """The transaction on this connector."""
        running = self._running.get(connector_id)
        return running.transaction if running else None

    def energy_wh(self, connector_id: int) -> float | None:
        """What the running transaction on this connector took so far, in Wh."""
        running = self._running.get(connector_id)
        return running.counter.energy_wh if running else None

    def start(self, request: StartRequest, at: datetime) -> tuple[Transaction, list[TransactionEvent]]:
        """A station announced a start. An announcement sent again gets the transaction it got before, and no event."""
        known = self._requests.get(request)
        # Without a time, the same words may as well be the next transaction: only while the first runs is it the same.
        if known and (request.station_at is not None or self.running(known.connector_id) == known):
            return known, []
        transaction = Transaction(
            transaction_id=self._ids.give(),
            connector_id=request.connector_id,
            id_tag=request.id_tag,
            started_at=at,
            meter_start_wh=request.meter_start_wh,
        )
        self._requests[request] = transaction
        if len(self._requests) > _REMEMBERED:
            self._requests.popitem(last=False)
        return transaction, self._begin(transaction, at)

    def stop(
        self, transaction_id: int, meter_stop_wh: float | None, reason: str, at: datetime
    ) -> list[TransactionEvent]:
        """A station announced an end. Of a transaction that is not known to run, nothing is to be said."""
        for connector_id, running in self._running.items():
            if running.transaction.transaction_id == transaction_id:
                running.counter.read(meter_stop_wh, at)
                return self._end(connector_id, reason, at)
        self._remember_ended(transaction_id)
        return []

    def meter(
        self,
        connector_id: int,
        transaction_id: int | None,
        register_wh: float | None,
        status: Status | None,
        at: datetime,
    ) -> list[TransactionEvent]:
        """Readings of a connector arrived. Those of a transaction that nobody announced make it known (`guessed`)."""
        running = self._running.get(connector_id)
        events: list[TransactionEvent] = []
        known = running is not None and transaction_id == running.transaction.transaction_id
        if not known and transaction_id is not None and self._adoptable(connector_id, transaction_id, status):
            self._ids.follow(transaction_id)
            events = self._begin(
                Transaction(
                    transaction_id=transaction_id,
                    connector_id=connector_id,
                    id_tag="",
                    started_at=at,
                    meter_start_wh=register_wh,
                    guessed=True,
                ),
                at,
            )
        elif running is not None and (known or transaction_id is None):
            running.counter.read(register_wh, at)
        return events

    def expire(self, statuses: Mapping[int, ConnectorStatus], at: datetime) -> list[TransactionEvent]:
        """Give up transactions whose connector has been free for a while."""
        lost = [
            connector_id
            for connector_id in self._running
            if (status := statuses.get(connector_id)) is not None
            and status.status is Status.AVAILABLE
            and at - status.at > _LOST_AFTER
        ]
        return [event for connector_id in lost for event in self._end(connector_id, "Lost", at)]

    def _adoptable(self, connector_id: int, transaction_id: int, status: Status | None) -> bool:
        # Negative ids mean "none", and so does 0 on stations that also send it when idle: 0 counts while charging only.
        if connector_id < 1 or transaction_id < 0 or transaction_id in self._ended:
            return False
        return transaction_id > 0 if status is None else status.in_transaction

    def _begin(self, transaction: Transaction, at: datetime) -> list[TransactionEvent]:
        connector_id = transaction.connector_id
        events = self._end(connector_id, "Superseded", at) if connector_id in self._running else []
        self._running[connector_id] = _Running(transaction, EnergyCounter(transaction.meter_start_wh, at))
        return [*events, TransactionStarted(station=self._identity, at=at, transaction=transaction)]

    def _end(self, connector_id: int, reason: str, at: datetime) -> list[TransactionEvent]:
        running = self._running.pop(connector_id)
        # One that was only given up may yet be heard of again.
        if reason != "Lost":
            self._remember_ended(running.transaction.transaction_id)
        return [
            TransactionEnded(
                station=self._identity,
                at=at,
                transaction=running.transaction,
                energy_wh=running.counter.energy_wh,
                reason=reason,
            )
        ]

    def _remember_ended(self, transaction_id: int) -> None:
        self._ended[transaction_id] = None
        if len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
