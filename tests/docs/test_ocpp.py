"""docs/ocpp.md says of every message of every version what becomes of it; here that is held against the code."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import ocpp  # type: ignore[import-untyped]
import pytest

import custom_components.smart_charging.csms
from custom_components.smart_charging.csms.authorization import anybody
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.quirks import QUIRKS
from custom_components.smart_charging.csms.requests import Requests, not_supported
from custom_components.smart_charging.csms.transaction_ids import TransactionIds
from custom_components.smart_charging.csms.v16.requests import V16Requests
from custom_components.smart_charging.csms.v201.reports import Reports
from custom_components.smart_charging.csms.v201.requests import V201Requests
from custom_components.smart_charging.csms.versions import Version

PAGE: Final = (Path(__file__).parents[2] / "docs" / "ocpp.md").read_text(encoding="utf-8")
CSMS: Final = Path(custom_components.smart_charging.csms.__file__).parent
FOLDERS: Final = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}
_NOT_THERE: Final = "\N{EN DASH}"
ROWS: Final = {
    row[1]: dict(zip(Version, (cell.strip() for cell in row.groups()[1:]), strict=True))
    for row in re.finditer(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|$", PAGE, re.MULTILINE)
}


def messages(version: Version) -> set[str]:
    """What this version has, by its official schemas."""
    folder = Path(ocpp.__file__).parent / FOLDERS[version] / "schemas"
    return {path.stem.removesuffix("Response").removesuffix("Request") for path in folder.glob("*.json")}


def requests(version: Version) -> Requests:
    now = lambda: datetime.now(UTC)  # noqa: E731
    memory = StationMemory("CP1", now, TransactionIds(now))
    if version is Version.V16:
        return V16Requests(memory, anybody, lambda: None)
    return V201Requests(memory, anybody, lambda: None, Reports(), version)


def sent(version: Version) -> str:
    """The code that sends messages of this version."""
    folder = CSMS / ("v16" if version is Version.V16 else "v201")
    files = [*folder.glob("*.py"), *CSMS.glob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("version", Version)
def test_every_message_has_a_row_that_is_true(version: Version) -> None:
    handlers = requests(version)._handlers
    code = sent(version)
    for message in messages(version):
        said = ROWS[message][version]
        handler = handlers.get(message)
        match said:
            case "answered":
                assert handler not in {None, not_supported}, message
            case "not supported":
                assert handler is not_supported, message
            case "sent":
                assert handler is None, message
                assert f'"{message}"' in code, message
            case "sent, answered":
                assert handler not in {None, not_supported}, message
                assert f'"{message}"' in code, message
            case "not used":
                assert handler is None, message
                assert f'"{message}"' not in code, message
            case _:
                pytest.fail(f"{message}: {said!r} is not a word of this table")


@pytest.mark.parametrize("version", Version)
def test_no_row_is_about_a_message_that_a_version_does_not_have(version: Version) -> None:
    assert {message for message, row in ROWS.items() if row[version] != _NOT_THERE} == messages(version)


def test_every_station_that_needs_something_special_is_on_the_page() -> None:
    for quirk in QUIRKS:
        assert quirk.source in PAGE
        assert (quirk.vendor or quirk.model) in PAGE
