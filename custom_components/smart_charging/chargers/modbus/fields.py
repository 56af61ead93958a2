"""Reads the fields of a profile's YAML, and says in which line something is wrong with one of them."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .profile import ProfileError

_MOST_CHARACTERS: Final = 64 * 1024
_INT, _FLOAT, _BOOL, _NULL = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


class Field:
    """One node, what to call it, and the line that it begins in: for one that has a name, that of the name."""

    def __init__(self, node: Node, name: str, profile: str, key: Node | None = None) -> None:
        self.node = node
        self.name = name
        self.profile = profile
        self.line: int = (key or node).start_mark.line + 1

    def wrong(self, message: str) -> ProfileError:
        """Say what is wrong here."""
        return ProfileError(self.profile, self.line, message)

    def text(self) -> str:
        """Give a text that is not empty, in one line."""
        if not isinstance(self.node, ScalarNode) or self.node.tag == _NULL or not self.node.value.strip():
            raise self.wrong(f"{self.name} has to be a text.")
        return " ".join(str(self.node.value).split())

    def number(self, least: float | None = None, most: float | None = None) -> float:
        """Give a number that is not beyond either; where there is a highest one, there is a least one too."""
        if not isinstance(self.node, ScalarNode) or self.node.tag not in {_INT, _FLOAT}:
            raise self.wrong(f"{self.name} has to be a number.")
        value = float(self._plain())
        if not (value >= (least if least is not None else value) and value <= (most if most is not None else value)):
            raise self.wrong(f"{self.name} is {value:g}, which is not {_within(least, most)}.")
        return value

    def integer(self, least: int | None = None, most: int | None = None) -> int:
        """Give a whole number that is not beyond either."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != _INT:
            raise self.wrong(f"{self.name} has to be a whole number.")
        return int(self.number(least, most))

    def truth(self) -> bool:
        """Give true or false."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != _BOOL:
            raise self.wrong(f"{self.name} has to be true or false.")
        return bool(self._plain())

    def word[E: StrEnum](self, words: type[E]) -> E:
        """Give one of these words."""
        try:
            return words(self.text())
        except ValueError:
            raise self.wrong(f"{self.name} has to be one of {', '.join(words)}, and not {self.text()!r}.") from None

    def raw(self) -> int | float | str:
        """Give a number or a text, whichever it is."""
        if isinstance(self.node, ScalarNode) and self.node.tag in {_INT, _FLOAT}:
            return self.integer() if self.node.tag == _INT else self.number()
        return self.text()

    def items(self) -> list[Field]:
        """Give the items of a list; of what is none, itself."""
        if isinstance(self.node, SequenceNode):
            return [Field(item, self.name, self.profile) for item in self.node.value]
        return [self]

    @property
    def has_fields(self) -> bool:
        """Whether it has fields of its own."""
        return isinstance(self.node, MappingNode)

    def fields(self) -> Fields:
        """Give its own fields."""
        if not isinstance(self.node, MappingNode):
            raise self.wrong(f"{self.name} has to have fields of its own.")
        return Fields(self.node, self)

    def _plain(self) -> int | float | bool:
        """What YAML makes of a scalar."""
        try:
            return cast("int | float | bool", yaml.constructor.SafeConstructor().construct_object(self.node))
        except ValueError:
            raise self.wrong(f"{self.name} has to be a number.") from None


class Fields:
    """The fields of one mapping. Whoever has taken all that he knows calls `end`, which refuses the others."""

    def __init__(self, node: MappingNode, of: Field) -> None:
        self.of = of
        self._known: list[str] = []
        self._fields: dict[str, Field] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else "?"
            if name in self._fields:
                raise Field(key, name, of.profile).wrong(f"{name} is there twice.")
            self._fields[name] = Field(value, name, of.profile, key)

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def need(self, name: str) -> Field:
        """Give this one, which has to be there."""
        field = self.get(name)
        if field is None:
            raise self.of.wrong(f"{name} is missing in {self.of.name}.")
        return field

    def get(self, name: str) -> Field | None:
        """Give this one, if it is there."""
        self._known.append(name)
        return self._fields.get(name)

    def take[T](self, name: str, read: Callable[[Field], T], default: T) -> T:
        """Read this one, if it is there."""
        field = self.get(name)
        return default if field is None else read(field)

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for name, field in self._fields.items():
            if name not in self._known:
                raise field.wrong(f"{name} is not known in {self.of.name}; known are {', '.join(sorted(self._known))}.")


def root(text: str, profile: str) -> Field:
    """Read a file's text. Raises `ProfileError`."""
    if len(text) > _MOST_CHARACTERS:
        raise ProfileError(profile, None, "The file is too long.")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ProfileError(
            profile, None if mark is None else mark.line + 1, f"This is no YAML: {error.problem}."
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ProfileError(profile, None, "This is no YAML.") from error
    if node is None:
        raise ProfileError(profile, None, "The file is empty.")
    return Field(node, "the profile", profile)


def texts(fields: Iterable[Field]) -> tuple[str, ...]:
    """Each as a text."""
    return tuple(field.text() for field in fields)


def _within(least: float | None, most: float | None) -> str:
    return f"at least {least:g}" if most is None else f"between {least:g} and {most:g}"
