"""Cars that are better not switched between phases while they charge."""

import pytest

from custom_components.smart_charging.engine.control.shy_cars import SHY_CARS, ShyCar, find_shy_car


@pytest.mark.parametrize("car", SHY_CARS, ids=lambda car: f"{car.maker} {car.model}")
def test_each_of_them_is_found_by_its_name(car: ShyCar):
    assert find_shy_car(car.maker, car.model) is not None


def test_another_one_is_not():
    assert find_shy_car("Nobody", "Nothing") is None
