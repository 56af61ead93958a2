"""What a relay knows, which outlives its connections."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..memory import StationMemory
from ..versions import Version
from .names import Names
from .outbox import Outbox
from .steering import Steering
from .upward import Upward
from .verdicts import Verdicts


class Books:
    """What waits for an operator, what it calls things, what it allows, and whom it welcomes."""

    def __init__(self, memory: StationMemory) -> None:
        self.names = Names()
        self.outbox = Outbox()
        self.upward = Upward(memory, self.names, self.outbox)
        self.steering = Steering(memory, self.names)
        self.verdicts = Verdicts()
        self.version: Version | None = None
        """The version that the station spoke last."""

    def dump(self) -> dict[str, Any]:
        """What must not be lost, as plain data."""
        return {
            "version": self.version,
            "boot": self.upward.boot,
            "outbox": self.outbox.dump(),
            "names": self.names.dump(),
            "profiles": self.steering.dump(),
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept. What cannot be read is left out."""
        with suppress(ValueError):
            self.version = Version(kept.get("version") or "")
        boot = kept.get("boot")
        if isinstance(boot, dict):
            self.upward.boot = boot
        outbox, names, profiles = kept.get("outbox"), kept.get("names"), kept.get("profiles")
        self.names.restore(names if isinstance(names, dict) else {})
        self.outbox.restore(outbox if isinstance(outbox, list) else [])
        self.steering.restore(profiles if isinstance(profiles, list) else [])
