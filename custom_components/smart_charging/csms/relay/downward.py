"""What comes down from an operator: what becomes a limit of its own, what the station gets, and what is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from ocpp.exceptions import (  # type: ignore[import-untyped]
    FormationViolationError,
    GenericError,
    NotImplementedError,  # noqa: A004 -- the library's word
    NotSupportedError,
    OCPPError,
)

from ..commands import status_of
from ..errors import CallFailed, StationError
from ..fields import Fields
from ..frames import Payload
from ..versions import Version
from .conform import Conformer, Unfit
from .guarded import is_guarded_key, is_guarded_variable, without_secret_keys, without_secret_results
from .schemas import Schemas

type Ask = Callable[[str, Payload], Awaitable[Payload]]
"""Asks the station; raises the `StationError` family."""

_PASSED: Final = frozenset(
    {
        "CancelReservation",
        "ChangeAvailability",
        "ClearCache",
        "ClearDisplayMessage",
        "CostUpdated",
        "CustomerInformation",
        "DataTransfer",
        "GetBaseReport",
        "GetDisplayMessages",
        "GetLocalListVersion",
        "GetReport",
        "GetTransactionStatus",
        "ReserveNow",
        "Reset",
        "SendLocalList",
        "SetDisplayMessage",
        "UnlockConnector",
    }
)
_UPDATES: Final = frozenset({"UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog"})
# How a station says no to these; others have no word for it.
_REFUSALS: Final = {
    "SignedUpdateFirmware": "Rejected",
    "GetLog": "Rejected",
    "InstallCertificate": "Rejected",
    "CertificateSigned": "Rejected",
    "DeleteCertificate": "Failed",
    "GetInstalledCertificateIds": "NotFound",
    "SetNetworkProfile": "Rejected",
}
# Half of a limit is another limit.
_PROFILES: Final = frozenset({"chargingProfile", "csChargingProfiles"})
# No certificate of ours or of the station's own is asked for on an operator's word.
_NEVER_TRIGGERED: Final = ("Sign",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who does what an operator asks.

    `ask` asks the station. `name` tells what that calls a transaction that the operator names in OCPP 1.6, while it runs. `own` answers what never reaches it, None where it does. `heartbeat` gives a sign of life;
    `asked` hears of each call that was passed on, and `welcomed` of a start that the station accepted.
    """

    ask: Ask
    name: Callable[[int], int | None]
    own: Callable[[str, Payload], Payload | None]
    heartbeat: Callable[[], None]
    asked: Callable[[Payload], None]
    welcomed: Callable[[Payload], None]


class Downward:
    """Answers the operator's calls on one connection, on which the version stays the same."""

    def __init__(self, version: Version, schemas: Schemas, hands: Hands, *, updates: bool) -> None:
        self._version = version
        self._schemas = schemas
        self._hands = hands
        self._updates = updates
        self._special: dict[str, Callable[[str, Payload], Awaitable[Payload]]] = {
            "ChangeConfiguration": self._change_configuration,
            "SetVariables": self._set_variables,
            "GetConfiguration": self._get_configuration,
            "GetVariables": self._get_variables,
            "RemoteStartTransaction": self._start,
            "RequestStartTransaction": self._start,
            "RemoteStopTransaction": self._stop,
            "RequestStopTransaction": self._pass,
            "TriggerMessage": self._trigger,
            "ExtendedTriggerMessage": self._trigger,
        }

    async def handle(self, action: str, payload: Payload) -> Payload:
        """Answer one call. Raises an `OCPPError` to refuse it."""
        schema = self._schemas.request(action)
        if schema is None:
            raise NotImplementedError("there is no such action")
        try:
            fitted = Conformer(schema, whole=_PROFILES).fit(payload)
        except Unfit as fault:
            raise FormationViolationError(str(fault)) from None
        answer = await self._answer(action, fitted)
        return self._fit_answer(action, answer)

    async def _answer(self, action: str, payload: Payload) -> Payload:
        own = self._hands.own(action, payload)
        if own is not None:
            return own
        if action in self._special:
            return await self._special[action](action, payload)
        if action in _PASSED or (action in _UPDATES and self._updates):
            return await self._pass(action, payload)
        if action in _REFUSALS or (action == "UpdateFirmware" and self._version is not Version.V16):
            return {"status": _REFUSALS.get(action, "Rejected")}
        raise NotSupportedError("this station does not do that for you")

    def _fit_answer(self, action: str, answer: Payload) -> Payload:
        schema = self._schemas.response(action)
        try:
            return Conformer(schema or {}).fit(answer)
        except Unfit:
            raise GenericError("the station's answer cannot be read") from None

    async def _pass(self, action: str, payload: Payload) -> Payload:
        self._hands.asked(payload)
        try:
            return await self._hands.ask(action, payload)
        except CallFailed as failed:
            raise _error_of(failed) from None
        except StationError as error:
            raise GenericError(str(error)) from None

    async def _change_configuration(self, action: str, payload: Payload) -> Payload:
        if is_guarded_key(payload["key"]):
            return {"status": "Rejected"}
        return await self._pass(action, payload)

    async def _set_variables(self, action: str, payload: Payload) -> Payload:
        guarded = [_is_guarded(entry) for entry in payload["setVariableData"]]
        asked = [entry for entry, kept in zip(payload["setVariableData"], guarded, strict=True) if not kept]
        answer = await self._pass(action, {"setVariableData": asked}) if asked else {}
        results = Fields(answer).value("setVariableResult")
        told = iter(results if isinstance(results, list) else [])
        refusals = [
            {"attributeStatus": "Rejected", "component": entry["component"], "variable": entry["variable"]}
            for entry in payload["setVariableData"]
        ]
        return {
            "setVariableResult": [
                refusal if kept else next(told, refusal) for refusal, kept in zip(refusals, guarded, strict=True)
            ]
        }

    async def _get_configuration(self, action: str, payload: Payload) -> Payload:
        return without_secret_keys(await self._pass(action, payload))

    async def _get_variables(self, action: str, payload: Payload) -> Payload:
        return without_secret_results(await self._pass(action, payload))

    async def _start(self, action: str, payload: Payload) -> Payload:
        # A profile that came with it is the operator's limit, see `own`, and not the station's.
        start = {name: value for name, value in payload.items() if name != "chargingProfile"}
        answer = await self._pass(action, start)
        if status_of(answer) == "Accepted":
            self._hands.welcomed(start)
        return answer

    async def _stop(self, action: str, payload: Payload) -> Payload:
        name = self._hands.name(payload["transactionId"])
        if name is None:
            return {"status": "Rejected"}
        return await self._pass(action, {"transactionId": name})

    async def _trigger(self, action: str, payload: Payload) -> Payload:
        message: str = payload["requestedMessage"]
        if message == "Heartbeat":
            self._hands.heartbeat()
            return {"status": "Accepted"}
        if message.startswith(_NEVER_TRIGGERED):
            return {"status": "Rejected"}
        return await self._pass(action, payload)


def _is_guarded(entry: dict[str, Any]) -> bool:
    return is_guarded_variable(entry["component"]["name"], entry["variable"]["name"])


def _error_of(failed: CallFailed) -> OCPPError:
    """The station's own error, in a word that the operator can know."""
    known = {error.code: error for error in (NotImplementedError, NotSupportedError, FormationViolationError)}
    return known.get(failed.code, GenericError)(failed.description[:255])
