"""All kinds of chargers in the local network that are known, and how a stored one becomes a device."""

from collections.abc import Mapping
from typing import Any, Final

from ..const import CONF_HOST, CONF_KIND, CONF_PORT, CONF_SECRET, CONF_UNIT, CONF_USER, CONF_WIRING
from .modbus.library import load_profiles
from .modbus.profile import Profile
from .modbus.types import network_type
from .modbus.types import network_types as modbus_types
from .network import Line, NetworkType
from .web_types import WEB_TYPES

_OWN_PREFIX: Final = "own_"

# Read when this is imported, which Home Assistant does outside of its event loop.
_BUILT_IN: Final[Mapping[str, NetworkType]] = {**WEB_TYPES, **modbus_types(load_profiles()[0])}
_own: dict[str, NetworkType] = {}


def network_types() -> Mapping[str, NetworkType]:
    """Those that come with us, and the user's own, by their names in the configuration."""
    return {**_BUILT_IN, **_own}


def set_own_profiles(profiles: Mapping[str, Profile]) -> None:
    """Take the user's own profiles, in place of those from before; there is one folder for them in a Home Assistant."""
    _own.clear()
    _own.update({f"{_OWN_PREFIX}{name}": network_type(profile) for name, profile in profiles.items()})


def line_of(data: Mapping[str, Any]) -> Line:
    """Read where a charger is from what is stored of it."""
    port, unit = data.get(CONF_PORT), data.get(CONF_UNIT)
    return Line(
        host=data[CONF_HOST],
        port=None if port is None else int(port),
        unit=None if unit is None else int(unit),
        user=data.get(CONF_USER, ""),
        secret=data.get(CONF_SECRET, ""),
        phases=len(data.get(CONF_WIRING) or ()) or 3,
    )


def type_of(data: Mapping[str, Any]) -> NetworkType:
    """Give the kind of a valid charger."""
    return network_types()[data[CONF_KIND]]
