"""The peaks of a month by the home's own clock, and by the meter's own word: a real Home Assistant, no real time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.configuration.setup import read_setup
from custom_components.smart_charging.const import DOMAIN, ROOT_CIRCUIT
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.tariff import PeakPrice
from custom_components.smart_charging.foresight.peak_store import PeakStore
from custom_components.smart_charging.foresight.peaks import HighestPeak, Peaks
from custom_components.smart_charging.tariffs.peaks import PEAK_RULES, PeakTariff, peak_price

from .parts import SITE

MINUTE, QUARTER, HOUR, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
FLANDERS: Final = PeakPrice(per_kw=4.0, least_kw=2.5)
NORWAY: Final = PeakPrice(per_kw=50.0, window=HOUR, days=3)
MAY: Final = datetime(2026, 4, 30, 22, tzinfo=UTC)
"""The first of May begins in Brussels."""
NOON: Final = MAY + 12 * HOUR
BEAT: Final = timedelta(seconds=10)


@pytest.fixture(autouse=True)
async def in_brussels(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Brussels")


def about(value: float) -> Any:
    """Stand for a number that is nearly this one, wherever a number is expected."""
    return pytest.approx(value)


def counted(rule: str) -> PeakTariff:
    return PeakTariff(price=peak_price(PEAK_RULES[rule], 65.0), key=rule, hours=PEAK_RULES[rule].hours)


async def make(hass: HomeAssistant, price: PeakPrice | PeakTariff = FLANDERS, **data: Any) -> Peaks:
    store = PeakStore(hass, "entry")
    await store.async_load()
    tariff = price if isinstance(price, PeakTariff) else PeakTariff(price=price)
    peaks = Peaks(hass, read_setup(MockConfigEntry(domain=DOMAIN, data={**SITE, **data})), tariff, store)
    peaks.start()
    return peaks


def reading(at: datetime, kw: float) -> SiteSnapshot:
    return SiteSnapshot(at=at, meters={ROOT_CIRCUIT: MeterReading(at=at, power_w=kw * 1000)})


def live(peaks: Peaks, kw: float, length: timedelta = QUARTER, *, since: datetime = NOON) -> None:
    """Let the meter tell a power for so long, and once more."""
    for number in range(length // BEAT + 1):
        peaks.note(reading(since + number * BEAT, kw))


async def test_a_month_so_far(hass: HomeAssistant) -> None:
    peaks = await make(hass)
    live(peaks, 5.0)
    live(peaks, 3.0, since=NOON + DAY)
    live(peaks, 4.0, QUARTER + QUARTER / 3, since=NOON + DAY + QUARTER)
    at = NOON + DAY + 2 * QUARTER + QUARTER / 3
    month = peaks.month(at)
    assert month.ends == MAY + 31 * DAY
    assert month.days[:32] == tuple(MAY + number * DAY for number in range(32))
    assert month.past_kw == (about(5.0),)
    assert month.today_kw == about(4.0)
    assert month.window_kwh == about(4.0 / 12)
    assert peaks.window_kw == about(4.0)
    assert peaks.highest(at) == HighestPeak(kw=about(5.0), start=NOON)


async def test_at_night_half_may_count(hass: HomeAssistant) -> None:
    """10 kW from 23:00 to midnight are 5 kW, and less than 6 kW at noon."""
    peaks = await make(hass, counted("se_night_half"))
    live(peaks, 6.0, HOUR)
    live(peaks, 10.0, HOUR, since=NOON + 11 * HOUR)
    at = NOON + 12 * HOUR
    assert peaks.highest(at) == HighestPeak(kw=about(6.0), start=NOON)
    assert [peaks.factor_at(NOON), peaks.factor_at(NOON + 11 * HOUR)] == [1.0, 0.5]
    live(peaks, 14.0, HOUR, since=NOON + 14 * HOUR)
    assert peaks.highest(at + 4 * HOUR) == HighestPeak(kw=about(7.0), start=NOON + 14 * HOUR)


async def test_in_summer_nothing_may_count(hass: HomeAssistant) -> None:
    peaks = await make(hass, counted("se_winter_07_20"))
    live(peaks, 6.0, HOUR)
    assert peaks.highest(NOON + HOUR) is None
    assert peaks.month(NOON + HOUR).today_kw == 0.0


async def test_peaks_that_another_rule_counted_tell_nothing(hass: HomeAssistant) -> None:
    before = await make(hass, counted("sweden"))
    live(before, 5.0, HOUR)
    await before.stop()
    assert (await make(hass, counted("se_night_half"))).highest(NOON + HOUR) is None
    assert (await make(hass, counted("sweden"))).highest(NOON + HOUR) == HighestPeak(kw=about(5.0), start=NOON)


def planned(kw: float | None) -> Callable[[datetime], float | None]:
    """Plans that want each window to become so high."""
    return lambda _start: kw


async def test_how_high_the_window_may_become_that_runs(hass: HomeAssistant) -> None:
    """5 kW are billed already, and after five minutes with 3 kW a quarter of a kWh is used."""
    peaks = await make(hass)
    live(peaks, 5.0)
    live(peaks, 3.0, QUARTER / 3, since=NOON + QUARTER)
    at = NOON + QUARTER + QUARTER / 3
    watch = peaks.watch(at, planned(4.0))
    assert watch is not None
    assert (watch.starts, watch.ends, watch.target_kw) == (NOON + QUARTER, NOON + 2 * QUARTER, about(5.0))
    assert watch.used_kwh == pytest.approx(0.25, abs=0.01)
    higher = peaks.watch(at, planned(6.0))
    assert higher is not None
    assert higher.target_kw == 6.0


async def test_what_counts_half_may_become_twice_as_high(hass: HomeAssistant) -> None:
    peaks = await make(hass, counted("se_night_half"))
    live(peaks, 2.0, MINUTE, since=NOON + 11 * HOUR)
    watch = peaks.watch(NOON + 11 * HOUR + MINUTE, planned(4.0))
    assert watch is not None
    assert (watch.target_kw, watch.used_kwh) == (8.0, about(2.0 / 60))


@pytest.mark.parametrize(
    ("tariff", "wanted_kw", "seen"),
    [
        pytest.param(PeakTariff(price=FLANDERS, guarded=False), 4.0, True, id="nobody wants it"),
        pytest.param(PeakTariff(price=FLANDERS), None, True, id="no car charges by a plan"),
        pytest.param(PeakTariff(price=FLANDERS), 4.0, False, id="most of the window was not seen"),
        pytest.param(PeakTariff(price=PeakPrice(per_kw=0.0, window=HOUR)), 4.0, True, id="no step is left to climb"),
        pytest.param(counted("se_winter_07_20"), 4.0, True, id="nothing counts"),
    ],
)
async def test_when_a_window_is_not_guarded(
    hass: HomeAssistant, tariff: PeakTariff, wanted_kw: float | None, *, seen: bool
) -> None:
    peaks = await make(hass, tariff)
    live(peaks, 3.0, 5 * MINUTE if seen else MINUTE)
    assert peaks.watch(NOON + 5 * MINUTE, planned(wanted_kw)) is None


@pytest.mark.parametrize(
    ("at", "first", "ends", "short_or_long"),
    [
        pytest.param(
            datetime(2026, 3, 1, 12, tzinfo=UTC),
            datetime(2026, 2, 28, 23, tzinfo=UTC),
            datetime(2026, 3, 31, 22, tzinfo=UTC),
            23 * HOUR,
            id="March ends in summer time",
        ),
        pytest.param(
            datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
            datetime(2026, 9, 30, 22, tzinfo=UTC),
            datetime(2026, 10, 31, 23, tzinfo=UTC),
            25 * HOUR,
            id="October ends in winter time",
        ),
    ],
)
async def test_a_month_is_the_clocks_on_the_wall(
    hass: HomeAssistant, at: datetime, first: datetime, ends: datetime, short_or_long: timedelta
) -> None:
    month = (await make(hass)).month(at)
    assert (month.days[0], month.days[31], month.ends) == (first, ends, ends)
    lengths = [end - start for start, end in pairwise(month.days)]
    assert sorted(lengths, key=lambda length: abs(length - DAY)) == [*[DAY] * 33, short_or_long]


async def test_a_peak_of_last_month_is_none_of_this_one(hass: HomeAssistant) -> None:
    peaks = await make(hass)
    live(peaks, 5.0, since=MAY - QUARTER - BEAT)
    live(peaks, 3.0, since=MAY)
    assert peaks.highest(NOON) == HighestPeak(kw=about(3.0), start=MAY)
    assert peaks.month(NOON).past_kw == ()
    assert peaks.highest(NOON + 31 * DAY) is None


async def test_a_restart_in_the_middle_of_a_window(hass: HomeAssistant) -> None:
    before = await make(hass)
    live(before, 5.0)
    live(before, 6.0, QUARTER / 3, since=NOON + QUARTER)
    await before.stop()
    after = await make(hass)
    assert after.month(NOON + QUARTER + QUARTER / 3).window_kwh == about(0.5)
    live(after, 6.0, QUARTER / 3, since=NOON + QUARTER + 2 * QUARTER / 3)
    assert after.highest(NOON + HOUR) == HighestPeak(kw=about(6.0), start=NOON + QUARTER)
    assert after.month(NOON + HOUR).today_kw == about(6.0)


async def test_another_tariffs_windows_are_not_read(hass: HomeAssistant) -> None:
    before = await make(hass)
    live(before, 5.0)
    await before.stop()
    assert (await make(hass, NORWAY)).highest(NOON + HOUR) is None


@pytest.mark.parametrize(
    ("silence", "expected"),
    [
        pytest.param(timedelta(seconds=10), 5.0, id="a hiccup"),
        pytest.param(timedelta(seconds=11), None, id="long enough that it is unknown elsewhere"),
    ],
)
async def test_a_silent_meter_tells_nothing(hass: HomeAssistant, silence: timedelta, expected: float | None) -> None:
    peaks = await make(hass, meter_period_s=1.0)
    for number in range(QUARTER // BEAT + 1):
        at = NOON + number * BEAT
        meter = MeterReading(at=at - silence, power_w=5000)
        peaks.note(SiteSnapshot(at=at, meters={ROOT_CIRCUIT: meter}))
    told = peaks.highest(NOON + QUARTER)
    assert told == (None if expected is None else HighestPeak(kw=about(expected), start=NOON))


@pytest.mark.parametrize(
    ("meters", "expected"),
    [
        pytest.param({}, None, id="no meter"),
        pytest.param({Phase.L1: 10.0, Phase.L2: 10.0, Phase.L3: -5.0}, 3.45, id="phases are added up"),
        pytest.param({Phase.L1: 10.0}, None, id="a phase is missing"),
    ],
)
async def test_a_meter_that_tells_amperes(
    hass: HomeAssistant, meters: dict[Phase, float], expected: float | None
) -> None:
    peaks = await make(hass)
    for number in range(3):
        at = NOON + number * BEAT
        told = {ROOT_CIRCUIT: MeterReading(at=at, current_a=meters)} if meters else {}
        peaks.note(SiteSnapshot(at=at, meters=told))
    assert peaks.window_kw == (None if expected is None else about(expected))


class TestTheMetersOwnWord:
    """A meter of Flanders tells the month's peak."""

    @pytest.fixture
    def tell(self, hass: HomeAssistant) -> Any:
        entity_id = (
            er.async_get(hass)
            .async_get_or_create("sensor", "dsmr", "1234_belgium_maximum_demand_current_month")
            .entity_id
        )
        return lambda kw: hass.states.async_set(entity_id, str(kw), {"unit_of_measurement": "kW"})

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            pytest.param(6.0, HighestPeak(kw=6.0), id="it knows what was before we came"),
            pytest.param(4.0, HighestPeak(kw=about(5.0), start=NOON), id="we saw more"),
            pytest.param("unavailable", HighestPeak(kw=about(5.0), start=NOON), id="it is silent"),
            pytest.param(4000.0, HighestPeak(kw=about(5.0), start=NOON), id="it is out of its mind"),
        ],
    )
    async def test_is_the_least(self, hass: HomeAssistant, tell: Any, told: float | str, expected: HighestPeak) -> None:
        tell(told)
        peaks = await make(hass)
        live(peaks, 5.0)
        at = NOON + QUARTER
        assert peaks.highest(at) == expected
        month = peaks.month(at)
        assert max(*month.past_kw, month.today_kw, 0.0) == expected.kw

    async def test_is_known_before_anything_was_seen(self, hass: HomeAssistant, tell: Any) -> None:
        tell(6.0)
        assert (await make(hass)).highest(NOON) == HighestPeak(kw=6.0)

    async def test_counts_where_quarters_of_an_hour_do(self, hass: HomeAssistant, tell: Any) -> None:
        tell(6.0)
        assert (await make(hass, NORWAY)).highest(NOON) is None
        assert (await make(hass, PeakPrice(per_kw=4.0, days=3))).month(NOON).past_kw == ()

    async def test_is_last_months_when_a_month_begins(
        self, hass: HomeAssistant, tell: Any, freezer: FrozenDateTimeFactory
    ) -> None:
        june = MAY + 31 * DAY
        freezer.move_to(june - timedelta(seconds=1))
        tell(6.0)
        peaks = await make(hass)
        assert peaks.highest(june - BEAT) == HighestPeak(kw=6.0)
        assert peaks.highest(june + BEAT) is None
        assert peaks.highest(june + QUARTER) is None
        freezer.move_to(june + QUARTER)
        tell(1.5)
        assert peaks.highest(june + QUARTER) == HighestPeak(kw=1.5)
