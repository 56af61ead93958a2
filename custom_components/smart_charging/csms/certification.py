"""Certificates of stations' own: asked for with `SignCertificate`, signed, and handed over with `CertificateSigned`."""

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from .authority import ORGANISATION, RequestRefused
from .errors import StationError
from .events import CertificateSigned, Event
from .memory import StationMemory
from .operations import CertificateUse
from .station import Station
from .versions import Version

_LOGGER: Final = logging.getLogger(__name__)

_OWNER_KEYS: Final = {Version.V16: "CpoName"}
_OWNER_KEY: Final = "SecurityCtrlr.OrganizationName"

type Certify = Callable[[str, str, Collection[str]], str]
"""Signs a station's request, given its identity, the request and its serial numbers; see `Authority.certify_station`."""


class Certification:
    """Answers what stations ask for by `certify`, which may be set at any time; without it, all of them are refused."""

    def __init__(self) -> None:
        self.certify: Certify | None = None
        self._handing_over: set[asyncio.Task[None]] = set()

    def watch(self, station: Station, memory: StationMemory) -> None:
        """Look after a station from now on."""
        memory.certify = partial(self._sign, memory)
        station.subscribe(partial(self._hand_over, station))

    def _sign(self, memory: StationMemory, csr: str, request_id: int | None) -> bool:
        """Sign, and tell of it once the station has its answer (A02.FR.11 and 12 of 2.0.1 and of the whitepaper)."""
        if self.certify is None:
            return False
        serials = {memory.info.serial} - {""} if memory.info is not None else set[str]()
        try:
            chain_pem = self.certify(memory.identity, csr, serials)
        except RequestRefused as refused:
            _LOGGER.warning("Station %s asked for a certificate and got none: %s", memory.identity, refused)
            return False
        memory.emit(
            CertificateSigned(station=memory.identity, at=memory.now(), chain_pem=chain_pem, request_id=request_id)
        )
        return True

    def _hand_over(self, station: Station, event: Event) -> None:
        if isinstance(event, CertificateSigned):
            task = asyncio.get_running_loop().create_task(_send(station, event))
            self._handing_over.add(task)
            task.add_done_callback(self._handing_over.discard)


async def _send(station: Station, signed: CertificateSigned) -> None:
    try:
        await station.operations.send_certificate(signed.chain_pem, signed.request_id)
    except StationError as error:
        _LOGGER.warning("Station %s did not take the certificate that it asked for: %s", station.identity, error)


async def ask_for_request(station: Station, authority_pem: str) -> None:
    """Let a station trust this authority and ask for a certificate of its own, for the first time or anew (A02, M05).

    It is told whose it is first, for what it writes into its request (A02.FR.13). Raises `StationError` where it does not
    want to ask; what comes before it may have already, or have no place for.
    """
    operations = station.operations
    owner_key = _OWNER_KEYS.get(station.version or Version.V16, _OWNER_KEY)
    for preparation in (
        operations.install_certificate(CertificateUse.CSMS, authority_pem),
        station.write_configuration(owner_key, ORGANISATION),
    ):
        try:
            await preparation
        except StationError as error:
            _LOGGER.debug("Station %s before asking for a certificate: %s", station.identity, error)
    await operations.renew_certificate()
