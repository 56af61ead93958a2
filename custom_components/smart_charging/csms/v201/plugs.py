"""The state of an EVSE, put together from its connectors' states and from its transaction.

OCPP 2.0.1 tells whether a plug is occupied (StatusNotification), and, of a transaction, what it is doing
(`chargingState`); a connector's `Status` is both.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from ..memory import StationMemory
from ..records import ConnectorStatus, Status


class PlugState(StrEnum):
    """The state of a connector (ConnectorStatusEnumType)."""

    AVAILABLE = "Available"
    OCCUPIED = "Occupied"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


PLUG_STATES: Final = {state.lower(): state for state in PlugState}

# Of an EVSE with several connectors one is used at a time, and that is the one that counts.
_ORDER: Final = (
    PlugState.OCCUPIED,
    PlugState.AVAILABLE,
    PlugState.RESERVED,
    PlugState.FAULTED,
    PlugState.UNAVAILABLE,
)

_STATUSES: Final = {
    PlugState.AVAILABLE: Status.AVAILABLE,
    PlugState.RESERVED: Status.RESERVED,
    PlugState.UNAVAILABLE: Status.UNAVAILABLE,
    PlugState.FAULTED: Status.FAULTED,
}

CHARGING_STATES: Final = {
    "charging": Status.CHARGING,
    "evconnected": Status.PREPARING,
    "suspendedev": Status.SUSPENDED_EV,
    "suspendedevse": Status.SUSPENDED_EVSE,
}
"""What a transaction does (ChargingStateEnumType). `Idle` says that no car is connected, which the plug says better."""


class Plugs:
    """The connectors of each EVSE on one connection."""

    def __init__(self, memory: StationMemory) -> None:
        self._memory = memory
        self._plugs: dict[int, dict[int, PlugState]] = {}
        self._doing: dict[int, Status] = {}

    def reported(self, evse: int, connector: int, state: PlugState, station_at: datetime | None) -> None:
        """A connector told its state."""
        plugs = self._plugs.setdefault(evse, {})
        plugs[connector] = state
        self._tell(evse, station_at)

    def doing(self, evse: int, charging_state: str, station_at: datetime | None) -> None:
        """A transaction told what it does; an empty text for nothing new."""
        status = CHARGING_STATES.get(charging_state.lower())
        if status is not None:
            self._doing[evse] = status
        elif charging_state:
            self._doing.pop(evse, None)
        self._tell(evse, station_at)

    def ended(self, evse: int, station_at: datetime | None) -> None:
        """The transaction ended; whether the car is still there the plug tells."""
        self._doing[evse] = Status.FINISHING
        self._tell(evse, station_at)

    def _tell(self, evse: int, station_at: datetime | None) -> None:
        plugs = self._plugs.get(evse, {})
        plug = next((state for state in _ORDER if state in plugs.values()), None)
        doing = self._doing.get(evse)
        if plug is None:
            # What the plug is was told over an earlier connection; what the transaction does is news.
            if doing is None:
                return
            status = doing
        elif plug is PlugState.OCCUPIED:
            status = doing or Status.PREPARING
        else:
            status = _STATUSES[plug]
            if doing is not None and doing.in_transaction and plug is PlugState.AVAILABLE:
                # The words may come in either order; current flows into a car that is there.
                status = doing
            elif plug is PlugState.AVAILABLE:
                self._doing.pop(evse, None)
        self._memory.status_changed(
            evse,
            ConnectorStatus(
                status=status,
                error_code="NoError" if status is not Status.FAULTED else "OtherError",
                info="",
                at=self._memory.now(),
                station_at=station_at,
            ),
        )
