import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from demo.home import HomeState
from demo.telegram import Registers, crc16, telegram

from .conftest import Clock

PARIS = ZoneInfo("Europe/Paris")
WINTER = datetime(2026, 1, 15, 19, 0, 5, tzinfo=PARIS)


def state(clock: Clock, *total_a: float) -> HomeState:
    none = (0.0,) * len(total_a)
    return HomeState(at=clock.now, house_a=total_a, car_a=none, offered_a=(0.0,), tripped=False, powered=True)


def values(data: bytes) -> dict[str, str]:
    return dict(re.findall(r"(\d-\d:[\d.]+)\(([^)]*)\)", data.decode("ascii")))


def test_the_checksum_is_the_one_of_the_standard() -> None:
    assert crc16(b"123456789") == 0xBB3D  # CRC-16/ARC's check value


def test_a_telegram_ends_with_the_checksum_of_what_is_before(clock: Clock) -> None:
    data = telegram(state(clock, 10.0), Registers(), serial="S1", local=WINTER)
    body, checksum = data[: data.index(b"!") + 1], data[data.index(b"!") + 1 :]
    assert checksum == f"{crc16(body):04X}\r\n".encode()
    assert data.startswith(b"/")


def test_a_single_phase_telegram_says_what_flows(clock: Clock) -> None:
    said = values(telegram(state(clock, 10.123), Registers(), serial="S1", local=WINTER))
    assert said["1-0:1.7.0"] == said["1-0:21.7.0"] == "02.328*kW"
    assert said["1-0:2.7.0"] == said["1-0:22.7.0"] == "00.000*kW"
    assert said["1-0:31.7.0"] == "010*A"
    assert said["1-0:32.7.0"] == "230.0*V"
    assert said["0-0:1.0.0"] == "260115190005W"
    assert bytes.fromhex(said["0-0:96.1.1"]) == b"S1"
    assert "1-0:41.7.0" not in said


def test_three_phases_are_told_apart_and_export_is_never_negative(clock: Clock) -> None:
    said = values(telegram(state(clock, 10.0, -5.0, 1.0), Registers(), serial="S1", local=WINTER))
    assert said["1-0:1.7.0"] == "01.380*kW"
    assert (said["1-0:41.7.0"], said["1-0:42.7.0"]) == ("00.000*kW", "01.150*kW")
    assert said["1-0:51.7.0"] == "005*A"
    exporting = values(telegram(state(clock, -10.0), Registers(), serial="S1", local=WINTER))
    assert (exporting["1-0:1.7.0"], exporting["1-0:2.7.0"]) == ("00.000*kW", "02.300*kW")


def test_summer_is_told(clock: Clock) -> None:
    summer = datetime(2026, 7, 15, 19, tzinfo=PARIS)
    assert values(telegram(state(clock, 1.0), Registers(), serial="S1", local=summer))["0-0:1.0.0"].endswith("S")


@pytest.mark.parametrize(("hour", "tariff"), [(6, 1), (7, 2), (22, 2), (23, 1)])
def test_energy_goes_to_the_register_of_the_hour(clock: Clock, hour: int, tariff: int) -> None:
    registers, before, local = Registers(), Registers(), WINTER.replace(hour=hour)
    for _ in range(3600):
        registers.count(2300.0, local)
        registers.count(-1150.0, local)
    assert registers.import_kwh[tariff] - before.import_kwh[tariff] == pytest.approx(2.3)
    assert registers.export_kwh[tariff] == pytest.approx(1.15)
    assert registers.import_kwh[3 - tariff] == before.import_kwh[3 - tariff]
    said = values(telegram(state(clock, 0.0), registers, serial="S1", local=local))
    assert said[f"1-0:1.8.{tariff}"] == f"{registers.import_kwh[tariff]:010.3f}*kWh"
    assert said["0-0:96.14.0"] == f"000{tariff}"


def test_the_parser_that_home_assistant_uses_reads_it(clock: Clock) -> None:
    parsers = pytest.importorskip("dsmr_parser.parsers")
    specifications = pytest.importorskip("dsmr_parser.telegram_specifications")
    data = telegram(state(clock, 10.0, 20.0, -5.0), Registers(), serial="S1", local=WINTER)
    parsed = parsers.TelegramParser(specifications.V5).parse(data.decode("ascii"))
    assert float(parsed.CURRENT_ELECTRICITY_USAGE.value) == 5.75
    assert float(parsed.INSTANTANEOUS_ACTIVE_POWER_L3_NEGATIVE.value) == 1.15
    assert parsed.P1_MESSAGE_TIMESTAMP.value == WINTER
