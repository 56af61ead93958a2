"""What a transaction is called here and at the operator's (OCPP 1.6, where the csms gives the name)."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_REMEMBERED: Final = 256

UNKNOWN_ID: Final = -1
"""What stations say that never learned their transaction's id: no operator gives it."""


@dataclass(slots=True)
class Name:
    """The operator's id, once it has given one. `told`: that it ended has been taken in; `lost`: no id will come."""

    operator_id: int | None = None
    told: bool = False
    lost: bool = False


class Names:
    """By our own id (a text). Those that are long over are forgotten."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, Name] = OrderedDict()

    def begin(self, ours: str) -> bool:
        """A transaction begins that the operator is to hear of. False where that is no news."""
        if ours in self._names:
            return False
        self._names[ours] = Name()
        if len(self._names) > _REMEMBERED:
            old = next((name for name, entry in self._names.items() if entry.told), None)
            self._names.pop(old or next(iter(self._names)))
        return True

    def get(self, ours: str) -> Name | None:
        """What is known of it; None where the operator never heard of it."""
        return self._names.get(ours)

    def ours(self, operator_id: int) -> str | None:
        """Our id of a transaction that the operator names."""
        return next((ours for ours, name in reversed(self._names.items()) if name.operator_id == operator_id), None)

    def dump(self) -> dict[str, Any]:
        """Plain data."""
        return {ours: [name.operator_id, name.told, name.lost] for ours, name in self._names.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept; what cannot be read is left out."""
        for ours, plain in kept.items():
            match plain:
                case [int() | None as operator_id, bool() as told, bool() as lost]:
                    self._names.setdefault(ours, Name(operator_id, told, lost))
                case _:
                    continue
