"""Why an operator cannot be reached."""

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from websockets.exceptions import InvalidStatus

from ..records import OperatorTrouble

# For the log; entities say it in the user's language.
_WORDS: Final[Mapping[OperatorTrouble, str]] = {
    OperatorTrouble.UNREACHABLE: "there is no connection",
    OperatorTrouble.SILENT: "it does not answer",
    OperatorTrouble.CLOSED: "it closed the connection",
    OperatorTrouble.KEY_REFUSED: "it does not take the key",
    OperatorTrouble.IDENTITY_REFUSED: "it does not let this identity in",
    OperatorTrouble.IDENTITY_UNKNOWN: "it does not know this identity, or has another address",
    OperatorTrouble.FAULTY: "it answers with a fault",
    OperatorTrouble.CERTIFICATE_NOT_TRUSTED: "its certificate is not trusted here",
    OperatorTrouble.NO_OCPP: "it does not speak OCPP there",
    OperatorTrouble.OTHER_VERSION: "it does not speak the station's version of OCPP",
    OperatorTrouble.NOT_ACCEPTED: "it has not accepted the station yet",
}

_REFUSED: Final[Mapping[int, OperatorTrouble]] = {
    HTTPStatus.UNAUTHORIZED: OperatorTrouble.KEY_REFUSED,
    HTTPStatus.FORBIDDEN: OperatorTrouble.IDENTITY_REFUSED,
    HTTPStatus.NOT_FOUND: OperatorTrouble.IDENTITY_UNKNOWN,
}


class OperatorAway(Exception):  # noqa: N818 -- reads as what happened
    """The operator cannot be reached, or the connection is gone. What was asked may have been done.

    `detail` goes into the log with it, and names no credential.
    """

    def __init__(self, trouble: OperatorTrouble, detail: str = "") -> None:
        self.trouble = trouble
        super().__init__(f"{_WORDS[trouble]}: {detail}" if detail else _WORDS[trouble])


def explain(error: Exception) -> OperatorAway:
    """Why a connection was not to be had; `error` is what `wire.dial` raises."""
    match error:
        case InvalidStatus():
            status = error.response.status_code
            trouble = _REFUSED.get(status)
            return OperatorAway(trouble) if trouble else OperatorAway(OperatorTrouble.FAULTY, f"HTTP status {status}")
        case TimeoutError():
            return OperatorAway(OperatorTrouble.SILENT)
        case ssl.SSLCertVerificationError():
            return OperatorAway(OperatorTrouble.CERTIFICATE_NOT_TRUSTED)
        case OSError():
            return OperatorAway(OperatorTrouble.UNREACHABLE, error.strerror or type(error).__name__)
        case _:
            return OperatorAway(OperatorTrouble.NO_OCPP)
