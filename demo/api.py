"""Home Assistant's HTTP and WebSocket interfaces, as much of them as setting up and watching a demo takes."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType

from .errors import DemoError

TIMEOUT: Final = ClientTimeout(total=60)
WEBSOCKET_MAXIMUM: Final = 64 * 1024 * 1024
"""The entity registry of a large home is megabytes."""


class Api:
    """Talks to one Home Assistant; opens a connection for each question, so that a restart needs no care."""

    def __init__(self, url: str, session: ClientSession) -> None:
        """`token` is set once it is known."""
        self.url = url
        self.token: str | None = None
        self._session = session

    async def get(self, path: str) -> Any:
        """GET a JSON document.

        Raises:
            DemoError: no answer, or an error.

        """
        return await self._request("GET", path)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST JSON; as `get`."""
        return await self._request("POST", path, json=body or {})

    async def delete(self, path: str) -> Any:
        """DELETE; as `get`."""
        return await self._request("DELETE", path)

    async def post_form(self, path: str, fields: Mapping[str, str]) -> Any:
        """POST a form; as `get`."""
        return await self._request("POST", path, data=fields)

    async def answers(self) -> bool:
        """Whether the HTTP server is there at all."""
        try:
            async with self._session.get(f"{self.url}/manifest.json", timeout=ClientTimeout(total=2)) as response:
                return response.status < 500
        except ClientError, OSError, TimeoutError:
            return False

    async def command(self, kind: str, **fields: Any) -> Any:
        """One WebSocket command and its result.

        Raises:
            DemoError: no answer, or an error.

        """
        try:
            async with self._session.ws_connect(f"{self.url}/api/websocket", max_msg_size=WEBSOCKET_MAXIMUM) as socket:
                await socket.receive_json(timeout=30)
                await socket.send_json({"type": "auth", "access_token": self.token})
                await socket.receive_json(timeout=30)
                await socket.send_json({"id": 1, "type": kind, **fields})
                while True:
                    message = await socket.receive(timeout=60)
                    if message.type is not WSMsgType.TEXT:
                        raise DemoError(f"Home Assistant closed the connection during {kind}")
                    answer = message.json()
                    if answer.get("id") == 1 and answer["type"] == "result":
                        break
        except (ClientError, OSError, TimeoutError, TypeError) as error:
            raise DemoError(f"Home Assistant did not answer {kind}: {error!r}") from None
        if not answer["success"]:
            raise DemoError(f"Home Assistant refused {kind}: {answer['error']}")
        return answer["result"]

    async def _request(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self._session.request(
                method, f"{self.url}{path}", headers=headers, timeout=TIMEOUT, **body
            ) as response:
                if response.status >= 400:
                    raise DemoError(
                        f"Home Assistant answered {method} {path} with {response.status}: {await response.text()}"
                    )
                return await response.json(content_type=None)
        except (ClientError, OSError, TimeoutError) as error:
            raise DemoError(f"Home Assistant did not answer {method} {path}: {error!r}") from None
