"""Ways to break a frame: its bytes, its JSON, its envelope, and its payload."""

import json
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, Final

from custom_components.smart_charging.csms.versions import Version

from .payloads import Payloads, actions, paths, replaced, seeded

type Json = Any

# What JSON texts may hold beyond what Python writes by itself stands in as a text, and is put in raw.
_RAW: Final = {
    "@huge@": "9" * 400,
    "@endless@": "9" * 5000,
    "@exponent@": "1e400",
    "@tiny@": "1e-400",
    "@deep@": '{"a":' * 900 + "1" + "}" * 900,
    "@half@": '"\\ud800"',
    "@twice@": '{"status":"Accepted","status":5,"value":1,"value":"2"}',
}

WRONG: Final[tuple[Json, ...]] = (
    None,
    True,
    -1,
    2**31,
    2**63,
    0.5,
    "",
    "x" * 3000,
    "0",
    "2026-06-01T10:00:00Z",
    [],
    {},
    [[[]]],
    {"id": 1, "value": [1]},
)
"""One of every type, and what they are at their ends."""

RARE: Final[tuple[Json, ...]] = (
    *WRONG,
    *_RAW,
    float("nan"),
    float("-inf"),
    1e308,
    -(2**70),
    "NaN",
    "1e400",
    "-0",
    "0x10",
    "١٢",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
    "Charging\nForged: line",
    "\x00\x1b[2J",
    "\u202eevil",
    [None, 1, "a", {}],
    {"": "", "self": 1},
)


_WORDS: Final = frozenset(
    {
        "status",
        "connectorStatus",
        "errorCode",
        "eventType",
        "chargingState",
        "measurand",
        "value",
        "actualValue",
        "type",
    }
)


def text_of(message: Json) -> str:
    """JSON, with the places for what Python does not write filled in."""
    text = json.dumps(message)
    if "@" in text:
        for place, raw in _RAW.items():
            text = text.replace(f'"{place}"', raw)
    return text


def every_field(version: Version, wanted: Iterable[str]) -> Iterator[str]:
    """A call of each of these actions with every field there is, and every field wrong in every way, one at a time.

    The id begins with the action.
    """
    payloads = Payloads(seeded(version.value), generous=True)
    for action in wanted:
        payload = payloads.request(version, action)
        yield json.dumps([2, f"{action}-whole", action, payload])
        for path in paths(payload):
            for number, wrong in enumerate(WRONG):
                yield json.dumps([2, f"{action}-{number}", action, replaced(payload, path, wrong)])


def ever_new(version: Version, action: str, count: int) -> Iterator[str]:
    """Calls that are all in order, and in which every text and every other number has never been seen before."""
    random = seeded(f"{version} {action}")
    payloads = Payloads(random, generous=True)
    for number in range(count):
        yield json.dumps([2, f"e{number}", action, _renewed(payloads.request(version, action), random)])


def _renewed(value: Json, random: Random) -> Json:
    match value:
        case dict():
            return {
                # What has to be one of a few words stays so.
                key: part if key in _WORDS else _renewed(part, random)
                for key, part in value.items()
            }
        case list():
            return [_renewed(part, random) for part in value]
        case bool():
            return value
        case int():
            return random.choice((1, 2, 3, random.getrandbits(40)))
        case str() if not value.startswith("20"):
            return f"{random.getrandbits(60):x}"
        case _:
            return value


class Breaker:
    """Makes frames by chance: some good, most broken in one way, some in several."""

    def __init__(self, random: Random, version: Version) -> None:
        self._random = random
        self._version = version
        self._payloads = Payloads(random)
        self._number = 0
        self._ways: tuple[tuple[int, Callable[[], str | bytes]], ...] = (
            (30, self._good),
            (40, lambda: text_of([2, self._id(), *self._spoilt_call()])),
            (8, self._envelope),
            (8, self._bytes),
            (5, self._noise),
            (5, self._answer_to_nothing),
            (2, self._without_reply),
            (2, self._nested),
            (1, self._long),
            (3, self._doubled),
        )

    def frames(self, count: int) -> Iterator[bytes]:
        """So many."""
        weights = [weight for weight, _ in self._ways]
        for _, way in self._random.choices(self._ways, weights, k=count):
            frame = way()
            yield frame if isinstance(frame, bytes) else frame.encode(errors="surrogatepass")

    def reply(self, unique_id: str, action: str) -> str | bytes:
        """An answer to a call of ours: good, refusing, broken, or an error."""
        kind = self._random.random()
        if kind < 0.2:
            code = self._random.choice(("NotImplemented", "Genericerror", "", 5, None, "a\nb\ud800", "@deep@"))
            return text_of([4, unique_id, code, "because\nof \ud800 this", {}][: self._random.randint(2, 5)])
        payload = self._payloads.answer(self._version, action) if action in actions(self._version) else {}
        if kind < 0.6:
            return json.dumps([3, unique_id, payload])
        return text_of([3, unique_id, self._spoil(payload)])

    def _id(self) -> str:
        self._number += 1
        return f"f{self._number}"

    def _call(self) -> tuple[str, Json]:
        action = self._random.choice(actions(self._version))
        return action, self._payloads.request(self._version, action)

    def _good(self) -> str:
        return json.dumps([2, self._id(), *self._call()])

    def _spoilt_call(self) -> tuple[str, Json]:
        action, payload = self._call()
        for _ in range(self._random.choice((1, 1, 1, 2, 4))):
            payload = self._spoil(payload)
        return action, payload

    def _spoil(self, payload: Json) -> Json:
        path = self._random.choice(list(paths(payload)))
        if path and self._random.random() < 0.2:
            *front, last = path
            parent = payload
            for step in front:
                parent = parent[step]
            if isinstance(parent, dict):
                rest = {key: value for key, value in parent.items() if key != last}
                return replaced(payload, tuple(front), rest)
        return replaced(payload, path, self._something())

    def _something(self) -> Json:
        """What nobody expects, or has not seen yet."""
        chance = self._random.random()
        if chance < 0.6:
            return self._random.choice(RARE)
        number = self._random.getrandbits(self._random.choice((6, 20, 31, 62)))
        return number if chance < 0.8 else f"n{number}"

    def _envelope(self) -> str:
        action, payload = self._call()
        kind: Json = self._random.choice((0, 1, 2, 2, 2, 3, 4, 5, 6, 7, -2, "2", 2.0, 2.5, None, True, [2], 2**70))
        name: Json = self._random.choice((self._id(), 7, None, "", "i" * 36, "i" * 129, {}, "\ud800", "a\nb"))
        parts = [kind, name, self._random.choice((action, action.lower(), 5, None, "", "a\nb", "\ud800")), payload]
        parts = parts[: self._random.randint(0, 4)] + [{}] * self._random.choice((0, 0, 1, 3))
        if self._random.random() < 0.1:
            self._random.shuffle(parts)
        return json.dumps(parts)

    def _bytes(self) -> bytes:
        data = bytearray(self._good().encode())
        for _ in range(self._random.choice((1, 1, 2, 8))):
            at = self._random.randrange(len(data) + 1)
            match self._random.randrange(4):
                case 0:
                    data[at : at + 1] = self._random.randbytes(1)
                case 1:
                    data[at:at] = self._random.randbytes(self._random.randint(1, 4))
                case 2:
                    del data[at:]
                case _:
                    del data[at : at + self._random.randint(1, 20)]
        return bytes(data)

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.choice((0, 1, 7, 60, 900)))

    def _answer_to_nothing(self) -> str:
        if self._random.random() < 0.5:
            return json.dumps([3, self._id(), self._random.choice(RARE)])
        return json.dumps([4, self._id(), "GenericError", "", {}][: self._random.randint(1, 5)])

    def _without_reply(self) -> str:
        """What OCPP 2.1 knows besides: the error to an answer of ours (5), and a message that wants no answer (6)."""
        if self._random.random() < 0.5:
            return json.dumps([5, self._id(), "FormatViolation", "", {}][: self._random.randint(2, 5)])
        action, payload = self._call()
        return json.dumps([6, self._id(), action, payload][: self._random.randint(2, 4)])

    def _nested(self) -> str:
        depth = self._random.choice((50, 500, 1200, 20_000))
        inner = self._random.choice(("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth))
        return f'[2,"{self._id()}","MeterValues",{inner}]' if self._random.random() < 0.7 else inner

    def _long(self) -> str:
        action, payload = self._call()
        filler: Json = self._random.choice(("y" * 60_000, list(range(9_000)), {f"k{n}": n for n in range(4_000)}))
        path = self._random.choice(list(paths(payload)))
        return json.dumps([2, self._id(), action, replaced(payload, path, filler)])

    def _doubled(self) -> str:
        """Every key of a payload twice, with something else the second time."""
        action, payload = self._call()
        inside = json.dumps(payload)[1:-1]
        other = json.dumps(self._spoil(payload))
        both = f"{{{inside}, {other[1:-1]}}}" if other.startswith("{") and inside and len(other) > 2 else other
        return f'[2,"{self._id()}","{action}",{both}]'
