"""Which drivers there are: their names in the configuration, what they can do, and how one is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..csms.authorization import IdToken
from ..csms.station import Station
from ..engine.model.evse import NOBODY, STRANGER, Capabilities, Evse
from .driver import ChargerDriver
from .ocpp import CAPABILITIES as OCPP_CAPABILITIES
from .ocpp import OcppDriver


def _always() -> bool:
    return True


def _unknown(id_token: IdToken) -> str:
    return NOBODY if id_token.nobody or id_token.ours else STRANGER


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRequest:
    """What a driver is made from. `now` gives aware times in UTC.

    `may_start`: whether a car may be started that nobody showed a card for. `card_of`: who a transaction is for, see
    `EvseStatus.card`.
    """

    evse: Evse
    station: Station
    connector: int
    now: Callable[[], datetime]
    may_start: Callable[[], bool] = _always
    card_of: Callable[[IdToken], str] = _unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverType:
    """A kind of driver. `capabilities` is what all of its chargers have in common, before one is known better."""

    capabilities: Capabilities
    make: Callable[[DriverRequest], ChargerDriver]


def _make_ocpp(request: DriverRequest) -> ChargerDriver:
    return OcppDriver(
        request.station,
        request.connector,
        request.evse,
        now=request.now,
        may_start=request.may_start,
        card_of=request.card_of,
    )


DRIVERS: Final[Mapping[str, DriverType]] = {"ocpp": DriverType(capabilities=OCPP_CAPABILITIES, make=_make_ocpp)}
