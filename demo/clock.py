"""A clock that can run faster than the world's, for a night that is to be seen in minutes.

All processes of such a demo are started with a library of our own before the C library (`clock.c`): they read their time
from a file that they share, and what they wait for comes so much earlier. Sockets and processors stay as fast as they are.
libfaketime does this too, but the one of Debian 12 leaves out the waits of Python's threads, which then never end [tried:
0.9.10, `threading.Event.wait`], and it keeps one pace. Setting up is done at the world's own, so that nothing times out.
"""

import hashlib
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

from .errors import DemoError

SOURCE: Final = Path(__file__).with_name("clock.c")
COMPILERS: Final = ("cc", "gcc", "clang")
PATH: Final = "DEMO_CLOCK"
"""The environment's name for the shared file; `clock.c` reads it."""
PRELOAD: Final = "LD_PRELOAD"

_LAYOUT: Final = struct.Struct("8d")
"""Which of the two paces holds, what the wall shows at zero of the monotonic clock, and both paces: from when in real
monotonic seconds, what the monotonic clock shows there, and how many times as fast it goes."""
_PACES: Final = (16, 40)
_PACE: Final = struct.Struct("3d")
_NOW: Final = struct.Struct("d")


class Clock:
    """The shared file. Made in the process that starts the others, and opened in each that changes the pace."""

    def __init__(self, path: Path) -> None:
        """`path` was written by `write_clock`."""
        self._path = path
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _LAYOUT.size)
        self._number = 0
        self._factor = 1.0

    @property
    def factor(self) -> float:
        """How many times as fast as the world's it goes."""
        return self._factor

    def remove(self) -> None:
        """Delete the file: nobody begins to go by it any more. Who does so already goes on."""
        self._path.unlink(missing_ok=True)

    def run(self, factor: float) -> None:
        """Go `factor` times as fast from now on. What is being waited for already comes as it would have."""
        shown_s = time.monotonic()
        _, _, *paces = _LAYOUT.unpack_from(self._page)
        real_s, since_s, before = paces[3 * self._number : 3 * self._number + 3]
        now_s = real_s + (shown_s - since_s) / before
        self._number = 1 - self._number
        _PACE.pack_into(self._page, _PACES[self._number], now_s, shown_s, factor)
        _NOW.pack_into(self._page, 0, float(self._number))
        self._factor = factor


def write_clock(path: Path, wall: datetime) -> None:
    """Make the shared file of a clock that shows `wall` now, and goes at the world's own pace.

    Raises:
        DemoError: it cannot be written.

    """
    now_s = time.monotonic()
    try:
        path.write_bytes(_LAYOUT.pack(0.0, wall.timestamp() - now_s, now_s, now_s, 1.0, now_s, now_s, 1.0))
    except OSError as error:
        raise DemoError(f"{path}: {error.strerror or error}") from None


def build(folder: Path) -> Path:
    """Compile the library into `folder`, unless it is there already; its path.

    Raises:
        DemoError: this machine cannot.

    """
    source = SOURCE.read_bytes()
    library = folder / f"clock-{hashlib.sha256(source).hexdigest()[:12]}.so"
    if library.exists():
        return library
    compiler = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if not sys.platform.startswith("linux") or compiler is None:
        raise DemoError("a simulated clock needs Linux and a C compiler (Debian's gcc)")
    made = library.with_suffix(f".{os.getpid()}")
    command = [compiler, "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl", "-lpthread"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise DemoError(f"{error.filename or compiler}: {error.strerror or error}") from None
    except subprocess.CalledProcessError as error:
        raise DemoError(f"{compiler} could not build {SOURCE.name}: {error.stderr.strip()}") from None
    made.replace(library)
    return library


def restart_by(library: Path, shared: Path) -> NoReturn:
    """Begin this program anew, by the clock in `shared`."""
    preload = " ".join(filter(None, [str(library), os.environ.get(PRELOAD)]))
    environment = {**os.environ, PRELOAD: preload, PATH: str(shared)}
    os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606 our own interpreter, as it was started


def simulated() -> Clock | None:
    """The clock that this process runs by; None: the world's own."""
    path = os.environ.get(PATH)
    return Clock(Path(path)) if path else None
