"""OCPP's security events (appendix 1 of OCPP 2.0.1, and 4 of the security extension of 1.6), in our words."""

from collections.abc import Mapping
from typing import Final

from ..csms.events import SecurityReported
from ..engine.model.security import SecurityKind, SecurityReport

# The security extension of OCPP 1.6 says "CentralSystem" and "ChargePoint" where later versions say "Csms" and
# "ChargingStation". Some stations write a word in capitals of their own.
_KINDS: Final[Mapping[str, SecurityKind]] = {
    "firmwareupdated": SecurityKind.FIRMWARE_UPDATED,
    "failedtoauthenticateatcentralsystem": SecurityKind.CHARGER_REFUSED,
    "failedtoauthenticateatcsms": SecurityKind.CHARGER_REFUSED,
    "centralsystemfailedtoauthenticate": SecurityKind.SERVER_REFUSED,
    "csmsfailedtoauthenticate": SecurityKind.SERVER_REFUSED,
    "settingsystemtime": SecurityKind.CLOCK_SET,
    "startupofthedevice": SecurityKind.STARTED,
    "resetorreboot": SecurityKind.RESTARTED,
    "securitylogwascleared": SecurityKind.LOG_CLEARED,
    "reconfigurationofsecurityparameters": SecurityKind.SETTINGS_CHANGED,
    "memoryexhaustion": SecurityKind.MEMORY_EXHAUSTED,
    "invalidmessages": SecurityKind.INVALID_MESSAGES,
    "attemptedreplayattacks": SecurityKind.REPLAYED_MESSAGES,
    "tamperdetectionactivated": SecurityKind.TAMPERED,
    "invalidfirmwaresignature": SecurityKind.INVALID_FIRMWARE,
    "invalidfirmwaresigningcertificate": SecurityKind.INVALID_FIRMWARE,
    "invalidcentralsystemcertificate": SecurityKind.INVALID_SERVER_CERTIFICATE,
    "invalidcsmscertificate": SecurityKind.INVALID_SERVER_CERTIFICATE,
    "invalidchargepointcertificate": SecurityKind.INVALID_CHARGER_CERTIFICATE,
    "invalidchargingstationcertificate": SecurityKind.INVALID_CHARGER_CERTIFICATE,
    "invalidtlsversion": SecurityKind.WEAK_ENCRYPTION,
    "invalidtlsciphersuite": SecurityKind.WEAK_ENCRYPTION,
    "maintenanceloginaccepted": SecurityKind.MAINTENANCE_LOGIN,
    "maintenanceloginfailed": SecurityKind.MAINTENANCE_LOGIN_FAILED,
}


def read_security(event: SecurityReported) -> SecurityReport:
    """Tell what a station reported; a maker's own word is as good, and `OTHER`."""
    return SecurityReport(kind=_KINDS.get(event.kind.lower(), SecurityKind.OTHER), word=event.kind, info=event.info)
