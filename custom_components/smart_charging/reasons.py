"""Reasons as sentences: what the engine gives as a code and numbers, in the user's language.

The texts are those of `translations/<language>.json` under `common`: `reason_<code>`, with a variant where a blank may
be missing. A sentence is a state, so it has at most 255 characters and changes only when something worth telling did.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from homeassistant.util import dt as dt_util

from .const import ROOT_CIRCUIT
from .engine.model.decision import Setpoint
from .engine.model.evse import EvState, Means
from .engine.model.limit import LimitSource
from .engine.model.override import Override
from .engine.model.reason import Reason, ReasonCode, ReasonParam
from .speech import Blanks, Speech, cut, number

_UNBALANCE: Final = LimitSource.UNBALANCE.value
"""A limit that says how far phases may differ, and not how much there is for all."""
_TIMES: Final = frozenset({"at", "until", "starts"})
_COARSE: Final[Mapping[str, float]] = {"surplus_w": 100.0, "drawn_a": 1.0, "needed_w": 100.0}
"""What moves all the time is told in these steps: each other sentence is written down."""


def sentence(speech: Speech, setpoint: Setpoint) -> str:
    """Say why a charger has its setpoint."""
    reason = setpoint.reason
    blanks = _blanks(speech, reason.params)
    if setpoint.current_a is not None:
        blanks.setdefault("setpoint", _current(speech, setpoint.current_a))
        limit_a = reason.params.get("limit_a")
        if "others" in blanks and isinstance(limit_a, float):
            # What the others take moves all the time. What they leave is given, and moves with the setpoint only.
            blanks["others"] = _current(speech, max(0.0, limit_a - setpoint.current_a))
    return cut(speech.say(f"reason_{_variant(setpoint)}", blanks))


def load_sentence(speech: Speech, reason: Reason) -> str:
    """Say why an appliance runs, or does not."""
    return cut(speech.say(f"reason_{reason.code}", _blanks(speech, reason.params)))


def testing_sentence(speech: Speech, until: datetime) -> str:
    """Say that it is being tried what a charger does, which ends then."""
    return speech.say("reason_testing", Blanks(until=_time(until.isoformat(), speech.timezone)))


def checking_sentence(speech: Speech, until: datetime) -> str:
    """Say that a charger's failsafe current is being checked, which ends then."""
    return speech.say("reason_checking", Blanks(until=_time(until.isoformat(), speech.timezone)))


def override_sentence(speech: Speech, override: Override | None) -> str:
    """Say what is wanted just this once, and what ends it."""
    if override is None:
        return speech.say("override_none", Blanks())
    blanks = Blanks(mode=speech.say(f"override_mode_{override.mode}", Blanks()))
    if override.until is not None:
        blanks["until"] = _time(override.until.isoformat(), speech.timezone)
    if override.energy_kwh is not None:
        blanks["energy"] = f"{number(speech, override.energy_kwh)} kWh"
    return speech.say(f"override_{override.end}", blanks)


def _variant(setpoint: Setpoint) -> str:
    """Name the text that fits what is known and what is commanded."""
    reason, current_a, params = setpoint.reason, setpoint.current_a, setpoint.reason.params
    needed, vague = _VAGUE.get(reason.code, (None, ""))
    variant = vague if needed is not None and needed not in params else reason.code.value
    match reason.code:
        case ReasonCode.CHARGING_OPERATOR if current_a == 0:
            variant = "charging_operator_paused"
        case ReasonCode.MONTH_PEAK if current_a == 0:
            variant = "month_peak_waits"
        case ReasonCode.OFF if current_a:
            variant = "off_cannot_pause"
        case ReasonCode.FAULT if params.get("fault", EvState.F) in tuple(EvState):
            variant = "fault_unnamed"
        case ReasonCode.METER_SILENT if "silent_s" in params and current_a == 0:
            variant = "meter_silent_paused"
        case ReasonCode.LIMITED | ReasonCode.SHARED if "others_a" in params and params.get("source") != _UNBALANCE:
            variant = f"{reason.code}_others"
        case ReasonCode.SWITCHING_PHASES if params.get("phases") == 1:
            variant = "switching_phases_one"
        case ReasonCode.DISOBEDIENT if setpoint.means in _MEANS:
            variant = f"disobedient_{_MEANS[setpoint.means]}"
    return variant


_MEANS: Final = {Means.STOP: "stopped", Means.DISABLE: "disabled"}
"""How the texts call what is done to a charger that does not obey."""

_VAGUE: Final[Mapping[ReasonCode, tuple[str, str]]] = {
    ReasonCode.OFFLINE: ("budget_a", "offline_unknown"),
    ReasonCode.METER_SILENT: ("silent_s", "meter_never_spoke"),
    ReasonCode.PLAN_WAITS: ("starts", "plan_done"),
    ReasonCode.PEAK: ("starts", "peak_some_time"),
    ReasonCode.WAITING_FOR_TURN: ("at", "waiting_for_turn_some_time"),
    ReasonCode.SOLAR_WAITS: ("at", "solar_waits_long"),
}
"""What may not be known, and the text that does without."""


def _blanks(speech: Speech, params: Mapping[str, ReasonParam]) -> Blanks:
    """Make words of the parameters, under their names without the unit."""
    blanks = Blanks()
    for name, value in params.items():
        if isinstance(value, str):
            blanks[name] = _time(value, speech.timezone) if name in _TIMES else value
            continue
        told = round(value / _COARSE[name]) * _COARSE[name] if name in _COARSE else value
        if name.endswith("_a"):
            blanks[name.removesuffix("_a")] = _current(speech, told)
        elif name.endswith("_w"):
            blanks[name.removesuffix("_w")] = _power(speech, told)
        elif name.endswith("_s"):
            blanks[name.removesuffix("_s")] = _duration(told)
        else:
            blanks[name] = number(speech, told)
    return _name_limit(speech, blanks)


def _name_limit(speech: Speech, blanks: Blanks) -> Blanks:
    """Say whose limit it is and where it holds; the circuit of the whole supply needs no name."""
    circuit_id = blanks.get("circuit", ROOT_CIRCUIT)
    blanks["circuit"] = speech.circuits.get(circuit_id, circuit_id)
    below = circuit_id != ROOT_CIRCUIT
    if "phase" in blanks:
        blanks["phase"] = blanks["phase"].upper()
        blanks["limit"] = speech.say("limit_on_phase", blanks)
    if below and blanks.get("source") == LimitSource.RATING:
        blanks["source"] = speech.say("source_circuit", blanks)
    elif "source" in blanks:
        blanks["source"] = speech.say(f"source_{blanks['source']}", blanks)
        if blanks.get("limit_id") in speech.limits:
            blanks["name"] = speech.limits[blanks["limit_id"]]
            blanks["source"] = speech.say("source_named", blanks)
        if below:
            blanks["limit"] = speech.say("limit_in_circuit", blanks)
    return blanks


def _current(speech: Speech, current_a: float) -> str:
    return f"{number(speech, current_a)} A"


def _power(speech: Speech, power_w: float) -> str:
    if abs(power_w) < 1000:  # noqa: PLR2004 a kilo is a thousand
        return f"{number(speech, power_w, 0)} W"
    return f"{number(speech, power_w / 1000, 2)} kW"


def _duration(seconds: float) -> str:
    """Tell a duration so that its words change seldom: in steps of 10 s, then in minutes, then in hours."""
    match int(seconds):
        case whole if whole < 10:  # noqa: PLR2004
            return f"{whole} s"
        case whole if whole < 60:  # noqa: PLR2004
            return f"{whole // 10 * 10} s"
        case whole if whole < 3600:  # noqa: PLR2004
            return f"{whole // 60} min"
        case whole:
            return f"{whole // 3600} h"


def _time(value: str, timezone: tzinfo) -> str:
    """Tell a time of day, as HH:MM on the wall; what is no time is given as it is."""
    at = dt_util.parse_datetime(value)
    return value if at is None else f"{at.astimezone(timezone):%H:%M}"
