"""Each profile as a kind of charger that a person can choose."""

from collections.abc import Mapping
from typing import Final

from modbus_connection import ModbusSerialParams, ModbusTcpParams

from ..network import Around, Line, Needed, NetworkType
from .device import ModbusDevice, capabilities_of
from .profile import Profile

# Over a socket the converter keeps the line's own speed; this one bounds the pause between two frames.
_BAUD: Final = 115_200


def params_of(profile: Profile, line: Line) -> ModbusTcpParams | ModbusSerialParams:
    """What Home Assistant's shared Modbus connection is opened with."""
    port = line.port or profile.port
    if not profile.rtu:
        return ModbusTcpParams(host=line.host, port=port)
    host = f"[{line.host}]" if ":" in line.host else line.host
    return ModbusSerialParams(device=f"socket://{host}:{port}", framer="rtu", baudrate=_BAUD)


def network_type(profile: Profile) -> NetworkType:
    """Give the kind of charger that a profile describes."""

    def make(line: Line, around: Around) -> ModbusDevice:
        unit = profile.unit if line.unit is None else line.unit
        return ModbusDevice(around.modbus(params_of(profile, line), unit), profile, phases=line.phases)

    return NetworkType(
        name=profile.name,
        make=make,
        capabilities=capabilities_of(profile),
        source=profile.source,
        port=profile.port,
        unit=profile.unit,
        needed=frozenset({Needed.UNIT}),
        tried=profile.tried,
        notes=profile.notes,
    )


def network_types(profiles: Mapping[str, Profile]) -> dict[str, NetworkType]:
    """Give them all; the names are those in the configuration."""
    return {f"modbus_{name}": network_type(profile) for name, profile in profiles.items()}
