"""Speech: texts of `translations/<language>.json` under `common`, with their blanks filled in, in the user's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from types import MappingProxyType
from typing import Final

from homeassistant.const import MAX_LENGTH_STATE_STATE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import LOCALE_EN, async_get_cached_translations, async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN

_PREFIX: Final = f"component.{DOMAIN}.common."
_MISSING: Final = "?"
_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class Blanks(dict[str, str]):
    """What fills the blanks of a text; one that is not known shows as such instead of failing."""

    def __missing__(self, key: str) -> str:
        return _MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How to speak: the texts, keyed as Home Assistant flattens them, the time zone, and names by id: of circuits, of limits."""

    texts: Mapping[str, str]
    timezone: tzinfo
    circuits: Mapping[str, str] = field(default_factory=dict[str, str])
    limits: Mapping[str, str] = field(default_factory=dict[str, str])

    def say(self, key: str, blanks: Blanks) -> str:
        """Fill a text's blanks; one that is not there shows its key."""
        return self.texts.get(_PREFIX + key, key).format_map(blanks)


async def async_load_texts(hass: HomeAssistant) -> None:
    """Have the texts at hand, in the configured language and in English; later languages are loaded by Home Assistant."""
    await async_get_translations(hass, hass.config.language, "common", {DOMAIN})


@callback
def async_speech(hass: HomeAssistant, circuits: Mapping[str, str], limits: Mapping[str, str] = _NO_NAMES) -> Speech:
    """Speak the language of this Home Assistant, or English as long as that is not loaded."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    return Speech(
        texts=texts or async_get_cached_translations(hass, LOCALE_EN, "common", DOMAIN),
        timezone=dt_util.get_default_time_zone(),
        circuits=circuits,
        limits=limits,
    )


def cut(said: str) -> str:
    """Make it fit into a state."""
    return said if len(said) <= MAX_LENGTH_STATE_STATE else f"{said[: MAX_LENGTH_STATE_STATE - 1]}…"


def number(speech: Speech, value: float, most: int = 1) -> str:
    """Write a number without needless decimals, and with the language's own separator; `most` decimals at the most."""
    plain = _plain(value, most)
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return _separated(speech, plain)


def decimals(speech: Speech, value: float, places: int) -> str:
    """Write a number with so many decimals, and with the language's own separator."""
    return _separated(speech, _plain(value, places))


def _plain(value: float, places: int) -> str:
    rounded = round(value, places) + 0.0  # adding 0.0 makes 0.0 of -0.0
    return f"{rounded:.{places}f}"


def _separated(speech: Speech, plain: str) -> str:
    return plain.replace(".", speech.texts.get(f"{_PREFIX}decimal_separator", "."))
