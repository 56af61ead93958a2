"""Settings of a station that stay ours though an operator may change others: what control depends on, and who it obeys."""

from collections.abc import Mapping
from typing import Any, Final

from ..fields import Fields
from ..frames import Payload
from ..secret_settings import bare_name, is_secret

# OCPP 1.6, chapter 9, and the security whitepaper: what tells us how much flows, and whether the station is there.
_KEYS: Final = frozenset(
    {
        "metervaluesampleinterval",
        "metervaluessampleddata",
        "metervaluesaligneddata",
        "clockaligneddatainterval",
        "stoptxnsampleddata",
        "stoptxnaligneddata",
        "heartbeatinterval",
        "websocketpinginterval",
        "authorizationkey",
        "cponame",
    }
)
# Vendors have keys of their own for the address, its credentials, and the greatest current of the hardware.
_WORDS: Final = (
    "security", "certificate", "password", "authorizationkey", "url", "endpoint", "centralsystem", "csms", "backend",
    "server", "network", "apn", "ocppversion", "current", "ampere", "maxpower", "fuse", "breaker",
)  # fmt: skip
_COMPONENTS: Final = frozenset(
    {
        "sampleddatactrlr",
        "aligneddatactrlr",
        "securityctrlr",
        "smartchargingctrlr",
        "ocppcommctrlr",
        "txctrlr",
        "networkconfiguration",
        "internalctrlr",
    }
)


def is_guarded_key(key: str) -> bool:
    """Whether a configuration key (OCPP 1.6) stays ours."""
    name = bare_name(key)
    return name in _KEYS or any(word in name for word in _WORDS)


def is_guarded_variable(component: str, variable: str) -> bool:
    """Whether a variable (OCPP 2.0.1) stays ours."""
    return bare_name(component) in _COMPONENTS or is_guarded_key(variable)


def without_secret_keys(answer: Payload) -> Payload:
    """An answer to GetConfiguration without what is secret: each credential is for one csms alone."""
    keys = answer.get("configurationKey")
    if not isinstance(keys, list):
        return answer
    shown = [entry for entry in keys if isinstance(entry, Mapping) and not is_secret(str(entry.get("key", "")))]
    return answer | {"configurationKey": shown}


def without_secret_results(answer: Payload) -> Payload:
    """An answer to GetVariables, likewise."""
    results = answer.get("getVariableResult")
    if not isinstance(results, list):
        return answer
    return answer | {"getVariableResult": [_hide_result(entry) for entry in results if isinstance(entry, Mapping)]}


def without_secret_reports(report: Payload) -> Payload:
    """A NotifyReport, likewise."""
    data = report.get("reportData")
    if not isinstance(data, list):
        return report
    shown = [entry for entry in data if isinstance(entry, Mapping) and not is_secret(_variable(entry))]
    return {name: value for name, value in report.items() if name != "reportData"} | (
        {"reportData": shown} if shown else {}
    )


def _hide_result(entry: Mapping[str, Any]) -> dict[str, Any]:
    if not is_secret(_variable(entry)):
        return dict(entry)
    return {name: value for name, value in entry.items() if name != "attributeValue"} | {"attributeStatus": "Rejected"}


def _variable(entry: Mapping[str, Any]) -> str:
    return Fields(dict(entry)).section("variable").text("name")
