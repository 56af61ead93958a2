"""Reads all the profiles of a folder: the ones that come with us, and a person's own."""

from pathlib import Path
from typing import Final

from .parse import parse_profile
from .profile import Profile, ProfileError

BUILT_IN: Final = Path(__file__).parent / "profiles"

_MOST_PROFILES: Final = 200


def load_profiles(folder: Path = BUILT_IN) -> tuple[dict[str, Profile], list[ProfileError]]:
    """Give the profiles by the names of their files, and what is wrong with the others. Reads files: not for the event loop.

    A folder that is not there has none.
    """
    profiles: dict[str, Profile] = {}
    errors: list[ProfileError] = []
    for path in sorted(folder.glob("*.yaml"))[:_MOST_PROFILES]:
        try:
            profiles[path.stem] = parse_profile(path.read_text("utf-8"), path.name)
        except ProfileError as error:
            errors.append(error)
        except (OSError, UnicodeDecodeError) as error:
            errors.append(ProfileError(path.name, None, f"The file cannot be read: {error}."))
    return profiles, errors
