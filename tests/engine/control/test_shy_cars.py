"""Cars that are better not switched between phases."""

import pytest

from custom_components.smart_charging.engine.control.shy_cars import SHY_CARS, find_shy_car


@pytest.mark.parametrize(
    ("maker", "model", "shy"),
    [
        ("Hyundai", "Kona Electric", True),
        ("HYUNDAI", "KONA", True),
        ("", "Hyundai KONA 64 kWh", True),
        ("Kia", "e-Niro", True),
        ("Kia", "Niro EV", True),
        ("Kia", "EV6", False),
        ("Renault", "Zoe R135", True),
        ("Renault", "Megane E-Tech", False),
        ("Opel", "Corsa-e", True),
        ("Tesla", "Model 3", False),
        ("Audi", "Q4 e-tron", True),
        ("Toyota", "Corsa", False),
        ("", "", False),
    ],
)
def test_which_cars_are_left_on_their_phases(maker: str, model: str, shy: bool):
    assert (find_shy_car(maker, model) is not None) is shy


def test_each_has_its_reason_and_its_source():
    for car in SHY_CARS:
        assert car.why.endswith(".")
        assert car.source.startswith("https://")
