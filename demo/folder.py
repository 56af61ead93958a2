"""Home Assistant's configuration folder: what is in it before Home Assistant starts for the first time."""

import fcntl
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from .errors import DemoError

REPOSITORY: Final = Path(__file__).parent.parent
INTEGRATION: Final = REPOSITORY / "custom_components" / "smart_charging"
LARGEST_NUMBER: Final = 20
"""More demos at once than any machine bears."""

# `default_config` fails as a whole where cloud, assist_pipeline, mobile_app or go2rtc cannot be built: its parts are
# listed, without those, and without what searches the network (bluetooth, dhcp, ssdp, zeroconf) or asks the internet.
CONFIGURATION: Final = """\
homeassistant:
  name: Smart Charging demo
  country: FR
  currency: EUR
  language: en
  latitude: 48.78
  longitude: 2.29
  elevation: 90
  time_zone: Europe/Paris
  unit_system: metric
config:
energy:
frontend:
history:
logbook:
my:
sun:
system_health:
webhook:
logger:
  default: warning
  logs:
    custom_components.smart_charging: {log_level}
"""
TIME_ZONE: Final = "Europe/Paris"


class Folder:
    """One configuration folder, held by a lock for as long as its demo runs."""

    def __init__(self, path: Path, lock: TextIO) -> None:
        """`take_folder` makes one."""
        self.path = path
        self.config = path / "config"
        self.log = path / "home-assistant.log"
        self._lock = lock

    @property
    def lock_number(self) -> int:
        """The lock's file descriptor: who inherits it holds the folder."""
        return self._lock.fileno()

    def release(self) -> None:
        """Let another demo have it."""
        self._lock.close()

    def prepare(
        self, *, port: int, log_level: str = "info", keep: bool = False, switches: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Write what Home Assistant needs to start on `port` of the loopback. `keep`: on top of what is there.

        `switches`, each a key and a name, are toggles that are on when Home Assistant starts.

        Raises:
            DemoError: the folder cannot be written.

        """
        try:
            if self.config.exists() and not keep:
                shutil.rmtree(self.config)
            self.log.unlink(missing_ok=True)
            storage = self.config / ".storage"
            storage.mkdir(parents=True, exist_ok=True)
            configuration = CONFIGURATION.format(log_level=log_level) + _toggles(switches)
            (self.config / "configuration.yaml").write_text(configuration, encoding="utf-8")
            _store(storage / "http", version=1, data=_http(port))
            if not (storage / "onboarding").exists():
                # The other steps would set up met, radio_browser and google_translate, which want the internet.
                _store(storage / "onboarding", version=4, data={"done": ["core_config", "analytics", "integration"]})
            self._link_integration()
        except OSError as error:
            raise DemoError(f"{error.filename or self.config}: {error.strerror or error}") from None

    def _link_integration(self) -> None:
        components = self.config / "custom_components"
        components.mkdir(exist_ok=True)
        link = components / INTEGRATION.name
        if not link.is_symlink():
            link.symlink_to(INTEGRATION, target_is_directory=True)


def take_folder(root: Path) -> Folder:
    """The first numbered folder below `root` that no other demo holds.

    Raises:
        DemoError: it cannot be made, or they are all taken.

    """
    for number in range(1, LARGEST_NUMBER + 1):
        path = root / str(number)
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = (path / "lock").open("w", encoding="utf-8")
        except OSError as error:
            raise DemoError(f"{path}: {error.strerror or error}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return Folder(path, lock)
    raise DemoError(f"{root}: {LARGEST_NUMBER} demos are running already")


def _http(port: int) -> dict[str, object]:
    """The settings that a YAML `http:` would only try for five minutes, in the short form of version 1: Home Assistant fills it up."""
    return {"server_host": ["127.0.0.1"], "server_port": port}


def _toggles(switches: Iterable[tuple[str, str]]) -> str:
    lines = [f"  {key}:\n    name: {name}\n    initial: true\n" for key, name in switches]
    return "".join(["input_boolean:\n", *lines]) if lines else ""


def _store(path: Path, *, version: int, data: dict[str, object]) -> None:
    content = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
