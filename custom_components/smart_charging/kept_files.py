"""The folder that chargers' files are kept in: logs that came from them, a few of each, and firmware that the user put there.

`<config>/smart_charging/logs/<charger's id>/` and `<config>/smart_charging/firmware/`. Nothing in it is served by itself.
All functions block: call them in the executor.
"""

import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

FOLDER: Final = "smart_charging"
LOGS: Final = "logs"
FIRMWARE: Final = "firmware"

KEPT_LOGS: Final = 5
"""Of each charger; the oldest goes when a further one comes."""

_PART: Final = ".part"
_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that a charger sent. `name` begins with the time at which it came."""

    charger_id: str
    name: str
    path: Path
    size_bytes: int


def safe_name(told: str) -> str:
    """Make of what somebody calls a file a name without folders, control characters or surprises; "log" of nothing."""
    last = re.split(r"[/\\]", told)[-1]
    return re.sub(r"[^A-Za-z0-9._-]", "_", last).lstrip("._")[-_LONGEST_NAME:] or "log"


class LogFolder:
    """The logs that chargers sent."""

    def __init__(self, config: str | Path) -> None:
        self._root = Path(config) / FOLDER / LOGS

    def begin(self, charger_id: str, token: str) -> BinaryIO:
        """Open a new file to write what comes. What becomes of it is said with `keep` or `drop`."""
        path = self._part(charger_id, token)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")

    def drop(self, charger_id: str, token: str) -> None:
        """Delete what was begun."""
        self._part(charger_id, token).unlink(missing_ok=True)

    def keep(self, charger_id: str, token: str, told_name: str, at: datetime) -> KeptFile:
        """Give what was begun its name, and let the oldest go."""
        part = self._part(charger_id, token)
        name = f"{at:%Y%m%dT%H%M%SZ}_{safe_name(told_name)}"
        path = part.replace(part.with_name(name))
        for old in self._names(charger_id)[:-KEPT_LOGS]:
            (path.parent / old).unlink(missing_ok=True)
        return KeptFile(charger_id=charger_id, name=name, path=path, size_bytes=path.stat().st_size)

    def find(self, charger_id: str, name: str) -> Path | None:
        """The file of this name, if it is there: names that lead elsewhere are no names."""
        if charger_id not in self._chargers() or name not in self._names(charger_id):
            return None
        return self._root / charger_id / name

    def forget_others(self, charger_ids: Collection[str]) -> None:
        """Delete the logs of chargers that there are no more, and what was left half-way."""
        for charger_id in self._chargers():
            folder = self._root / charger_id
            if charger_id not in charger_ids:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            for part in folder.glob(f"*{_PART}"):
                part.unlink(missing_ok=True)

    def _part(self, charger_id: str, token: str) -> Path:
        return self._root / charger_id / f".{token}{_PART}"

    def _chargers(self) -> list[str]:
        return [folder.name for folder in self._root.iterdir() if folder.is_dir()] if self._root.is_dir() else []

    def _names(self, charger_id: str) -> list[str]:
        """The names of what is kept of a charger, oldest first."""
        return sorted(file.name for file in (self._root / charger_id).iterdir() if not file.name.startswith("."))


def find_firmware(config: str | Path, name: str) -> Path | None:
    """The firmware file of this name, if it is there: names that lead out of the folder are no names."""
    root = (Path(config) / FOLDER / FIRMWARE).resolve()
    path = (root / name).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedFirmware:
    """A firmware file for a kind of charger. `name` is its name in the folder, `version` is read off it."""

    version: str
    name: str


def newest_firmware(config: str | Path, manufacturer: str, model: str) -> OfferedFirmware | None:
    """The newest file in the folder that is named like this kind of charger: "Acme One", or "One" alone."""
    root = Path(config) / FOLDER / FIRMWARE
    # A maker has many models, and what is for one may ruin another.
    kinds = {_letters(f"{manufacturer}{model}"), _letters(model)} if _letters(model) else set()
    found = [
        OfferedFirmware(version=_version(file), name=f"{folder.name}/{file.name}")
        for folder in (root.iterdir() if root.is_dir() else ())
        if folder.is_dir() and _letters(folder.name) in kinds
        for file in folder.iterdir()
        if file.is_file() and not file.name.startswith(".")
    ]
    return max(found, key=lambda offered: (version_numbers(offered.version), offered.name), default=None)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _version(file: Path) -> str:
    """Read the version off a name: `acme_fw_2.1.3.bin` is 2.1.3; a name without one is all of it."""
    versions: list[str] = re.findall(r"\d+(?:\.\d+)+[A-Za-z0-9-]*", file.stem)
    return versions[-1] if versions else file.stem


def version_numbers(version: str) -> tuple[int, ...]:
    """What makes a version newer than another, whatever letters are around it."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
