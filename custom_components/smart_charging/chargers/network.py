"""Chargers that are found at an address in the local network: which kinds there are is data, see `web_types.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from aiohttp import ClientSession
from homeassistant.core import HomeAssistant

from ..engine.model.evse import Capabilities
from .device import Device

MOST_PORT: Final = 65535


class Needed(StrEnum):
    """What has to be known of a charger beside its host."""

    SECRET = "secret"  # noqa: S105 -- the word for it
    """A password or token, where one is set in the charger."""
    USER = "user"
    """The name that goes with it."""
    UNIT = "unit"
    """The number on a bus behind the address (Modbus unit id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a charger is. `host` is a name or an IP address."""

    host: str
    port: int | None = None
    """None: the kind's own."""
    unit: int | None = None
    user: str = ""
    secret: str = field(default="", repr=False)
    phases: int = 3
    """On how many it is wired, as far as that is known by now."""


class Around(Protocol):
    """What a device finds around it; a Home Assistant, or a test."""

    @property
    def hass(self) -> HomeAssistant:
        """For those that work through its entities."""

    @property
    def http(self) -> ClientSession:
        """Home Assistant's own session."""

    def modbus(self, params: Any, unit: int) -> Any:
        """A `ModbusUnit` of Home Assistant's shared layer, given its `ModbusParams`."""


type MakeDevice = Callable[[Line, Around], Device]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkType:
    """A kind of charger. `name` is a proper noun: its makers and models, and the protocol where it has several.

    `source` is where the facts come from; `tried`: on a device, and not only from documents. `capabilities` are those
    that all of the kind have in common.
    """

    name: str
    make: MakeDevice = field(repr=False)
    capabilities: Capabilities
    source: str
    port: int = 80
    unit: int | None = None
    needed: frozenset[Needed] = frozenset()
    tried: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    """For the list of supported chargers, in English: `setup` (what to switch on in the charger), `failsafe`, `pause`, `wear`."""
