"""What encrypted connections need: our own authority, which Home Assistant keeps, or the certificate files of the user."""

import asyncio
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components import network
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .configuration.rules.encryption import CERTIFICATE, FILES, TLS
from .const import (
    CONF_KEY,
    CONF_PREVIOUS_KEY,
    CONF_SECURITY,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    CONF_TLS_STATIONS,
    DEFAULT_HOST,
    DOMAIN,
)
from .csms.authority import Authority
from .csms.certificates import (
    CertificateFault,
    CertificateUnusable,
    Credential,
    fingerprint_of,
    judge_authority,
    judge_server,
)
from .csms.certification import Certify
from .csms.keys import generate_key
from .csms.security import Access, SecurityProfile
from .csms.tls import server_context

_VERSION: Final = 1
_LARGEST_FILE: Final = 1024 * 1024
_OF_KEY: Final = frozenset({CertificateFault.NO_KEY, CertificateFault.LOCKED, CertificateFault.MISMATCH})

_PROFILES: Final[Mapping[str | None, SecurityProfile]] = MappingProxyType(
    {None: SecurityProfile.NONE, TLS: SecurityProfile.TLS, CERTIFICATE: SecurityProfile.CLIENT_CERTIFICATE}
)

_HOME_ASSISTANT: Final = "homeassistant.local"
"""What Home Assistant OS calls itself in a home's network."""


class EncryptionError(Exception):
    """No encrypted connection is possible. `key` says why, as a key of the flows' errors; `field` what is to be changed."""

    def __init__(self, key: str, field: str) -> None:
        self.key = key
        self.field = field
        super().__init__(f"{field}: {key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """What a site wants: the port, and the paths of files; without `certificate`, our own authority signs the server's."""

    port: int
    certificate: str | None = None
    key: str | None = None
    stations: str | None = None


def read_encryption(data: Mapping[str, Any]) -> Encryption | None:
    """Read what is stored of a valid site; None: nobody can encrypt."""
    if data.get(CONF_TLS) is None:
        return None
    files = data[CONF_TLS] == FILES
    return Encryption(
        port=int(data[CONF_TLS_PORT]),
        certificate=data[CONF_TLS_CERTIFICATE] if files else None,
        key=data[CONF_TLS_KEY] if files else None,
        stations=data.get(CONF_TLS_STATIONS) if files else None,
    )


def new_key() -> str:
    """Make a key for a charger, which every one of them can take."""
    return generate_key()


def read_access(charger: Mapping[str, Any]) -> Access:
    """Read what a valid charger's station has to bring to be let in."""
    return Access(
        key=charger.get(CONF_KEY) or None,
        previous_key=charger.get(CONF_PREVIOUS_KEY),
        profile=_PROFILES[charger.get(CONF_SECURITY)],
    )


class _Vault:
    """Keeps the one authority of this Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        # Others on this machine are not to read it, and a power cut is not to lose what all chargers trust.
        self._store: Store[dict[str, str]] = Store(
            hass, _VERSION, f"{DOMAIN}.authority", private=True, atomic_writes=True
        )
        self._lock = asyncio.Lock()
        self._authority: Authority | None = None

    async def async_get(self) -> Authority:
        async with self._lock:
            if self._authority is None:
                self._authority = await self._load() or await self._make()
            return self._authority

    async def _load(self) -> Authority | None:
        stored = await self._store.async_load()
        return Authority(certificate_pem=stored["certificate"], key_pem=stored["key"]) if stored else None

    async def _make(self) -> Authority:
        authority = Authority.create(dt_util.utcnow())
        await self._store.async_save({"certificate": authority.certificate_pem, "key": authority.key_pem})
        return authority


_VAULT: Final[HassKey[_Vault]] = HassKey(f"{DOMAIN}_authority")


async def async_get_authority(hass: HomeAssistant) -> Authority:
    """Give our own authority, made if there was none. It is the same for all sites, and outlives them."""
    if _VAULT not in hass.data:
        hass.data[_VAULT] = _Vault(hass)
    return await hass.data[_VAULT].async_get()


async def async_describe_authority(hass: HomeAssistant) -> dict[str, str]:
    """What a person has to know of our own authority: its `certificate`, to be put into chargers, and its `fingerprint`."""
    pem = (await async_get_authority(hass)).certificate_pem
    return {"certificate": pem.strip(), "fingerprint": fingerprint_of(pem)}


async def async_make_context(
    hass: HomeAssistant, encryption: Encryption, host: str, *, ask_stations: bool
) -> ssl.SSLContext:
    """Make what a TLS port at `host` answers with. `ask_stations`: for their certificates. Raises `EncryptionError`.

    Stations are asked only where one has to show a certificate: others may have one of their maker's, which we do not know.
    """
    authority = await async_get_authority(hass)
    hosts = await _own_hosts(hass, host)
    return await hass.async_add_executor_job(
        _make_context, encryption, authority, hosts, ask_stations, dt_util.utcnow()
    )


async def async_make_certify(hass: HomeAssistant) -> Certify:
    """Make what signs the certificates that stations ask for, in the name of our own authority."""
    authority = await async_get_authority(hass)

    def certify(identity: str, csr: str, serials: Collection[str]) -> str:
        return authority.certify_station(csr, identity, serials=serials, now=dt_util.utcnow())

    return certify


async def async_judge_files(hass: HomeAssistant, encryption: Encryption) -> dict[str, str]:
    """Say what is wrong with a user's files, by field; empty when nothing is."""
    try:
        await async_make_context(hass, encryption, DEFAULT_HOST, ask_stations=True)
    except EncryptionError as error:
        return {error.field: error.key}
    return {}


async def _own_hosts(hass: HomeAssistant, host: str) -> list[str]:
    """List the names and addresses that a charger may be told, the likeliest first. `host` is where it is listened on."""
    urls = [URL(url) for url in (hass.config.internal_url, hass.config.external_url) if url]
    addresses = [address for address in await network.async_get_enabled_source_ips(hass) if not address.is_link_local]
    hosts = [
        *(() if ip_address(host).is_unspecified else (host,)),
        await network.async_get_source_ip(hass),
        *map(str, addresses),
        *(url.host for url in urls if url.host and url.host.isascii()),
        _HOME_ASSISTANT,
    ]
    return [*dict.fromkeys(hosts)]


def _make_context(
    encryption: Encryption,
    authority: Authority,
    hosts: Sequence[str],
    ask_stations: bool,  # noqa: FBT001 -- an executor gives no keywords
    now: datetime,
) -> ssl.SSLContext:
    """Read the files, and make the context: for an executor."""
    if encryption.certificate is None or encryption.key is None:
        credentials = authority.certify_server(hosts, now)
    else:
        credentials = (_read_credential(encryption.certificate, encryption.key, now),)
    stations_pem = authority.certificate_pem
    if encryption.stations is not None:
        stations_pem = _read_stations(encryption.stations, now)
    try:
        return server_context(credentials, station_authority_pem=stations_pem if ask_stations else None)
    except ssl.SSLError as error:
        raise EncryptionError("certificate_unusable", CONF_TLS_CERTIFICATE) from error


def _read_credential(certificate: str, key: str, now: datetime) -> Credential:
    credential = Credential(
        chain_pem=_read_file(certificate, CONF_TLS_CERTIFICATE), key_pem=_read_file(key, CONF_TLS_KEY)
    )
    try:
        judge_server(credential, now)
    except CertificateUnusable as unusable:
        field = CONF_TLS_KEY if unusable.fault in _OF_KEY else CONF_TLS_CERTIFICATE
        raise EncryptionError(unusable.fault, field) from unusable
    return credential


def _read_stations(path: str, now: datetime) -> str:
    pem = _read_file(path, CONF_TLS_STATIONS)
    try:
        judge_authority(pem, now)
    except CertificateUnusable as unusable:
        raise EncryptionError(unusable.fault, CONF_TLS_STATIONS) from unusable
    return pem


def _read_file(path: str, field: str) -> str:
    file = Path(path.strip())
    try:
        if not file.is_file():
            raise EncryptionError("file_missing", field)
        if file.stat().st_size > _LARGEST_FILE:
            raise EncryptionError("file_too_large", field)
        return file.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise EncryptionError("file_unreadable", field) from error
