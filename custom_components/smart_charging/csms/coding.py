"""JSON, out of the texts of stations and into ours: at once where it is plain, tolerantly where it is not."""

import json
from typing import Any, Final

import orjson

# Control characters inside texts are let through: stations send them. So are half surrogates, NaN and 1e400.
_TOLERANT: Final = json.JSONDecoder(strict=False)


def decode(text: str) -> Any:
    """Read JSON. Raises ValueError or RecursionError when it is none. Integers beyond 64 bits may come as floats."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _TOLERANT.decode(text)


def printable(text: str, longest: int = 255) -> str:
    """What may be shown of a station's text, and written into a log: shortened, without what no line can hold."""
    return "".join(letter for letter in text[:longest] if letter.isprintable()).strip()


def encode(message: list[Any]) -> str:
    """Write JSON without spaces, in ASCII alone, which every station can read. Raises TypeError for what is no JSON."""
    try:
        data = orjson.dumps(message)
    except TypeError:
        # Integers beyond 64 bits, half surrogates, keys that are no texts.
        return json.dumps(message, separators=(",", ":"))
    return data.decode() if data.isascii() else json.dumps(message, separators=(",", ":"))
