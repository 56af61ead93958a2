"""Which drivers there are: their names in the configuration, what they can do, and how one is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..const import CONF_CONNECTOR, CONF_DRIVER, CONF_STATION, DRIVER_ADOPTED, DRIVER_MQTT, DRIVER_NETWORK, DRIVER_OCPP
from ..csms.authorization import IdToken
from ..csms.station import Station
from ..engine.model.evse import Capabilities, Evse
from .adopted.driver import adopted_capabilities, make_adopted
from .driver import ChargerDriver
from .mqtt.driver import make_mqtt, mqtt_capabilities
from .network import Around
from .network_types import line_of, type_of
from .ocpp import CAPABILITIES as OCPP_CAPABILITIES
from .ocpp import OcppDriver
from .polled import PolledDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRequest:
    """What a driver is made from. `data` is what is stored of its charger; `now` gives aware times in UTC.

    `around` is what it finds around it, `station` gives the station of an identity. `may_start`: whether a car may be
    started that nobody showed a card for. `card_of`: who a transaction is for, see `EvseStatus.card`.
    """

    evse: Evse
    data: Mapping[str, Any]
    around: Around
    station: Callable[[str], Station]
    now: Callable[[], datetime]
    may_start: Callable[[], bool]
    card_of: Callable[[IdToken], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverType:
    """A kind of driver. `capabilities_of` tells what a stored charger can do, before it is known better."""

    capabilities_of: Callable[[Mapping[str, Any]], Capabilities]
    make: Callable[[DriverRequest], ChargerDriver]


def _make_ocpp(request: DriverRequest) -> ChargerDriver:
    return OcppDriver(
        request.station(request.data[CONF_STATION]),
        int(request.data[CONF_CONNECTOR]),
        request.evse,
        now=request.now,
        may_start=request.may_start,
        card_of=request.card_of,
    )


def _make_polled(request: DriverRequest) -> ChargerDriver:
    device = type_of(request.data).make(line_of(request.data), request.around)
    return PolledDriver(device, request.evse, request.now)


def _make_adopted(request: DriverRequest) -> ChargerDriver:
    return make_adopted(request.around.hass, request.data, request.evse, request.now)


def _make_mqtt(request: DriverRequest) -> ChargerDriver:
    return make_mqtt(request.around.hass, request.data, request.evse, request.now)


DRIVERS: Final[Mapping[str, DriverType]] = {
    DRIVER_OCPP: DriverType(capabilities_of=lambda _: OCPP_CAPABILITIES, make=_make_ocpp),
    DRIVER_ADOPTED: DriverType(capabilities_of=adopted_capabilities, make=_make_adopted),
    DRIVER_MQTT: DriverType(capabilities_of=mqtt_capabilities, make=_make_mqtt),
    DRIVER_NETWORK: DriverType(capabilities_of=lambda data: type_of(data).capabilities, make=_make_polled),
}


def make_driver(request: DriverRequest) -> ChargerDriver:
    """Make the driver of a valid charger."""
    return DRIVERS[request.data[CONF_DRIVER]].make(request)
