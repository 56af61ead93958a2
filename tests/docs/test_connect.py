"""docs/connect-a-charger.md says where the address goes in which charger; here that is held against the data."""

import re
from pathlib import Path
from typing import Final

from custom_components.smart_charging.flows.vendor_hints import VENDOR_HINTS
from tests.repository.source import INTEGRATION, read_json

PAGE: Final = (Path(__file__).parents[2] / "docs" / "connect-a-charger.md").read_text(encoding="utf-8")
WORDS: Final[dict[str, str]] = read_json(INTEGRATION / "translations" / "en.json")["selector"]["vendor_hint"]["options"]
ROWS: Final = re.findall(r"^\| (.+?) \| (.+?) \| (\[.+\)) \|$", PAGE, re.MULTILINE)


def test_the_page_says_what_the_form_says():
    assert [(name, words) for name, words, _ in ROWS] == [(hint.name, WORDS[hint.key]) for hint in VENDOR_HINTS]


def test_the_page_names_every_source():
    assert [tuple(re.findall(r"\((.+?)\)", sources)) for _, _, sources in ROWS] == [
        hint.sources for hint in VENDOR_HINTS
    ]


def test_every_hint_has_a_source_and_one_place():
    assert all(source.startswith("https://") for hint in VENDOR_HINTS for source in hint.sources)
    assert all(hint.sources for hint in VENDOR_HINTS)
    names = [hint.name.casefold() for hint in VENDOR_HINTS]
    assert names == sorted(set(names))


def test_no_words_are_idle():
    assert WORDS.keys() == {"another", *(hint.key for hint in VENDOR_HINTS)}
