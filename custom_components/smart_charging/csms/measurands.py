"""Reads the sampled values of MeterValues, as all versions of OCPP write them. Pure: any JSON goes in, what is usable comes out, nothing raises."""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from .records import NO_PHASES, Measurement, PhaseValues
from .register import Reading
from .timestamps import parse_timestamp

_NUMBER: Final = re.compile(r"[+-]?[0-9.,]+(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_LONGEST_NUMBER: Final = 40
_LARGEST_EXPONENT: Final = 12

_PHASES: Final = {"L1": 0, "L2": 1, "L3": 2, "L1-N": 0, "L2-N": 1, "L3-N": 2}

_REGISTER: Final = "Energy.Active.Import.Register"  # the default measurand (OCPP 1.6, 7.43 SampledValue)

_CURRENT: Final = {"": 1.0, "a": 1.0, "ma": 0.001}
_POWER: Final = {"": 1.0, "w": 1.0, "kw": 1000.0}
_ENERGY: Final = {"": 1.0, "wh": 1.0, "kwh": 1000.0}
_VOLTAGE: Final = {"": 1.0, "v": 1.0}
_PERCENT: Final = {"": 1.0, "percent": 1.0, "%": 1.0}

# Beyond these a reading is a fault of the station, not a measurement: no connector of any kind carries more than 1 kA
# per phase or 1 MW, and a register of 1 TWh is older than electric cars.
_KINDS: Final[dict[str, tuple[dict[str, float], float, float]]] = {
    "Current.Import": (_CURRENT, -1000.0, 1000.0),
    "Current.Export": (_CURRENT, -1000.0, 1000.0),
    "Current.Offered": (_CURRENT, 0.0, 1000.0),
    "Power.Active.Import": (_POWER, -1e6, 1e6),
    "Power.Active.Export": (_POWER, -1e6, 1e6),
    "Voltage": (_VOLTAGE, 0.0, 1500.0),
    _REGISTER: (_ENERGY, 0.0, 1e12),
    "SoC": (_PERCENT, 0.0, 100.0),
}


def parse_number(value: object) -> float | None:
    """Read a number that came as JSON number or text, with a point or a comma. None when it is not a finite one.

    Of two kinds of separators the last is the decimal one; a lone comma is a decimal comma.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = _plain_number(value)
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError, OverflowError:
        return None
    return number if math.isfinite(number) else None


def _plain_number(text: str) -> str | None:
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    if "," not in text:
        return text
    if text.rfind(".") > text.rfind(",") or (text.count(",") > 1 and "." not in text):
        return text.replace(",", "")
    return text.replace(".", "").replace(",", ".")


class _Sample(NamedTuple):
    """One usable sampled value in A, W, Wh, V or percent; `phase` 0 to 2, or None for a value of the whole.

    `begin`: it is what the transaction began with, which some stations send along with each reading (lbbrhzn/ocpp#1838).
    """

    measurand: str
    phase: int | None
    value: float
    inlet: bool
    begin: bool


def _sample(raw: object) -> _Sample | None:
    if not isinstance(raw, dict):
        return None
    measurand = raw.get("measurand") or _REGISTER
    kind = _KINDS.get(measurand) if isinstance(measurand, str) else None
    location = raw.get("location") or "Outlet"
    phase = raw.get("phase") or None
    # A line-to-line voltage, the neutral's current and what is measured in the cabinet are of no use to control.
    if kind is None or location == "Body" or not _usable_phase(phase):
        return None
    value = _in_range(raw, kind)
    if value is None:
        return None
    return _Sample(
        measurand=measurand,
        phase=None if phase is None else _PHASES[phase],
        value=value,
        inlet=location == "Inlet",
        begin=raw.get("context") == "Transaction.Begin",
    )


def _usable_phase(phase: object) -> bool:
    return phase is None or (isinstance(phase, str) and phase in _PHASES)


def _in_range(raw: dict[str, Any], kind: tuple[dict[str, float], float, float]) -> float | None:
    factors, lowest, highest = kind
    unit, power = _unit(raw)
    factor = factors.get(unit.strip().lower()) if isinstance(unit, str) else None
    number = parse_number(raw.get("value"))
    if factor is None or number is None or power is None:
        return None
    value = number * factor * power
    return value if lowest <= value <= highest else None


def _unit(raw: dict[str, Any]) -> tuple[object, float | None]:
    """The unit, and what the value is to be multiplied with before: OCPP 2.0.1 gives a power of ten (UnitOfMeasureType)."""
    of_measure = raw.get("unitOfMeasure")
    if not isinstance(of_measure, dict):
        return raw.get("unit") or "", 1.0
    exponent = parse_number(of_measure.get("multiplier") or 0)
    if exponent is None or abs(exponent) > _LARGEST_EXPONENT:
        return "", None
    return of_measure.get("unit") or "", 10.0**exponent


def _newest(samples: list[_Sample]) -> Iterable[_Sample]:
    if not any(sample.begin for sample in samples):
        return samples
    newer = {sample.measurand for sample in samples if not sample.begin}
    return [sample for sample in samples if not sample.begin or sample.measurand not in newer]


class _Values:
    """The usable values of one message, by measurand and phase; the last one of a kind counts.

    What is measured at the inlet (the whole station's) is taken only where the outlet tells nothing, and what the
    transaction began with only where nothing newer is told.
    """

    def __init__(self, samples: Iterable[_Sample]) -> None:
        outlet: dict[str, dict[int | None, float]] = {}
        inlet: dict[str, dict[int | None, float]] = {}
        for sample in _newest(list(samples)):
            (inlet if sample.inlet else outlet).setdefault(sample.measurand, {})[sample.phase] = sample.value
        self._values = inlet | outlet

    def __bool__(self) -> bool:
        return bool(self._values)

    def get(self, measurand: str, phase: int | None = None) -> float | None:
        values = self._values.get(measurand)
        return None if values is None else values.get(phase)

    def phases(self, measurand: str) -> PhaseValues:
        values = self._values.get(measurand)
        return NO_PHASES if values is None else (values.get(0), values.get(1), values.get(2))

    def present(self, measurand: str) -> list[float]:
        return [value for value in self.phases(measurand) if value is not None]

    def total(self, measurand: str) -> float | None:
        """The value given for the whole, otherwise the sum of the phases that were given."""
        whole = self.get(measurand)
        parts = self.present(measurand)
        return whole if whole is not None else sum(parts) if parts else None


def _net(imported: float | None, exported: float | None) -> float | None:
    if exported is None:
        return imported
    return (imported or 0.0) - exported


def _entries(meter_value: object) -> Iterator[tuple[datetime | None, list[Any]]]:
    for entry in meter_value if isinstance(meter_value, list) else ():
        if isinstance(entry, dict):
            sampled = entry.get("sampledValue")
            # A few stations send the only value without the list around it.
            sampled = [sampled] if isinstance(sampled, dict) else sampled
            yield parse_timestamp(entry.get("timestamp")), sampled if isinstance(sampled, list) else []


def parse_registers(meter_value: object, at: datetime) -> tuple[Reading, ...]:
    """Read the registers in a `meterValue` list (of a transaction's end: all that the station kept of it), in its order.

    See `parse_meter_value` for what is left out.
    """
    readings = []
    for station_at, sampled in _entries(meter_value):
        values = _Values(sample for raw in sampled if (sample := _sample(raw)) is not None)
        register_wh = values.total(_REGISTER)
        if register_wh is not None:
            readings.append(Reading(register_wh=register_wh, at=at, station_at=station_at))
    return tuple(readings)


def parse_meter_value(meter_value: object, at: datetime) -> Measurement | None:
    """Read the `meterValue` list of a MeterValues request, which arrived `at`. None when nothing in it is usable.

    Currents, power and energy: see `Measurement`. Exported current and power count negative. Values that are not
    finite, out of any range, in a unit of another kind, or signed data, are left out, as if they had not been sent.
    Per-phase currents are never derived from power.
    """
    entries = list(_entries(meter_value))
    values = _Values(sample for _, sampled in entries for raw in sampled if (sample := _sample(raw)) is not None)
    if not values:
        return None
    stamps = [stamp for stamp, _ in entries if stamp is not None]
    imported, exported = values.phases("Current.Import"), values.phases("Current.Export")
    voltages = values.present("Voltage")
    whole_voltage = values.get("Voltage")
    offered = values.get("Current.Offered")
    return Measurement(
        at=at,
        station_at=stamps[-1] if stamps else None,
        currents_a=(
            _net(imported[0], exported[0]),
            _net(imported[1], exported[1]),
            _net(imported[2], exported[2]),
        ),
        current_a=_net(values.get("Current.Import"), values.get("Current.Export")),
        power_w=_net(values.total("Power.Active.Import"), values.total("Power.Active.Export")),
        voltage_v=sum(voltages) / len(voltages) if voltages else whole_voltage,
        energy_wh=values.total(_REGISTER),
        offered_a=offered if offered is not None else min(values.present("Current.Offered"), default=None),
        soc_percent=values.get("SoC"),
    )
