"""Override: whether what a driver wanted just this once still holds."""

from datetime import datetime

from ..model.evse import EvseStatus, EvState
from ..model.override import Override, OverrideEnd


def holds(
    override: Override,
    status: EvseStatus | None,
    now: datetime,
    *,
    session_started_at: datetime | None,
    session_kwh: float | None,
    full: bool,
) -> bool:
    """Tell whether an override still holds at `now`, UTC.

    The session is that of the charger: it began at `session_started_at`, and took `session_kwh` since. `full` says that
    the car was offered a current, and takes nothing.
    """
    if _has_left(override, status, session_started_at):
        return False
    match override.end:
        case OverrideEnd.FULL:
            return not full
        case OverrideEnd.ENERGY:
            return override.energy_kwh is None or taken_kwh(override, session_kwh) < override.energy_kwh
        case OverrideEnd.TIME:
            return override.until is None or now < override.until
        case _:  # unplugged, which ends each of them
            return True


def taken_kwh(override: Override, session_kwh: float | None) -> float:
    """Tell what the car took since the override began, kWh; nothing where nobody knows."""
    return 0.0 if session_kwh is None else max(0.0, session_kwh - override.start_kwh)


def _has_left(override: Override, status: EvseStatus | None, session_started_at: datetime | None) -> bool:
    """Tell whether the car is gone, or was while nobody saw it: another session began since."""
    if status is not None and status.reachable and status.state is EvState.A:
        return True
    return session_started_at is not None and session_started_at > override.since
