"""The sensors of a month's peaks, which are there where power has a price."""

from datetime import timedelta

import pytest
from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant

from custom_components.smart_charging.const import ROOT_CIRCUIT
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.tariff import PeakPrice
from custom_components.smart_charging.foresight.peak_store import PeakStore
from custom_components.smart_charging.foresight.peaks import Peaks
from custom_components.smart_charging.sensor.peak import WINDOW_KEYS
from custom_components.smart_charging.tariffs.peaks import PEAK_RULES, PeakTariff

from .entities import NOW, ToldSite, load, tick

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
BEAT = timedelta(seconds=10)
PEAK, QUARTER_HOUR, THIS_HOUR = (
    "sensor.home_peak_of_this_month",
    "sensor.home_average_of_this_quarter_hour",
    "sensor.home_average_of_this_hour",
)


async def load_with_peaks(
    hass: HomeAssistant, window: timedelta = QUARTER, rule: str = "flanders"
) -> tuple[ToldSite, Peaks]:
    """Load the sensors of a site whose power has a price."""
    site = await load(hass, Platform.SENSOR)
    tariff = PeakTariff(price=PeakPrice(per_kw=4.0, window=window), key=rule, hours=PEAK_RULES[rule].hours)
    peaks = Peaks(hass, site.entry.runtime_data.setup, tariff, PeakStore(hass, site.entry.entry_id))
    await hass.config_entries.async_unload_platforms(site.entry, [Platform.SENSOR])
    site.entry.runtime_data.foresight.peaks = peaks
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.SENSOR])
    await hass.async_block_till_done()
    return site, peaks


def live(peaks: Peaks, power_w: float, length: timedelta) -> None:
    for number in range(length // BEAT + 1):
        at = NOW + number * BEAT
        peaks.note(SiteSnapshot(at=at, meters={ROOT_CIRCUIT: MeterReading(at=at, power_w=power_w)}))


async def test_where_power_has_no_price_there_are_none(hass: HomeAssistant) -> None:
    await load(hass, Platform.SENSOR)
    assert [hass.states.get(entity_id) for entity_id in (PEAK, QUARTER_HOUR, THIS_HOUR)] == [None] * 3


async def test_what_they_show(hass: HomeAssistant) -> None:
    site, peaks = await load_with_peaks(hass)
    assert (site.state(PEAK), site.state(QUARTER_HOUR)) == (STATE_UNKNOWN, STATE_UNKNOWN)
    live(peaks, 4321.0, QUARTER + 3 * BEAT)
    await site.tell(tick(at=NOW + QUARTER + 3 * BEAT))
    assert (site.state(PEAK), site.state(QUARTER_HOUR)) == ("4.32", "4.32")
    assert hass.states.get(THIS_HOUR) is None
    state = hass.states.get(PEAK)
    assert state is not None
    assert (state.attributes["unit_of_measurement"], state.attributes["began_at"]) == ("kW", NOW)


async def test_hours_are_called_hours(hass: HomeAssistant) -> None:
    site, peaks = await load_with_peaks(hass, HOUR)
    live(peaks, 2000.0, QUARTER)
    await site.tell(tick(at=NOW + QUARTER))
    assert (site.state(PEAK), site.state(THIS_HOUR)) == (STATE_UNKNOWN, "2.0")
    assert hass.states.get(QUARTER_HOUR) is None


async def test_an_hour_may_count_less(hass: HomeAssistant) -> None:
    site, peaks = await load_with_peaks(hass, HOUR, "se_winter_07_19")
    live(peaks, 2000.0, QUARTER)
    await site.tell(tick(at=NOW + QUARTER))
    state = hass.states.get(THIS_HOUR)
    assert state is not None
    assert (state.state, state.attributes["counts"]) == ("2.0", peaks.factor_at(NOW))


@pytest.mark.parametrize("rule", PEAK_RULES)
def test_the_windows_of_each_rule_have_a_name(rule: str) -> None:
    assert PEAK_RULES[rule].window in WINDOW_KEYS
