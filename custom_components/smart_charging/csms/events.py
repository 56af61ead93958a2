"""What happens at a station, as frozen events. `station` is its identity, `at` is by our clock, in UTC."""

from dataclasses import dataclass
from datetime import datetime

from .records import (
    ChargingNeeds,
    ConnectorStatus,
    Features,
    Measurement,
    OperatorLimit,
    OperatorTrouble,
    StationInfo,
    Transaction,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happens at a station."""

    station: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Event):
    """The station is connected. `replaced`: it came back before its old connection was known to be dead."""

    address: str
    replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected(Event):
    """The station's connection is gone. What it was last told is still in force over there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted(Event):
    """The station announced itself; many do so on power-up only, and some never do."""

    info: StationInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Event):
    """The station was asked what it can do and is set up to send what control needs."""

    features: Features


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """A connector reported its state (connector 0: the station as a whole), changed or not."""

    connector_id: int
    status: ConnectorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized(Event):
    """Somebody identified himself at the station: `id_tag` and `id_kind` are the texts of an `IdToken`."""

    id_tag: str
    id_kind: str = ""
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStarted(Event):
    """A transaction runs: begun just now, or found running (`transaction.guessed`).

    Told again, with the same id, when what was guessed is known, or when it had been given up too early. One that the
    station tells of afterwards begins here too, and ends at once or a few messages later: `Connector.transaction` says
    what runs now.
    """

    transaction: Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEnded(Event):
    """A transaction ended. `energy_wh` is what it took, None where no register was ever given.

    `reason` is the station's word, or `Superseded` when another transaction took its connector, or `Lost` when the
    connector has been free for a while without a word about the transaction. `revised`: what was told of this end before
    was not all; this replaces it.
    """

    transaction: Transaction
    energy_wh: float | None
    reason: str
    revised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsTold(Event):
    """A car told what it needs (ISO 15118, by way of OCPP 2.0.1)."""

    connector_id: int
    needs: ChargingNeeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Event):
    """Readings arrived. `measurement` holds this message's values only; the connector's own also remembers others."""

    connector_id: int
    measurement: Measurement
    transaction_energy_wh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSigned(Event):
    """The station asked for a certificate of its own, which was signed, and is handed over now."""

    chain_pem: str
    request_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChanged(Event):
    """The operator, to whom the station is handed on, can be reached now, or not; `trouble` tells why not."""

    connected: bool
    trouble: OperatorTrouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTold(Event):
    """The operator has taken in the beginning or the end of a transaction."""

    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLimitChanged(Event):
    """The operator allows this connector something else than before; None: it leaves that to us."""

    connector_id: int
    limit: OperatorLimit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityReported(Event):
    """The station reported an event of its security, when it happened or later; `at` is when it was heard of.

    `kind` is a word of OCPP's list of security events, or the maker's own; `info` is what the maker adds, for people.
    """

    kind: str
    info: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified(Event):
    """The station reported something that control does not need: firmware, diagnostics, vendor's data.

    `kind` is OCPP's name of the message, `text` the word in it that matters. `request_id` is that of the request of ours
    which it is about, where the station tells.
    """

    kind: str
    text: str
    request_id: int | None = None
