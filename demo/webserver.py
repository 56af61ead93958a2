"""A small web server on the loopback, for stations that speak HTTP."""

from collections.abc import Iterable

from aiohttp import web


class WebServer:
    """Answers these routes between `start` and `stop`."""

    def __init__(self, routes: Iterable[web.RouteDef]) -> None:
        app = web.Application()
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)

    async def start(self, port: int) -> int:
        """Listen there, or on any free port where that is 0; the port."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        found: int = self._runner.addresses[0][1]
        return found

    async def stop(self) -> None:
        """Listen no more, and close all connections."""
        await self._runner.cleanup()
