"""Holds what the csms sends against the official schemas of OCPP 2.0.1 and 2.1, which the `ocpp` library ships."""

from typing import Any

from jsonschema.exceptions import best_match
from ocpp.messages import MessageType, get_validator  # type: ignore[import-untyped]  # it ships no py.typed

from .versions import Version


def fault(version: Version, action: str, payload: Any, *, answer: bool = False) -> str | None:
    """What is wrong with a request's payload, or with an answer's; None where nothing is. The action has to be known."""
    kind = MessageType.CallResult if answer else MessageType.Call
    found = best_match(get_validator(kind, action, version.value).iter_errors(payload))
    return None if found is None else f"{action}{found.json_path.removeprefix('$')}: {found.message}"
