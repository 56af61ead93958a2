"""`script/develop`: Home Assistant on the working tree, for trying by hand. No simulated home, and nothing set up for you."""

import os
import sys
from pathlib import Path
from typing import Final

from .errors import DemoError
from .folder import REPOSITORY, Folder, take_folder

PORT: Final = 8123


def prepared(root: Path, port_text: str | None) -> Folder:
    """The folder below `root`, with what was set up in it before.

    Raises:
        DemoError: no such port, or no such folder.

    """
    text = port_text or str(PORT)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DemoError(f"{text}: not a port")
    folder = take_folder(root)
    folder.prepare(port=int(text), log_level="debug", keep=True)
    return folder


def main() -> None:
    """Become Home Assistant: this process then is it, and Ctrl-C reaches it."""
    try:
        folder = prepared(REPOSITORY / ".develop", sys.argv[1] if len(sys.argv) > 1 else None)
    except DemoError as error:
        print(f"develop: {error}", file=sys.stderr)
        sys.exit(2)
    command = [sys.executable, "-m", "homeassistant", "--config", str(folder.config)]
    os.set_inheritable(folder.lock_number, True)
    os.execv(command[0], command)  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main()
