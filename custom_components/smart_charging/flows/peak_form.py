"""The form about how a month's highest power is billed where none of the rules fits."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..configuration.rules.tariff import DAYS, MOST_PEAK_DAYS, PEAK_WINDOWS
from ..const import (
    CONF_DAYS,
    CONF_FIRST_MONTH,
    CONF_HOLIDAYS,
    CONF_HOURS,
    CONF_LAST_MONTH,
    CONF_PEAK,
    CONF_PEAK_COUNT,
    CONF_PEAK_ELSE_PCT,
    CONF_PEAK_OWN,
    CONF_PEAK_WINDOW,
)
from ..tariffs.peaks import PEAK_RULES
from ..tariffs.ready import HOLIDAYS


def _select(options: list[str], translation_key: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=options, translation_key=translation_key, mode=SelectSelectorMode.DROPDOWN)
    )


def _count(least: int, most: int) -> NumberSelector:
    return NumberSelector(NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX))


_MONTH: Final = _select([str(month) for month in range(1, 13)], "month")

OWN_PEAK_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_PEAK_WINDOW, default=PEAK_WINDOWS[0]): _select(list(PEAK_WINDOWS), "peak_window"),
        probatio.Required(CONF_PEAK_COUNT, default=1): _count(1, MOST_PEAK_DAYS),
        probatio.Optional(CONF_HOURS): TextSelector(),
        probatio.Optional(CONF_DAYS): _select(list(DAYS), "tariff_days"),
        probatio.Optional(CONF_FIRST_MONTH): _MONTH,
        probatio.Optional(CONF_LAST_MONTH): _MONTH,
        probatio.Optional(CONF_HOLIDAYS): _select(list(HOLIDAYS), "holidays"),
        probatio.Required(CONF_PEAK_ELSE_PCT, default=0): _count(0, 100),
    }
)


def is_own_peak(data: Mapping[str, Any]) -> bool:
    """Tell whether the household tells how its peak is counted."""
    return CONF_PEAK in data and PEAK_RULES[data[CONF_PEAK]].own


def own_peak_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Pick how the peak is counted out of a stored tariff."""
    return {CONF_PEAK_OWN: data[CONF_PEAK_OWN]} if CONF_PEAK_OWN in data else {}
