"""Solar forecasts as they are told, and as a roof puts them right."""

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.solar_forecast import (
    LEAST_SHARE,
    MOST_SHARE,
    QUARTER,
    SolarForecast,
    add_up,
    quarter_of,
    scale,
    share_of_forecast,
)

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = (MIDNIGHT, MIDNIGHT + timedelta(days=1))


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def drawn(forecast: SolarForecast, *hours: float) -> list[float | None]:
    return [None if (kw := forecast.kw(at(hour))) is None else round(kw, 6) for hour in hours]


@pytest.mark.parametrize(
    ("told", "hours", "expected"),
    [
        pytest.param({10: 2000, 11: 3000}, (10, 10.75, 11, 11.75, 12), [2, 2, 3, 3, None], id="hours"),
        pytest.param({10: 500, 10.5: 1000}, (10, 10.25, 10.5, 10.75, 11), [1, 1, 2, 2, None], id="half hours"),
        pytest.param({10: 250, 10.25: 500, 10.5: 0}, (10, 10.25, 10.5, 10.75), [1, 2, 0, None], id="quarters"),
        pytest.param({9: 6000, 12: 3000}, (9, 11.75, 12, 14.75, 15), [2, 2, 1, 1, None], id="three hours"),
        pytest.param({10: 1000}, (9.75, 10, 10.75, 11), [0, 1, 1, None], id="a single one is taken for an hour"),
        pytest.param(
            {5.75: 100, 6: 400, 7: 800, 8: 900, 9: 1000},
            (5.5, 5.75, 6, 6.75, 9.75),
            [0, 0.4, 0.4, 0.4, 1],
            id="the sun rises within an hour",
        ),
        pytest.param(
            {18: 500, 19: 200, 29: 300, 30: 600},
            (19, 20, 28.75, 29),
            [0.2, 0, 0, 0.3],
            id="the night between is nothing",
        ),
        pytest.param({10: nan, 11: inf, 12: -5, 13: 1000}, (10, 11, 12, 13), [0, 0, 0, 1], id="no energies"),
        pytest.param({}, (10,), [None], id="an empty one knows nothing"),
    ],
)
def test_a_period_lasts_to_the_next_and_no_longer_than_most(
    told: dict[float, float], hours: tuple[float, ...], expected: list[float | None]
) -> None:
    assert drawn(add_up([{at(hour): wh for hour, wh in told.items()}]), *hours) == expected


def test_roofs_add_up_as_far_as_the_longest_goes() -> None:
    east, west = {at(8): 1000, at(9): 2000}, {at(9): 500, at(9.5): 250, at(10): 0, at(10.5): 500}
    assert drawn(add_up([east, west]), 8, 9, 9.5, 10, 10.5, 11) == [1, 3, 2.5, 0, 1, None]


@pytest.mark.parametrize(
    ("measured", "share"),
    [
        pytest.param({}, 1, id="nothing is measured"),
        pytest.param({8: 1, 9: 1, 10: 1, 11: 1}, 1, id="just as forecast"),
        pytest.param({6: 0, 7: 0}, 1, id="before sunrise"),
        pytest.param({8: 0}, 1.6 / 2.6, id="one hour of nothing"),
        pytest.param({8: 0.5, 9: 0.5, 10: 0.5, 11: 0.5}, 3.6 / 5.6, id="a morning of half as much"),
        pytest.param(dict.fromkeys(range(8, 16), 0.5), 5.6 / 9.6, id="a day of half as much"),
        pytest.param(dict.fromkeys(range(8, 16), 0), LEAST_SHARE, id="snow on it: bounded"),
        pytest.param({8: 9, 9: 9}, MOST_SHARE, id="far more: bounded"),
        pytest.param({8: nan, 9: -3, 10: inf}, 1, id="no energies"),
        pytest.param({-2: 50, 24: 50}, 1, id="other days"),
    ],
)
def test_what_the_roof_did_tells_its_share_of_the_forecast(measured: dict[float, float], share: float) -> None:
    eight_hours = add_up([{at(hour): 1000 for hour in range(8, 16)}])
    told = share_of_forecast(eight_hours, {at(hour): kwh for hour, kwh in measured.items()}, DAY)
    assert told == pytest.approx(share)


def test_without_a_forecast_for_the_day_nothing_is_put_right() -> None:
    tomorrow = add_up([{at(32): 1000}])
    assert share_of_forecast(tomorrow, {at(8): 3.0}, DAY) == 1


def test_only_the_day_itself_is_put_right() -> None:
    forecast = scale(add_up([{at(12): 1000, at(13): 1000, at(36): 1000}]), 0.5, DAY)
    assert drawn(forecast, 12, 13, 36, 37) == [0.5, 0.5, 1, None]


@pytest.mark.parametrize(("minute", "quarter"), [(0, 0), (14.9, 0), (15, 15), (59.9, 45)])
def test_quarters_begin_on_the_hour(minute: float, quarter: float) -> None:
    assert quarter_of(at(13) + timedelta(minutes=minute)) == at(13) + timedelta(minutes=quarter)


TOLD = st.dictionaries(st.integers(0, 2880).map(lambda minute: MIDNIGHT + timedelta(minutes=minute)), st.floats(0, 1e4))


@given(st.lists(TOLD, max_size=3))
def test_no_energy_is_lost(told: list[dict[datetime, float]]) -> None:
    forecast = add_up(told)
    expected = sum(sum(of_roof.values()) for of_roof in told) / 1000
    assert sum(forecast.quarters_kwh.values()) == pytest.approx(expected)
    assert forecast.energy_kwh(MIDNIGHT, MIDNIGHT + timedelta(days=9)) == pytest.approx(expected)
    assert all(quarter_of(quarter) == quarter for quarter in forecast.quarters_kwh)
    assert forecast.until is None or max(forecast.quarters_kwh) < forecast.until <= max(forecast.quarters_kwh) + QUARTER


@given(TOLD, st.dictionaries(st.integers(0, 23).map(at), st.floats(0, 1e3)))
def test_the_share_is_bounded(told: dict[datetime, float], measured: dict[datetime, float]) -> None:
    assert LEAST_SHARE <= share_of_forecast(add_up([told]), measured, DAY) <= MOST_SHARE
