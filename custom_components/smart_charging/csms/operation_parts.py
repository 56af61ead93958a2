"""Parts of what a station is asked, and of its answers, that several versions of OCPP have in common."""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Final

from .errors import StationRejected, TooLong
from .fields import Fields
from .frames import Payload
from .operations import CertificateHash, FirmwareSignature, LimitPeriod

_LONGEST_VENDOR: Final = 255
_LONGEST_MESSAGE: Final = 50
_LONGEST_CHAIN: Final = 10_000
_LONGEST_SIGNATURE: Final = 800

LONGEST_CERTIFICATE: Final = 5500
"""Of a certificate in OCPP 1.6 and 2.0.1."""
LONGEST_URL: Final = 512
"""Of an address in OCPP 1.6 and 2.0.1."""


def fit(what: str, text: str, longest: int) -> str:
    """Return the text, for which there has to be room. Raises `TooLong`."""
    if len(text) > longest:
        raise TooLong(what, longest)
    return text


def data_transfer(vendor: str, message: str | None, data: object) -> Payload:
    """Build a DataTransfer; `data` is what this version of OCPP takes, None for none. Raises `TooLong`."""
    payload: Payload = {"vendorId": fit("the vendor's name", vendor, _LONGEST_VENDOR)}
    if message is not None:
        payload["messageId"] = fit("the message's name", message, _LONGEST_MESSAGE)
    if data is not None:
        payload["data"] = data
    return payload


def certificate_chain(pem: str) -> str:
    """A station's own certificate and those above it. Raises `TooLong`."""
    return fit("a certificate", pem, _LONGEST_CHAIN)


def signed(signature: FirmwareSignature) -> Payload:
    """The part of a firmware's description that says whose it is. Raises `TooLong`."""
    return {
        "signingCertificate": fit("a certificate", signature.certificate_pem, LONGEST_CERTIFICATE),
        "signature": fit("a signature", signature.signature, _LONGEST_SIGNATURE),
    }


def objects(value: object) -> list[Payload]:
    """The objects in a list; what is no list has none."""
    return [entry for entry in (value if isinstance(value, list) else ()) if isinstance(entry, dict)]


def above_zero(text: str) -> int | None:
    """An integer above 0, or None."""
    number = Fields({"text": text}).optional_integer("text")
    return number if number is not None and number > 0 else None


def capitals(text: str) -> frozenset[str]:
    """The words between commas, in capitals."""
    return frozenset(word.strip().upper() for word in text.split(",") if word.strip())


def read_version(action: str, answer: Payload, name: str) -> int:
    """The version of a list of cards. Raises `StationRejected` where there is none in the answer."""
    version = Fields(answer).optional_integer(name)
    if version is None:
        raise StationRejected(action, "an answer without a version")
    return version


def list_parts[Card](
    version: int, cards: Sequence[Card], most: int | None
) -> Iterator[tuple[int, str, Sequence[Card]]]:
    """Cut a list into what fits in one message: each part's version, its kind, and its cards. At least one, maybe empty."""
    first = len(cards) if most is None else max(most, 1)
    yield version, "Full", cards[:first]
    rest = cards[first:]
    for number, part in enumerate(batched(rest, first, strict=False) if rest else (), start=1):
        yield version + number, "Differential", part


def hash_payload(certificate: CertificateHash) -> Payload:
    """Name a certificate as all versions of OCPP do."""
    return {
        "hashAlgorithm": certificate.algorithm,
        "issuerNameHash": certificate.issuer_name,
        "issuerKeyHash": certificate.issuer_key,
        "serialNumber": certificate.serial,
    }


def read_hash(entry: object) -> CertificateHash | None:
    """Read how a station names a certificate; None where it cannot be understood."""
    match entry:
        case {
            "hashAlgorithm": str(algorithm),
            "issuerNameHash": str(issuer_name),
            "issuerKeyHash": str(issuer_key),
            "serialNumber": str(serial),
        }:
            return CertificateHash(algorithm=algorithm, issuer_name=issuer_name, issuer_key=issuer_key, serial=serial)
        case _:
            return None


def read_hashes(entries: object) -> tuple[CertificateHash, ...]:
    """Read a list of certificates' names; what cannot be understood is left out."""
    found = map(read_hash, objects(entries))
    return tuple(certificate for certificate in found if certificate is not None)


def read_limit_periods(schedule: object, start_s: float) -> tuple[LimitPeriod, ...]:
    """Read the periods of a schedule that begins `start_s` after now; what cannot be understood is left out."""
    if not isinstance(schedule, dict):
        return ()
    unit = Fields(schedule).text("chargingRateUnit")
    periods = (_read_period(entry, unit, start_s) for entry in objects(schedule.get("chargingSchedulePeriod")))
    return tuple(period for period in periods if period is not None)


def _read_period(entry: Payload, unit: str, start_s: float) -> LimitPeriod | None:
    fields = Fields(entry)
    begins_s, limit = fields.number("startPeriod"), fields.number("limit")
    if begins_s is None or limit is None:
        return None
    return LimitPeriod(
        start_s=round(start_s + begins_s), limit=limit, unit=unit, phases=fields.optional_integer("numberPhases")
    )
