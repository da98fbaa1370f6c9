"""The pages behind links (case files, the governors' report), visited without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.paper.case_pages import CasePages
from tests.support.desk import Desk, inline

Client = TestClient[web.Request, web.Application]


def visiting(desk: Desk, story: Callable[[Client], Awaitable[None]]) -> None:
    """Run a story against the pages, on the clock of the desk."""

    async def told() -> None:
        app = web.Application()
        CasePages(desk.product.context, inline, lambda: desk.now).mount(app)
        async with TestClient(TestServer(app)) as client:
            await story(client)

    asyncio.run(told())
