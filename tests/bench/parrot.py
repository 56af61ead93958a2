"""What a process can be asked in tests."""

from bench.ocpp_remote import Usage
from bench.result import BenchError


class Parrot(Usage):
    def say(self, word: str) -> str:
        return word

    async def fail(self, word: str) -> None:
        raise BenchError(word)

    async def fall(self) -> None:
        raise ZeroDivisionError
