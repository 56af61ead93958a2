"""A charger that speaks HTTP."""

from typing import Any, override

from aiohttp import web

from .emulator import Emulator


class WebEmulator(Emulator):
    """Its subclasses add their routes to `routes`. A handler that returns JSON calls `web.json_response`."""

    def __init__(self) -> None:
        super().__init__()
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """What it answers to."""
        raise NotImplementedError

    @override
    async def start(self) -> None:
        self.ending.clear()
        app = web.Application(middlewares=[self._misbehave])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    @override
    async def stop(self) -> None:
        self.ending.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests += 1
        self.open_requests += 1
        self.most_open_requests = max(self.most_open_requests, self.open_requests)
        try:
            if self.silent:
                await self.ending.wait()
            if self.garbage is not None:
                return web.Response(body=self.garbage)
            answer: web.StreamResponse = await handler(request)
            return answer
        finally:
            self.open_requests -= 1
