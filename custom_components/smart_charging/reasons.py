"""Reasons as sentences: what the engine gives as a code and numbers, in the user's language.

The texts are those of `translations/<language>.json` under `common`: `reason_<code>`, with a variant where a blank may
be missing. A sentence is a state, so it has at most 255 characters and changes only when something worth telling did.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from homeassistant.const import MAX_LENGTH_STATE_STATE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import LOCALE_EN, async_get_cached_translations, async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN, ROOT_CIRCUIT
from .engine.model.decision import Setpoint
from .engine.model.evse import EvState
from .engine.model.reason import Reason, ReasonCode, ReasonParam

_PREFIX: Final = f"component.{DOMAIN}.common."
_TIMES: Final = frozenset({"at", "until", "starts"})
_MISSING: Final = "?"


class _Blanks(dict[str, str]):
    """What fills the blanks of a text; one that is not known shows as such instead of failing."""

    def __missing__(self, key: str) -> str:
        return _MISSING


async def async_load_texts(hass: HomeAssistant) -> None:
    """Have the texts at hand, in the configured language and in English; later languages are loaded by Home Assistant."""
    await async_get_translations(hass, hass.config.language, "common", {DOMAIN})


@callback
def async_sentence(hass: HomeAssistant, setpoint: Setpoint) -> str:
    """Say why a charger has its setpoint, in the language of this Home Assistant."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    return sentence(
        texts or async_get_cached_translations(hass, LOCALE_EN, "common", DOMAIN),
        setpoint,
        dt_util.get_default_time_zone(),
    )


def sentence(texts: Mapping[str, str], setpoint: Setpoint, timezone: tzinfo) -> str:
    """Say why a charger has its setpoint: the texts are keyed as Home Assistant flattens them, times are told in `timezone`."""
    blanks = _blanks(texts, setpoint.reason.params, timezone)
    if setpoint.current_a is not None:
        blanks["setpoint"] = _current(texts, setpoint.current_a)
    said = _text(texts, f"reason_{_variant(setpoint)}", blanks)
    return said if len(said) <= MAX_LENGTH_STATE_STATE else f"{said[: MAX_LENGTH_STATE_STATE - 1]}…"


def _variant(setpoint: Setpoint) -> str:
    """Name the text that fits what is known and what is commanded."""
    reason, current_a = setpoint.reason, setpoint.current_a
    match reason.code:
        case ReasonCode.OFF if current_a:
            return "off_cannot_pause"
        case ReasonCode.OFFLINE if "budget_a" not in reason.params:
            return "offline_unknown"
        case ReasonCode.FAULT if reason.params.get("fault", EvState.F) in tuple(EvState):
            return "fault_unnamed"
        case ReasonCode.METER_SILENT:
            return _meter_silent(reason, current_a)
        case ReasonCode.PLAN_WAITS if "starts" not in reason.params:
            return "plan_done"
        case code:
            return code.value


def _meter_silent(reason: Reason, current_a: float | None) -> str:
    if "silent_s" not in reason.params:
        return "meter_never_spoke"
    return "meter_silent_paused" if current_a == 0 else ReasonCode.METER_SILENT.value


def _text(texts: Mapping[str, str], key: str, blanks: _Blanks) -> str:
    return texts.get(_PREFIX + key, key).format_map(blanks)


def _blanks(texts: Mapping[str, str], params: Mapping[str, ReasonParam], timezone: tzinfo) -> _Blanks:
    """Make words of the parameters, under their names without the unit."""
    blanks = _Blanks()
    for name, value in params.items():
        if isinstance(value, str):
            blanks[name] = _time(value, timezone) if name in _TIMES else value
        elif name.endswith("_a"):
            blanks[name.removesuffix("_a")] = _current(texts, value)
        elif name.endswith("_w"):
            blanks[name.removesuffix("_w")] = _power(texts, value)
        elif name.endswith("_s"):
            blanks[name.removesuffix("_s")] = _duration(value)
        else:
            blanks[name] = _number(texts, value)
    return _name_limit(texts, blanks)


def _name_limit(texts: Mapping[str, str], blanks: _Blanks) -> _Blanks:
    """Say whose limit it is and where it holds; the circuit of the whole supply needs no name."""
    if "source" in blanks:
        blanks["source"] = _text(texts, f"source_{blanks['source']}", blanks)
    if "phase" in blanks:
        blanks["phase"] = blanks["phase"].upper()
        blanks["limit"] = _text(texts, "limit_on_phase", blanks)
    if blanks.get("circuit", ROOT_CIRCUIT) != ROOT_CIRCUIT:
        blanks["limit"] = _text(texts, "limit_in_circuit", blanks)
    return blanks


def _number(texts: Mapping[str, str], value: float, decimals: int = 1) -> str:
    """Write a number without needless decimals, and with the language's own separator."""
    rounded = round(value, decimals) + 0.0  # adding 0.0 makes 0.0 of -0.0
    plain = f"{rounded:.{decimals}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", texts.get(f"{_PREFIX}decimal_separator", "."))


def _current(texts: Mapping[str, str], current_a: float) -> str:
    return f"{_number(texts, current_a)} A"


def _power(texts: Mapping[str, str], power_w: float) -> str:
    if abs(power_w) < 1000:  # noqa: PLR2004 a kilo is a thousand
        return f"{_number(texts, power_w, 0)} W"
    return f"{_number(texts, power_w / 1000, 2)} kW"


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
