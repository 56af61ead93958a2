"""A real Home Assistant: its process, its first user, its restarts."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Final

import psutil

from .api import Api
from .errors import DemoError
from .folder import Folder
from .usage import Usage

START_S: Final = 180.0
"""12 to 25 s are usual on two cores; a first start on a small machine compiles all of it."""

STOP_S: Final = 30.0
CLIENT_ID: Final = "http://127.0.0.1/"
USER: Final = "demo"
PASSWORD: Final = "smart-charging"


class HomeAssistant:
    """Starts, stops, kills and watches `python -m homeassistant`."""

    def __init__(self, folder: Folder, api: Api) -> None:
        """`folder` is prepared; `api` knows the address it will have."""
        self.folder, self.api = folder, api
        self._process: Process | None = None
        self._watched: psutil.Process | None = None
        self.usage = Usage()

    async def start(self, *, quiet: bool = False) -> None:
        """Start it and wait until it answers and has started all its parts.

        Raises:
            DemoError: it ended, or did not answer in `START_S`.

        """
        with self.folder.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "homeassistant",
                "--config",
                str(self.folder.config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C reaches this program alone, which then ends things in order.
                start_new_session=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            )
        begun = time.monotonic()
        while not await self._is_up():
            waited_s = time.monotonic() - begun
            if self._process.returncode is not None:
                raise DemoError(f"Home Assistant ended with code {self._process.returncode}; see {self.folder.log}")
            if waited_s > START_S:
                raise DemoError(f"Home Assistant did not answer within {START_S:.0f} s; see {self.folder.log}")
            if not quiet and int(waited_s) % 4 == 0:
                print(f"starting Home Assistant … {waited_s:.0f} s", flush=True)
            await asyncio.sleep(1)
        self._watch()

    async def stop(self) -> None:
        """End it as a service manager would; by force after `STOP_S`."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """As a power cut does."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()

    async def onboard(self) -> None:
        """Make the first user and a token that outlives the run."""
        user = {"name": "Demo", "username": USER, "password": PASSWORD, "client_id": CLIENT_ID, "language": "en"}
        code = (await self.api.post("/api/onboarding/users", user))["auth_code"]
        fields = {"client_id": CLIENT_ID, "grant_type": "authorization_code", "code": code}
        self.api.token = (await self.api.post_form("/auth/token", fields))["access_token"]
        self.api.token = await self.api.command("auth/long_lived_access_token", client_name="demo", lifespan=30)

    def measure_from_now(self) -> None:
        """Begin to count processor time and memory."""
        self.usage = Usage()
        self._watch()

    def sample(self) -> None:
        """Look at the process: every few seconds, so that little is lost when it is killed."""
        if self._watched is None:
            return
        with suppress(psutil.Error):
            times, memory = self._watched.cpu_times(), self._watched.memory_info()
            self.usage.seen(cpu_s=float(times.user + times.system), memory_bytes=int(memory.rss))

    def _watch(self) -> None:
        if self._process is None:
            return
        with suppress(psutil.Error):
            self._watched = psutil.Process(self._process.pid)
            times = self._watched.cpu_times()
            self.usage.began(cpu_s=float(times.user + times.system))

    async def _is_up(self) -> bool:
        if not await self.api.answers():
            return False
        if self.api.token is None:
            return True
        try:
            state: str = (await self.api.get("/api/config"))["state"]
        except DemoError:
            return False
        return state == "RUNNING"

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(how)
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
