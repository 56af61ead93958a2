"""What is remembered of one station, fed by a dialect. It outlives connections; it sends nothing."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol

from .authorization import IdToken
from .events import (
    Authorized,
    Booted,
    Event,
    Measured,
    NeedsTold,
    Notified,
    Ready,
    SecurityReported,
    StatusChanged,
    TransactionEnded,
)
from .ladder import Ladder
from .lessons import Lessons
from .quirks import Quirk, find_quirk, style_for
from .records import (
    NO_PHASES,
    AcknowledgedLimit,
    ChargingNeeds,
    Connector,
    ConnectorStatus,
    Features,
    Measurement,
    OperatorLimit,
    OperatorLink,
    ProfileStyle,
    StationInfo,
    Transaction,
)
from .register import Reading
from .timestamps import StationClock
from .transaction_ids import TransactionIds
from .transactions import Entry, StartRequest, StopRequest, TransactionEvent, Transactions

_LOGGER: Final = logging.getLogger(__name__)

# Some stations send each measurand in a message of its own, all within a few seconds. What is older is not current.
_TOGETHER: Final = timedelta(seconds=10)

# Older readings are what a station kept while it was offline: history, not what flows now.
_CURRENT: Final = timedelta(seconds=60)

# A message that is dated earlier than this is not late, its clock is wrong.
_KEPT: Final = timedelta(days=30)

type Subscriber = Callable[[Event], None]


def reading_of(measurement: Measurement, sequence: int | None = None) -> Reading | None:
    """The register in a set of readings; None where there is none."""
    if measurement.energy_wh is None:
        return None
    return Reading(
        register_wh=measurement.energy_wh, at=measurement.at, station_at=measurement.station_at, sequence=sequence
    )


class _Readings:
    """The latest value of each kind of reading, put together from messages that belong together."""

    _KINDS: Final = tuple(field.name for field in fields(Measurement) if field.name not in {"at", "station_at"})

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Any, datetime]] = {}

    def combine(self, newest: Measurement) -> Measurement:
        for kind in self._KINDS:
            value = getattr(newest, kind)
            if value not in {None, NO_PHASES}:
                self._latest[kind] = value, newest.at
        recent = {kind: value for kind, (value, at) in self._latest.items() if newest.at - at <= _TOGETHER}
        return replace(newest, **recent)


class Operator(Protocol):
    """What there is to know of an operator to whom a station is handed on."""

    @property
    def link(self) -> OperatorLink:
        """How it can be reached now."""

    def limit(self, connector_id: int) -> OperatorLimit | None:
        """What it allows a connector now; None where it says nothing."""


class StationMemory:
    """The state behind a `Station`. Events are kept until `flush`, so that a station has its answer before they act."""

    def __init__(
        self, identity: str, now: Callable[[], datetime], ids: TransactionIds, lessons: Lessons | None = None
    ) -> None:
        self.identity = identity
        self.now = now
        self.clock = StationClock()
        self.info: StationInfo | None = None
        self.features: Features | None = None
        self.ladder = Ladder(ProfileStyle())
        self.maximum_limit: AcknowledgedLimit | None = None
        self.last_seen: datetime | None = None
        self.hung_up: Counter[str] = Counter()
        """How often it hung up when this configuration key was to be set."""
        self.complained: set[str] = set()
        """What was logged of it already; another firmware may be better, or worse in other ways."""
        self.certify: Callable[[str, int | None], bool] | None = None
        """Signs the station's request for a certificate, given its request id too, and tells whether; see certification.py."""
        self.operator: Operator | None = None
        """Whom the station is handed on to; see relay/."""
        self._lessons = Lessons() if lessons is None else lessons
        self._connectors: dict[int, Connector] = {}
        self._readings: dict[int, _Readings] = {}
        self._transactions = Transactions(identity, ids)
        self._events: list[Event] = []
        self._subscribers: list[Subscriber] = []

    @property
    def style(self) -> ProfileStyle:
        """How limits are put to it."""
        return self.ladder.style

    @property
    def connectors(self) -> Mapping[int, Connector]:
        """What is known of each connector, by its number."""
        return MappingProxyType(self._connectors)

    @property
    def only_connector(self) -> int | None:
        """The connector of a station that has one, as far as is known; None where there are several, or none was heard of."""
        numbers = [number for number in self._connectors if number > 0]
        return numbers[0] if len(numbers) == 1 else None

    def connector(self, connector_id: int) -> Connector:
        """What is known of this connector, which may be nothing."""
        return self._connectors.get(connector_id) or Connector(connector_id=connector_id)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call this for every event from now on; returns what ends it."""
        # Wrapped, so that the same function given twice is two subscriptions.
        entry: Subscriber = lambda event: subscriber(event)  # noqa: E731, PLW0108
        self._subscribers.append(entry)

        def unsubscribe() -> None:
            if entry in self._subscribers:
                self._subscribers.remove(entry)

        return unsubscribe

    def learned(self, style: ProfileStyle) -> None:
        """The station takes limits in this style; so do others of its kind."""
        self._lessons.keep(self.info, style)

    @property
    def quirk(self) -> Quirk | None:
        """What is known of its kind."""
        return find_quirk(self.info)

    @property
    def ledger(self) -> Iterator[Entry]:
        """Its transactions, those that run and the last few that ended."""
        return self._transactions.entries

    def resume(self, entries: Sequence[Entry]) -> None:
        """Take up the transactions that were known before a restart; nobody is told of what is no news."""
        self._transactions.restore(entries)
        for entry in entries:
            connector_id = entry.transaction.connector_id
            if entry.transaction == self._transactions.running(connector_id):
                self._update(connector_id, transaction=entry.transaction, transaction_energy_wh=entry.counter.energy_wh)

    def emit(self, *events: Event) -> None:
        """Keep these for the next `flush`."""
        self._events.extend(events)

    def flush(self) -> None:
        """Tell the subscribers what happened, in order."""
        while self._events:
            event = self._events.pop(0)
            for subscriber in tuple(self._subscribers):
                try:
                    subscriber(event)
                except Exception:
                    # A subscriber's fault is its own: the station and the other subscribers go on.
                    _LOGGER.exception("Station %s: a subscriber failed on %s", self.identity, type(event).__name__)

    def seen(self) -> None:
        """A message arrived."""
        at = self.now()
        self.last_seen = at
        statuses = {number: connector.status for number, connector in self._connectors.items() if connector.status}
        self._take(self._transactions.expire(statuses, at))

    def booted(self, info: StationInfo) -> None:
        """The station announced itself; its clock may have been set, or lost.

        With another model or firmware it is another station: what it can has to be found out again.
        """
        if info != self.info:
            if self.info is not None:
                self.features = None
                self.hung_up.clear()
                self.complained.clear()
            if self.info is not None or self.style == ProfileStyle():
                self.ladder = Ladder(self._lessons.get(info) or style_for(info))
            self.info = info
        self.clock.forget()
        self.emit(Booted(station=self.identity, at=self.now(), info=info))

    def ready(self, features: Features) -> None:
        """The station has been asked and set up."""
        self.features = features
        self.emit(Ready(station=self.identity, at=self.now(), features=features))

    def status_changed(self, connector_id: int, status: ConnectorStatus) -> None:
        """A connector reported its state."""
        self.clock.observe(status.station_at, status.at)
        known = self.connector(connector_id)
        if known.status is not None and known.status.status is status.status:
            # Since when it is in this state matters; that it says so again does not.
            self._connectors[connector_id] = replace(known, status=replace(status, at=known.status.at))
        else:
            self._connectors[connector_id] = replace(known, status=status)
        self.emit(StatusChanged(station=self.identity, at=status.at, connector_id=connector_id, status=status))

    def authorized(self, id_token: IdToken, *, accepted: bool) -> None:
        """Somebody identified himself."""
        event = Authorized(
            station=self.identity, at=self.now(), id_tag=id_token.text, id_kind=id_token.kind, accepted=accepted
        )
        self.emit(event)

    def notified(self, kind: str, text: str, request_id: int | None = None) -> None:
        """Something that control does not need."""
        self.emit(Notified(station=self.identity, at=self.now(), kind=kind, text=text, request_id=request_id))

    def security_reported(self, kind: str, info: str) -> None:
        """Something that happened to the station's security."""
        self.emit(SecurityReported(station=self.identity, at=self.now(), kind=kind, info=info))

    def start_transaction(self, request: StartRequest) -> Transaction:
        """A station announced a start. Returns the transaction, which is an old one if it was announced before."""
        at = self.now()
        transaction, events = self._transactions.start(request, at, self._moment(request.station_at, at))
        self._take(events)
        return transaction

    def stop_transaction(self, request: StopRequest) -> None:
        """A station announced an end."""
        self._take(self._transactions.stop(request, self.now()))

    def connector_of(self, transaction_id: str) -> int | None:
        """The connector of a transaction that is known, whether it runs or ran; None for others."""
        return self._transactions.connector_of(transaction_id)

    def heard(self, connector_id: int, transaction_id: str, station_at: datetime | None) -> None:
        """A station spoke of a transaction; one that nobody announced becomes known."""
        at = self.now()
        moment = self._moment(station_at, at)
        self._take(self._transactions.meter(connector_id, transaction_id, None, None, at, moment=moment))

    def identified(self, transaction_id: str, id_token: IdToken) -> None:
        """Somebody identified himself for a transaction that had begun before."""
        self._take(self._transactions.identify(transaction_id, id_token, self.now()))

    def running(self, connector_id: int) -> Transaction | None:
        """The transaction on this connector."""
        return self._transactions.running(connector_id)

    def waits_for_authorization(self, connector_id: int, *, waits: bool) -> None:
        """Whether a transaction has begun that nobody has identified himself for yet."""
        if self.connector(connector_id).waits_for_authorization != waits:
            self._update(connector_id, waits_for_authorization=waits)

    def needs(self, connector_id: int, needs: ChargingNeeds) -> None:
        """A car told what it needs."""
        self._update(connector_id, needs=needs)
        self.emit(NeedsTold(station=self.identity, at=needs.at, connector_id=connector_id, needs=needs))

    def measured(
        self, connector_id: int, transaction_id: str | None, measurement: Measurement, sequence: int | None = None
    ) -> None:
        """Readings of a connector arrived. Those that the station kept while it was offline count as energy alone."""
        self.clock.observe(measurement.station_at, measurement.at)
        known = self.connector(connector_id)
        status = known.status.status if known.status else None
        reading = reading_of(measurement, sequence)
        moment = self._moment(measurement.station_at, measurement.at)
        self._take(
            self._transactions.meter(connector_id, transaction_id, reading, status, measurement.at, moment=moment)
        )
        energy_wh = self._transactions.energy_wh(connector_id)
        if energy_wh is not None:
            self._update(connector_id, transaction_energy_wh=energy_wh)
        if measurement.at - moment > _CURRENT:
            return
        readings = self._readings.setdefault(connector_id, _Readings())
        self._update(connector_id, measurement=readings.combine(measurement))
        self.emit(
            Measured(
                station=self.identity,
                at=measurement.at,
                connector_id=connector_id,
                measurement=measurement,
                transaction_energy_wh=energy_wh,
            )
        )

    def limited(self, connector_id: int, limit: AcknowledgedLimit | None) -> None:
        """The station took a limit for the running transaction, or dropped it."""
        self._update(connector_id, limit=limit)

    def limited_by_default(self, connector_id: int, limit: AcknowledgedLimit) -> None:
        """The station took a limit for whenever nothing else is said."""
        self._update(connector_id, default_limit=limit)

    def _moment(self, station_at: datetime | None, at: datetime) -> datetime:
        """When something was by our clock that the station dated so, in a message that arrived `at`."""
        if station_at is None:
            return at
        try:
            moment = station_at - self.clock.offset
        except OverflowError:
            return at
        return moment if at - _KEPT <= moment <= at else at

    def _take(self, events: Sequence[TransactionEvent]) -> None:
        for event in events:
            connector_id = event.transaction.connector_id
            known = self.connector(connector_id)
            running = self._transactions.running(connector_id)
            if (known.transaction and known.transaction.transaction_id) != (running and running.transaction_id):
                # A limit for a transaction ends with it (OCPP 1.6, 3.13.3).
                self._update(connector_id, limit=None, waits_for_authorization=False)
            energy_wh = self._transactions.energy_wh(connector_id)
            if running is None and isinstance(event, TransactionEnded):
                energy_wh = event.energy_wh
            self._update(connector_id, transaction=running, transaction_energy_wh=energy_wh)
        self.emit(*events)

    def _update(self, connector_id: int, **changes: Any) -> None:
        self._connectors[connector_id] = replace(self.connector(connector_id), **changes)
