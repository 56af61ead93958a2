"""In which style stations of one vendor, model and firmware take limits: found out with one, true of the next."""

from collections import OrderedDict
from typing import Final

from .records import ProfileStyle, StationInfo

_REMEMBERED: Final = 64

type _Kind = tuple[str, str, str]


class Lessons:
    """What was learned, by vendor, model and firmware. One for all stations."""

    def __init__(self) -> None:
        self._styles: OrderedDict[_Kind, ProfileStyle] = OrderedDict()

    def get(self, info: StationInfo) -> ProfileStyle | None:
        """The style for stations of this kind; None where nothing was learned."""
        return self._styles.get(_kind(info))

    def keep(self, info: StationInfo | None, style: ProfileStyle) -> None:
        """A station of this kind said yes to a limit in this style. One that does not say what it is teaches nothing."""
        if info is None or not any(_kind(info)):
            return
        self._styles[_kind(info)] = style
        self._styles.move_to_end(_kind(info))
        if len(self._styles) > _REMEMBERED:
            self._styles.popitem(last=False)


def _kind(info: StationInfo) -> _Kind:
    return info.vendor, info.model, info.firmware
