"""What a valid charger at an address in the local network is."""

import re
from collections.abc import Sequence
from typing import Final

from ...chargers.network import MOST_PORT, Needed
from ...chargers.network_types import network_types
from ...const import CONF_HOST, CONF_KIND, CONF_MINIMUM_A, CONF_PORT, CONF_SECRET, CONF_UNIT, CONF_USER
from .fields import Data, Errors, number

_MOST_UNIT: Final = 255
# A name, or an IP address: no path, no port, no credentials.
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*")


def judge_line(others: Sequence[Data], data: Data) -> Errors:
    """Judge where a charger is, beside the others, and its lowest current, where that is there already."""
    kind = network_types().get(str(data.get(CONF_KIND)))
    if kind is None:
        return {CONF_KIND: "kind_unknown"}
    errors: Errors = {}
    host = data.get(CONF_HOST)
    if not isinstance(host, str) or not _HOST.fullmatch(host):
        errors[CONF_HOST] = "host_invalid"
    elif any(_place(other) == _place(data) for other in others):
        errors[CONF_HOST] = "host_taken"
    if CONF_PORT in data and not _is_whole(data, CONF_PORT, 1, MOST_PORT):
        errors[CONF_PORT] = "port_invalid"
    if CONF_UNIT in data and not _is_whole(data, CONF_UNIT, 0, _MOST_UNIT):
        errors[CONF_UNIT] = "unit_invalid"
    for key, needed in ((CONF_USER, Needed.USER), (CONF_SECRET, Needed.SECRET)):
        if key in data and (needed not in kind.needed or not isinstance(data[key], str)):
            errors[key] = "not_needed"
    least_a = number(data, CONF_MINIMUM_A)
    if least_a is not None and least_a < kind.capabilities.minimum_a:
        errors[CONF_MINIMUM_A] = "minimum_below_kind"
    return errors


def _place(data: Data) -> tuple[object, object, object]:
    return data.get(CONF_HOST), data.get(CONF_PORT), data.get(CONF_UNIT)


def _is_whole(data: Data, key: str, least: int, most: int) -> bool:
    value = number(data, key)
    return value is not None and value == int(value) and least <= value <= most
