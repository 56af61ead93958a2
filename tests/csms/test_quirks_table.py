"""Which stations the table knows, and what is learned of those it does not."""

import pytest

from custom_components.smart_charging.csms.lessons import Lessons
from custom_components.smart_charging.csms.quirks import QUIRKS, Quirk, find_quirk, style_for
from custom_components.smart_charging.csms.records import ProfileStyle, RateUnit, StationInfo


def info(vendor: str, model: str = "", firmware: str = "") -> StationInfo:
    return StationInfo(vendor=vendor, model=model, serial="S", firmware=firmware)


@pytest.mark.parametrize(
    ("station", "style"),
    [
        (info("ABB", "CDT_TACW22::NET_WIFI", "TAC3Z9C::V1.8.21"), ProfileStyle(stack_level=0)),
        (info("abb"), ProfileStyle(stack_level=0)),
        (info("EV-BOX", "Elvi"), ProfileStyle(stack_level=0)),
        (info("", "ACChargePoint"), ProfileStyle(unit=RateUnit.W)),
        (info("go-eCharger"), ProfileStyle(unit=RateUnit.A)),
        (info("Acme"), ProfileStyle()),
        (info("", ""), ProfileStyle()),
        (None, ProfileStyle()),
    ],
)
def test_how_limits_are_put_at_first(station: StationInfo | None, style: ProfileStyle) -> None:
    assert style_for(station) == style


@pytest.mark.parametrize(
    ("firmware", "fits"), [("1.9.9", True), ("v1.10", False), ("1.10.0", False), ("2", False), ("", True)]
)
def test_a_row_may_be_about_old_firmware_alone(firmware: str, fits: bool) -> None:
    quirk = Quirk(vendor="Acme", firmware_below="1.10", source="")
    assert quirk.fits(info("Acme One", firmware=firmware)) is fits


def test_a_row_about_nobody_fits_nobody() -> None:
    assert not Quirk(source="").fits(info("Acme"))


def test_every_row_says_who_found_it_out_and_what_it_is_good_for() -> None:
    for quirk in QUIRKS:
        assert "#" in quirk.source
        assert quirk != Quirk(vendor=quirk.vendor, model=quirk.model, source=quirk.source)


def test_owners_are_told_what_to_do_at_the_station() -> None:
    quirk = find_quirk(info("Schneider Electric", "EVLink"))
    assert quirk
    assert quirk.advice == "external_control_off"


def test_what_is_learned_of_one_is_true_of_the_next_of_its_kind() -> None:
    lessons = Lessons()
    lessons.keep(info("Acme", "One", "1.0"), ProfileStyle(relative=True))
    lessons.keep(None, ProfileStyle(stack_level=0))
    lessons.keep(info(""), ProfileStyle(stack_level=0))
    assert lessons.get(info("Acme", "One", "1.0")) == ProfileStyle(relative=True)
    assert lessons.get(info("Acme", "One", "1.1")) is None
    assert lessons.get(info("")) is None


def test_what_is_learned_is_bounded() -> None:
    lessons = Lessons()
    for number in range(70):
        lessons.keep(info("Acme", str(number)), ProfileStyle())
    assert lessons.get(info("Acme", "5")) is None
    assert lessons.get(info("Acme", "6")) == ProfileStyle()
