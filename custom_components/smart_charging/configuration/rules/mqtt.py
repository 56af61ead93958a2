"""What a valid charger that speaks MQTT is."""

import re
from collections.abc import Sequence
from typing import Final

from ...chargers.mqtt.driver import CONF_PREFIX, CONF_PRESET
from ...chargers.mqtt.library import presets
from .fields import Data, Errors

# Topic names (MQTT 3.1.1, 4.7): levels without the signs that stand for others.
_PREFIX: Final = re.compile(r"[^+#/\s\x00]+(/[^+#/\s\x00]+)*")
_LONGEST: Final = 200


def judge_topics(others: Sequence[Data], data: Data) -> Errors:
    """Judge what the topics of a charger begin with, beside the others."""
    if data.get(CONF_PRESET) not in presets():
        return {CONF_PRESET: "kind_unknown"}
    prefix = data.get(CONF_PREFIX)
    if not isinstance(prefix, str) or len(prefix) > _LONGEST or not _PREFIX.fullmatch(prefix):
        return {CONF_PREFIX: "prefix_invalid"}
    if any(other.get(CONF_PREFIX) == prefix for other in others):
        return {CONF_PREFIX: "prefix_taken"}
    return {}
