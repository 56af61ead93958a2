"""Holds messages against the official JSON schemas of OCPP, which the `ocpp` library ships."""

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import ocpp  # type: ignore[import-untyped]
from jsonschema import Draft6Validator, FormatChecker, ValidationError

from custom_components.smart_charging.csms.timestamps import parse_timestamp
from custom_components.smart_charging.csms.versions import Version

_FOLDERS: Final = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}

_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    # RFC 3339 has a zone.
    return not isinstance(value, str) or (parse_timestamp(value) is not None and value.endswith("Z"))


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@cache
def _validator(version: Version, name: str) -> Draft6Validator:
    path = Path(ocpp.__file__).parent / _FOLDERS[version] / "schemas" / f"{name}.json"
    # Some are drafts of number 4, whose words all mean the same in number 6. In binary, 0.3 is no multiple of 0.1.
    schema = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    return Draft6Validator(schema, format_checker=_FORMATS)


def _name(version: Version, action: str, *, answer: bool) -> str:
    return action + ("Response" if answer else "" if version is Version.V16 else "Request")


def faults(version: Version, action: str, payload: object, *, answer: bool = False) -> list[str]:
    """What is wrong with a call's payload, or with its answer's; FileNotFoundError where this version has no such call."""
    exact: Any = json.loads(json.dumps(payload), parse_float=Decimal)
    found: Iterable[ValidationError] = _validator(version, _name(version, action, answer=answer)).iter_errors(exact)
    return [f"{action}{fault.json_path.removeprefix('$')}: {fault.message}" for fault in found]


def check(version: Version, action: str, payload: object, *, answer: bool = False) -> None:
    """Fail where anything is wrong with a call's payload, or with its answer's."""
    found = faults(version, action, payload, answer=answer)
    assert not found, found
