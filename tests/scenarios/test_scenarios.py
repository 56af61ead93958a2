"""Each scenario is a situation that a user or an installer would describe, with what is expected of us in it."""

from typing import Any

import pytest

from .cases import ScenarioError, Story, limits, read_all

CASES = read_all()


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES])
def test_scenario(case: dict[str, Any]):
    Story(case).live()


def test_there_are_as_many_as_were_promised():
    assert len(CASES) >= 60
    assert len({name for name, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(
    "site", [{"rating_v": 5}, {"chargers": {"car": {"colour": "red"}}}, {"circuits": {"a": {"up": 1}}}]
)
def test_a_word_that_nobody_knows_is_not_passed_over(site: dict[str, Any]):
    with pytest.raises(ScenarioError, match="nobody knows"):
        Story({"title": "", "site": site, "story": []})


def test_limits_name_their_source_and_unit():
    assert [limit.source.value for limit in limits({"rating_a": 40, "operator_chargers_w": 4200, "phases": 3})] == [
        "rating",
        "operator",
    ]
