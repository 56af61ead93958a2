"""What a person asks of a station: one subclass per version of OCPP, made anew for each connection.

Every method asks the station, and raises the `StationError` family: `StationRejected` when its answer is no, `NotOffered`
when this version of OCPP has no word for it, `TooLong` when it has no room for a text. Addresses (`url`) are where the
station fetches from, or sends to, by itself. Times are by our clock, and told in the station's.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .authorization import Authorization, IdToken
from .commands import Caller, expect
from .errors import NoTransaction
from .frames import Payload
from .memory import StationMemory
from .records import Transaction
from .timestamps import format_timestamp, parse_timestamp


class LogKind(StrEnum):
    """Which log a station is to send."""

    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"


class CertificateUse(StrEnum):
    """What a root certificate is trusted for."""

    CSMS = "csms"
    MANUFACTURER = "manufacturer"
    V2G = "v2g"
    MOBILITY_OPERATOR = "mobility_operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateHash:
    """What names an installed certificate: hexadecimal texts, made with `algorithm` (SHA256, SHA384, SHA512)."""

    algorithm: str
    issuer_name: str
    issuer_key: str
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareSignature:
    """How a station tells that firmware is its manufacturer's: the certificate (PEM), and what it signed the file with (Base64)."""

    certificate_pem: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalListEntry:
    """A card that a station may judge while we are away."""

    id_token: IdToken
    authorization: Authorization


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPeriod:
    """From `start_s` after now on (before now: negative), the station would offer `limit` in `unit`.

    That is "A" per phase, or "W" in total. `phases` is None where the station does not say on how many.
    """

    start_s: int
    limit: float
    unit: str
    phases: int | None


class Operations(ABC):
    """What a person, or an automation, may ask of a station beyond its limits."""

    def __init__(self, memory: StationMemory, call: Caller) -> None:
        self._memory = memory
        self._call = call

    async def _ask(self, action: str, payload: Payload, *wanted: str) -> Payload:
        """Ask, and expect one of these statuses, by default that it accepts."""
        answer = await self._call(action, payload)
        expect(action, answer, *(wanted or ("Accepted",)))
        return answer

    def _tell(self, moment: datetime) -> str:
        """Write a time as the station's clock has it."""
        return format_timestamp(self._memory.clock.read(moment))

    def _after_now_s(self, written: object) -> float:
        """How long after now a time is that the station wrote; negative before, 0 where it is no time."""
        moment = parse_timestamp(written)
        return 0.0 if moment is None else (moment - self._memory.clock.read(self._memory.now())).total_seconds()

    def _transaction(self, connector_id: int) -> Transaction:
        transaction = self._memory.connector(connector_id).transaction
        if transaction is None:
            raise NoTransaction(self._memory.identity, connector_id)
        return transaction

    @abstractmethod
    async def reset(self, connector_id: int | None, *, hard: bool) -> str:
        """Restart the station (or, where it can, one connector); `hard` at once. Returns `Accepted` or `Scheduled`."""

    @abstractmethod
    async def unlock(self, connector_id: int) -> None:
        """Release the plug of this connector."""

    @abstractmethod
    async def reserve(
        self, reservation_id: int, connector_id: int, until: datetime, id_token: IdToken, group: str | None
    ) -> None:
        """Keep a connector for somebody until then. 0: any connector, where the station can."""

    @abstractmethod
    async def cancel_reservation(self, reservation_id: int) -> None:
        """Give a reservation up."""

    @abstractmethod
    async def clear_cache(self) -> None:
        """Make the station forget which cards it has seen."""

    @abstractmethod
    async def read_list_version(self) -> int:
        """The version of the list of cards in the station; 0 for none, in OCPP 1.6 -1 where it keeps no list."""

    @abstractmethod
    async def send_local_list(self, version: int, entries: Sequence[LocalListEntry]) -> int:
        """Replace the list of cards in the station, in parts where it takes no long ones.

        `version` is that of the first part, above 0; each further one counts one up. Returns what the station has in the
        end. Cards whose numbers this version of OCPP cannot hold are left out: they cannot be shown there either.
        """

    @abstractmethod
    async def request_log(self, kind: LogKind, request_id: int, url: str, since: datetime | None) -> str:
        """Let the station send its log there. Returns the file's name, empty where it does not tell."""

    @abstractmethod
    async def file_protocols(self) -> frozenset[str]:
        """By which protocols the station sends and fetches files: `HTTP`, `FTP`, … Empty where it does not say."""

    @abstractmethod
    async def update_firmware(
        self, request_id: int, url: str, retrieve_at: datetime, signature: FirmwareSignature | None = None
    ) -> None:
        """Let the station fetch new firmware from there, from then on."""

    @abstractmethod
    async def transfer_data(self, vendor: str, message: str | None, data: object) -> tuple[str, object]:
        """Send a vendor's own message. Returns the station's status and data; no status is an error here.

        OCPP 1.6 knows texts only: other data is sent as JSON in a text.
        """

    @abstractmethod
    async def install_certificate(self, use: CertificateUse, pem: str) -> None:
        """Make the station trust this root certificate."""

    @abstractmethod
    async def installed_certificates(self, use: CertificateUse) -> tuple[CertificateHash, ...]:
        """Which root certificates the station trusts for this."""

    @abstractmethod
    async def delete_certificate(self, certificate: CertificateHash) -> None:
        """Make the station trust a root certificate no more."""

    @abstractmethod
    async def renew_certificate(self) -> None:
        """Let the station make a new key and ask for its certificate to be signed (`SignCertificate`)."""

    @abstractmethod
    async def send_certificate(self, chain_pem: str, request_id: int | None = None) -> None:
        """Hand the station its own signed certificate, the answer to its `SignCertificate`.

        `request_id` is the one in that, which only OCPP 2.1 knows.
        """

    @abstractmethod
    async def show_message(self, message_id: int, text: str, until: datetime | None) -> None:
        """Show a text on the station's display, until then (None: until it is cleared). The same id replaces it."""

    @abstractmethod
    async def clear_message(self, message_id: int) -> None:
        """Take a text off the display."""

    @abstractmethod
    async def tell_cost(self, connector_id: int, total_cost: float) -> None:
        """Show what the running transaction has cost so far. Raises `NoTransaction`.

        No version of OCPP takes the currency along: the station has one of its own.
        """

    @abstractmethod
    async def read_limits(self, connector_id: int, duration_s: int) -> tuple[LimitPeriod, ...]:
        """What the station says all its profiles come to together for so long from now (GetCompositeSchedule)."""
