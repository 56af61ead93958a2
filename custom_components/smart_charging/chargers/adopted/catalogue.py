"""The table of the chargers that other integrations bring, and what is made of those that a person puts together."""

from collections.abc import Mapping
from typing import Any, Final

from ...engine.model.evse import EvState
from .cloud_rows import CAR_ROWS, CLOUD_ROWS
from .core_rows import LOCAL_ROWS
from .custom_rows import CUSTOM_ROWS
from .row import KnownCharger, Pausing, words

KNOWN_CHARGERS: Final[tuple[KnownCharger, ...]] = (*LOCAL_ROWS, *CUSTOM_ROWS, *CLOUD_ROWS, *CAR_ROWS)

BY_PLATFORM: Final[Mapping[str, KnownCharger]] = {row.platform: row for row in KNOWN_CHARGERS}

BY_HAND: Final = ""
"""What stands for an integration where a person chose the entities."""

# The keys of what is stored of an adopted charger, beside those that all chargers have.
CONF_INTEGRATION: Final = "integration"
"""The integration that brings it, or `BY_HAND`."""
CONF_DEVICE_ID: Final = "device_id"
CONF_ENTITIES: Final = "entities"
"""By role: the id of the entity in the registry, or an entity id where it has none."""
CONF_STEP_A: Final = "step_a"
CONF_WRITE_INTERVAL_S: Final = "write_interval_s"
CONF_VOLTAGE_V: Final = "voltage_v"
"""To turn A into what a limit in W wants; absent: 230 V."""
# Only by hand:
CONF_PAUSE_WORD: Final = "pause_word"
"""What the entity for a pause is told to pause; absent: `off`."""
CONF_RESUME_WORD: Final = "resume_word"
CONF_ZERO_PAUSES: Final = "zero_pauses"
CONF_STATES: Final = "states"
"""States by the words of the status, beside the common ones: `{"ready": "b"}`."""

_COMMON_STATES: Final = words(
    a="a a1 a2 state_a available idle disconnected not_connected unplugged no_vehicle standby free",
    b="b b1 b2 state_b preparing connected plugged plugged_in paused suspended suspendedev suspendedevse suspended_ev "
    "suspended_evse waiting finished finishing complete completed ready ready_to_charge stopped awaiting_start occupied",
    c="c c1 c2 state_c charging on",
    d="d d1 d2 state_d",
    e="e state_e",
    f="f state_f error fault faulted",
)


def charger_of(data: Mapping[str, Any]) -> KnownCharger:
    """What is known of a stored charger. An integration that the table has lost is taken as chosen by hand."""
    row = BY_PLATFORM.get(str(data.get(CONF_INTEGRATION, BY_HAND)))
    return row if row is not None else _by_hand(data)


def _by_hand(data: Mapping[str, Any]) -> KnownCharger:
    told = {str(word).strip().lower(): EvState(letter) for word, letter in (data.get(CONF_STATES) or {}).items()}
    pausing = Pausing()
    return KnownCharger(
        platform=BY_HAND,
        name="",
        traits=(),
        source="",
        states={**_COMMON_STATES, **told},
        zero_pauses=bool(data.get(CONF_ZERO_PAUSES)),
        pausing=Pausing(
            pause=str(data.get(CONF_PAUSE_WORD) or pausing.pause),
            resume=str(data.get(CONF_RESUME_WORD) or pausing.resume),
        ),
        phases={1: "1", 3: "3"},
    )
