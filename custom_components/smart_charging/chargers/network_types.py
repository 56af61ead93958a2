"""All kinds of chargers in the local network that are known, and how a stored one becomes a device."""

from collections.abc import Mapping
from typing import Any

from ..const import CONF_HOST, CONF_KIND, CONF_PORT, CONF_SECRET, CONF_UNIT, CONF_USER
from .network import Line, NetworkType
from .web_types import WEB_TYPES


def network_types() -> Mapping[str, NetworkType]:
    """Those that come with us, and the user's own, by their names in the configuration."""
    return WEB_TYPES


def line_of(data: Mapping[str, Any]) -> Line:
    """Read where a charger is from what is stored of it."""
    port, unit = data.get(CONF_PORT), data.get(CONF_UNIT)
    return Line(
        host=data[CONF_HOST],
        port=None if port is None else int(port),
        unit=None if unit is None else int(unit),
        user=data.get(CONF_USER, ""),
        secret=data.get(CONF_SECRET, ""),
    )


def type_of(data: Mapping[str, Any]) -> NetworkType:
    """Give the kind of a valid charger."""
    return network_types()[data[CONF_KIND]]
