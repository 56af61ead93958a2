"""What valid encryption is: whose certificate is shown to chargers, where, and which of them have to use it."""

from collections.abc import Iterable
from typing import Final

from ...const import (
    CONF_KEY,
    CONF_PORT,
    CONF_SECURITY,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    CONF_TLS_STATIONS,
)
from .fields import Data, Errors, number

OWN: Final = "own"
FILES: Final = "files"
TLS: Final = "tls"
CERTIFICATE: Final = "certificate"

LARGEST_PORT: Final = 65535


def encryption_errors(data: Data) -> Errors:
    """Judge a site's encryption. What the files hold is judged when they are read."""
    kind = data.get(CONF_TLS)
    if kind is None:
        return {}
    if kind not in {OWN, FILES}:
        return {CONF_TLS: "encryption_unknown"}
    errors: Errors = {}
    port = number(data, CONF_TLS_PORT)
    if port is None or not 1 <= port <= LARGEST_PORT:
        errors[CONF_TLS_PORT] = "port_out_of_range"
    elif port == number(data, CONF_PORT):
        errors[CONF_TLS_PORT] = "ports_equal"
    if kind == FILES:
        errors |= {field: "path_missing" for field in (CONF_TLS_CERTIFICATE, CONF_TLS_KEY) if not _is_path(data, field)}
    if CONF_TLS_STATIONS in data and not _is_path(data, CONF_TLS_STATIONS):
        errors[CONF_TLS_STATIONS] = "path_missing"
    return errors


def security_errors(site: Data, charger: Data) -> Errors:
    """Judge how a charger has to connect."""
    security = charger.get(CONF_SECURITY)
    if security is None:
        return {}
    if security not in {TLS, CERTIFICATE}:
        return {CONF_SECURITY: "security_unknown"}
    if site.get(CONF_TLS) is None:
        return {CONF_SECURITY: "encryption_off"}
    if security == TLS and not charger.get(CONF_KEY):
        # Encrypted, and for everybody.
        return {CONF_SECURITY: "key_missing"}
    return {}


def need_encryption(chargers: Iterable[Data]) -> bool:
    """Tell whether one of these chargers has to encrypt."""
    return any(charger.get(CONF_SECURITY) is not None for charger in chargers)


def _is_path(data: Data, field: str) -> bool:
    path = data.get(field)
    return isinstance(path, str) and bool(path.strip())
