"""What a Dutch smart meter says each second: DSMR 5 (P1 companion standard 5.0.2), written from the home's state."""

from datetime import datetime
from typing import Final

from .electrical import VOLTAGE_V
from .home import HomeState

_LINE_VOLTAGE: Final = ("1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0")
_LINE_CURRENT: Final = ("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0")
_LINE_IMPORT: Final = ("1-0:21.7.0", "1-0:41.7.0", "1-0:61.7.0")
_LINE_EXPORT: Final = ("1-0:22.7.0", "1-0:42.7.0", "1-0:62.7.0")

OFF_PEAK_HOURS: Final = (*range(7), 23)
"""Tariff 1 is the low one in a Dutch meter: 23:00 to 07:00."""


class Registers:
    """The meter's four energy counters, kWh: import and export, each by tariff (1 low, 2 normal)."""

    def __init__(self) -> None:
        """A meter that has been in the house for some years."""
        self.import_kwh = {1: 8_123.456, 2: 9_876.543}
        self.export_kwh = {1: 0.0, 2: 0.0}

    @staticmethod
    def tariff(local: datetime) -> int:
        """The one in force."""
        return 1 if local.hour in OFF_PEAK_HOURS else 2

    def count(self, power_w: float, local: datetime) -> None:
        """One second."""
        register = self.import_kwh if power_w >= 0 else self.export_kwh
        register[self.tariff(local)] += abs(power_w) / 3_600_000


def crc16(data: bytes) -> int:
    """CRC-16/ARC, as the P1 standard asks: polynomial 0xA001 (reflected), from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


def telegram(state: HomeState, registers: Registers, *, serial: str, local: datetime) -> bytes:
    """One telegram. `local` is the meter's wall clock, whose daylight saving it states; powers are kept to the watt."""
    total_kw = state.total_w / 1000
    lines = [
        "/SCD5\\2SMART-CHARGING-DEMO",
        "",
        "1-3:0.2.8(50)",
        f"0-0:1.0.0({local:%y%m%d%H%M%S}{'S' if local.dst() else 'W'})",
        f"0-0:96.1.1({serial.encode().hex().upper()})",
        *(f"1-0:1.8.{tariff}({energy:010.3f}*kWh)" for tariff, energy in registers.import_kwh.items()),
        *(f"1-0:2.8.{tariff}({energy:010.3f}*kWh)" for tariff, energy in registers.export_kwh.items()),
        f"0-0:96.14.0({registers.tariff(local):04d})",
        f"1-0:1.7.0({max(0.0, total_kw):06.3f}*kW)",
        f"1-0:2.7.0({max(0.0, -total_kw):06.3f}*kW)",
        "0-0:96.7.21(00000)",
        "0-0:96.7.9(00000)",
    ]
    for phase, current_a in enumerate(state.total_a):
        power_kw = current_a * VOLTAGE_V / 1000
        lines += [
            f"{_LINE_VOLTAGE[phase]}({VOLTAGE_V:05.1f}*V)",
            f"{_LINE_CURRENT[phase]}({round(abs(current_a)):03d}*A)",
            f"{_LINE_IMPORT[phase]}({max(0.0, power_kw):06.3f}*kW)",
            f"{_LINE_EXPORT[phase]}({max(0.0, -power_kw):06.3f}*kW)",
        ]
    body = ("\r\n".join(lines) + "\r\n!").encode("ascii")
    return body + f"{crc16(body):04X}\r\n".encode("ascii")
