"""OCPP-J messages, out of and into the bytes of a WebSocket frame.

The words and the error codes are the `ocpp` library's. Its `unpack` and `ChargePoint` are not used: what real stations
send (a CALLERROR of three elements, an answer with an extra field, a payload of null) would raise out of its read loop,
and its conversion to snake case and back loses keys.
"""

import re
from enum import IntEnum
from typing import Any, Final, NamedTuple

from ocpp.exceptions import (  # type: ignore[import-untyped]  # the library ships no py.typed
    FormationViolationError,
    OCPPError,
    ProtocolError,
)
from ocpp.messages import Call, CallError, CallResult, MessageType  # type: ignore[import-untyped]

from .coding import decode, encode, printable


class Aside(NamedTuple):
    """A message that nothing is sent back for. `complaint`: what the station says is wrong with us."""

    complaint: str = ""


type Answer = CallResult | CallError
type Frame = Call | Answer | Aside
type Payload = dict[str, Any]

# OCPP-J 1.6, 4.1.4: a message id has at most 36 characters. Some stations use longer ones; beyond this it is an attack.
_LONGEST_ID: Final = 128
_CALL_ID: Final = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,128})"')


class _Newer(IntEnum):
    """The types of messages that OCPP 2.1 added (part 4, 4.1.4). We ask for none of what is sent without an answer."""

    CALL_RESULT_ERROR = 5
    SEND = 6


class Garbage(Exception):  # noqa: N818 -- it is the message that is wrong, not the program
    """A frame that is no OCPP-J message. `answer` is the CALLERROR to send, where an id to answer to could be had."""

    def __init__(self, error: OCPPError, unique_id: str | None = None) -> None:
        self.answer = refuse(unique_id, error) if unique_id is not None else None
        super().__init__(str(error.description))


def parse_frame(text: str) -> Frame:
    """Read one message. Raises `Garbage`, and nothing else, when it is none."""
    try:
        message = decode(text)
    except ValueError, RecursionError:
        found = _CALL_ID.match(text)
        raise Garbage(FormationViolationError("this is not JSON"), found[1] if found else None) from None
    match message:
        case [MessageType.Call, str(unique_id), *rest] if len(unique_id) <= _LONGEST_ID:
            return _call(unique_id, rest)
        case [MessageType.CallResult, str() | int() as unique_id, payload, *_]:
            return CallResult(str(unique_id), payload if isinstance(payload, dict) else {})
        case [MessageType.CallError, str() | int() as unique_id, *rest]:
            return CallError(str(unique_id), *_reasons(rest))
        case [_Newer.CALL_RESULT_ERROR, _, *rest]:
            return Aside("could not read our answer: {} {}".format(*_reasons(rest)).rstrip())
        case [_Newer.SEND, *_]:
            return Aside()
        case _:
            raise Garbage(ProtocolError("this is not an OCPP-J message"))


def _call(unique_id: str, rest: list[Any]) -> Call:
    match rest:
        case [str(action)] | [str(action), None | [], *_]:
            return Call(unique_id, action, {})
        case [str(action), dict(payload), *_]:
            return Call(unique_id, action, payload)
        case _:
            raise Garbage(FormationViolationError("a call is [2, id, action, {payload}]"), unique_id)


def _reasons(rest: list[Any]) -> tuple[str, str]:
    """Code and description of an error, each as far as it is there."""
    texts = [printable(str(part)) if isinstance(part, str | int | float) else "" for part in rest[:2]]
    code, description = (*texts, "", "")[:2]
    return code, description


def ask(unique_id: str, action: str, payload: Payload) -> str:
    """The text of a call. Raises TypeError for a payload that is no JSON."""
    return encode([MessageType.Call, unique_id, action, payload])


def answer(call: Call, payload: Payload) -> str:
    """The text of the answer to a call."""
    return encode([MessageType.CallResult, call.unique_id, payload])


def refuse(unique_id: str, error: OCPPError) -> str:
    """The text of the error answer to a call. It tells no more than the error's own words."""
    return encode([MessageType.CallError, unique_id, error.code, str(error.description)[:255], {}])
