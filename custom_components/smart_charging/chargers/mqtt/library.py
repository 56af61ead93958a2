"""Reads all the presets of a folder: the ones that come with us, and a person's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..modbus.profile import ProfileError
from .parse import parse_preset
from .preset import Preset

BUILT_IN: Final = Path(__file__).parent / "presets"

_MOST_PRESETS: Final = 200
_OWN_PREFIX: Final = "own_"


def load_presets(folder: Path = BUILT_IN) -> tuple[dict[str, Preset], list[ProfileError]]:
    """Give the presets by the names of their files, and what is wrong with the others. Reads files: not for the event loop.

    A folder that is not there has none.
    """
    found: dict[str, Preset] = {}
    errors: list[ProfileError] = []
    for path in sorted(folder.glob("*.yaml"))[:_MOST_PRESETS]:
        try:
            found[path.stem] = parse_preset(path.read_text("utf-8"), path.name)
        except ProfileError as error:
            errors.append(error)
        except (OSError, UnicodeDecodeError) as error:
            errors.append(ProfileError(path.name, None, f"The file cannot be read: {error}."))
    return found, errors


# Read when this is imported, which Home Assistant does outside of its event loop.
_BUILT_IN: Final[Mapping[str, Preset]] = load_presets()[0]
_own: dict[str, Preset] = {}


def presets() -> Mapping[str, Preset]:
    """Those that come with us, and the user's own, by their names in the configuration."""
    return {**_BUILT_IN, **_own}


def set_own_presets(own: Mapping[str, Preset]) -> None:
    """Take the user's own presets, in place of those from before; there is one folder for them in a Home Assistant."""
    _own.clear()
    _own.update({f"{_OWN_PREFIX}{name}": preset for name, preset in own.items()})
