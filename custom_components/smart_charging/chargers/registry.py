"""Which drivers there are: their names in the configuration, what they can do, and how one is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..csms.station import Station
from ..engine.model.evse import Capabilities, Evse
from .driver import ChargerDriver
from .ocpp import CAPABILITIES as OCPP_CAPABILITIES
from .ocpp import OcppDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRequest:
    """What a driver is made from. `now` gives aware times in UTC."""

    evse: Evse
    station: Station
    connector: int
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverType:
    """A kind of driver. `capabilities` is what all of its chargers have in common, before one is known better."""

    capabilities: Capabilities
    make: Callable[[DriverRequest], ChargerDriver]


def _make_ocpp(request: DriverRequest) -> ChargerDriver:
    return OcppDriver(request.station, request.connector, request.evse, now=request.now)


DRIVERS: Final[Mapping[str, DriverType]] = {"ocpp": DriverType(capabilities=OCPP_CAPABILITIES, make=_make_ocpp)}
