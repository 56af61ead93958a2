"""What the station's meter tells, by OCPP's names, which all its versions share. Each version writes them in its own way."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .electrical import VOLTAGE_V
from .outlet import Outlet

MEASURANDS: Final = (
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Voltage",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value, in `unit`; of one `phase`, or, where that is None, of all together."""

    measurand: str
    value: float
    unit: str
    phase: str | None = None


def read_meter(outlet: Outlet, measurands: list[str]) -> list[Reading]:
    """Read those that are asked for and known."""
    known: dict[str, list[tuple[float, str, str | None]]] = {
        "Current.Import": [(amperes, "A", f"L{phase}") for phase, amperes in enumerate(outlet.current_a, start=1)],
        "Current.Offered": [(outlet.offered_a, "A", None)],
        "Energy.Active.Import.Register": [(outlet.energy_wh, "Wh", None)],
        "Power.Active.Import": [(outlet.power_w, "W", None)],
        "Voltage": [(VOLTAGE_V, "V", f"L{phase}-N") for phase in range(1, outlet.phases + 1)],
    }
    return [
        Reading(measurand=measurand, value=value, unit=unit, phase=phase)
        for measurand in MEASURANDS
        if measurand in measurands
        for value, unit, phase in known[measurand]
    ]


def stamp(moment: datetime) -> str:
    """As OCPP writes a time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
