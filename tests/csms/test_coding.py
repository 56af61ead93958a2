"""JSON as stations write it, and as we do: quickly, and to the same end as the standard library."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.csms.coding import decode, encode

WORDS = st.text(st.characters(codec="utf-8"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_json_is_read_as_it_was_meant(value: Any):
    assert decode(json.dumps(value)) == value
    assert decode(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["tab\there"]', ["tab\there"]),
        (r'"half \ud83d"', "half \ud83d"),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("1e400", math.inf),
        ("[-Infinity]", [-math.inf]),
        ("9223372036854775807", 2**63 - 1),
        (" [2 ,\n3] ", [2, 3]),
    ],
)
def test_what_stations_get_wrong_is_read_all_the_same(text: str, value: Any):
    assert decode(text) == value


@pytest.mark.parametrize("text", ["", "hello", "[1,]", "[1 2]", "{1: 2}", "\ufeff[1]", "[" * 60_000, '"\udc00'])
def test_what_is_no_json_is_said_to_be_none(text: str):
    with pytest.raises((ValueError, RecursionError)):
        decode(text)


@given(st.lists(PLAIN, max_size=4))
def test_what_is_written_is_read_as_it_was_meant_and_is_ascii(message: list[Any]):
    text = encode(message)
    assert text.isascii()
    assert json.loads(text) == message


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ([3, "a", {"limit": 16.0, "unit": "A"}], '[3,"a",{"limit":16.0,"unit":"A"}]'),
        (["Ladesäule"], r'["Lades\u00e4ule"]'),
        (["half \ud83d"], r'["half \ud83d"]'),
        ([2**70], "[1180591620717411303424]"),
        ([{1: 2}], '[{"1":2}]'),
    ],
)
def test_how_it_is_written(message: list[Any], text: str):
    assert encode(message) == text


@pytest.mark.parametrize("value", [object(), {1}, Decimal("1.5")])
def test_what_cannot_be_written_is_refused(value: object):
    with pytest.raises(TypeError):
        encode([value])
