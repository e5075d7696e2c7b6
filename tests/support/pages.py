"""A browser's page without the browser: the same requests in the same order, and the same connections kept open."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from arena.ids import new_id


@dataclass
class Page:
    """An open battle page of one person."""

    url: str
    session: aiohttp.ClientSession
    config: dict[str, Any]
    name: str = field(default_factory=lambda: new_id()[:11])
    open: list[asyncio.Task[None]] = field(default_factory=list)

    async def fire(self, elem_id: str, event: str, *data: Any) -> dict[str, Any]:
        """Do what a click does; what changed, by the elem_id of the component."""
        call = self._wired_to(elem_id, event)
        body = {"data": list(data), "fn_index": call["id"], "session_hash": self.name, "trigger_id": None}
        async with self.session.post(f"{self.url}/gradio_api/run/predict", json=body) as response:
            answer = json.loads(await response.read())
            assert response.status == 200, answer
        return dict(zip(map(self._elem_id, call["outputs"]), answer["data"], strict=True))

    def stay(self, path: str) -> None:
        """Keep a stream open, as a page does."""
        self.open.append(asyncio.create_task(self._read(path)))

    async def follow_to_end(self, battle: str) -> None:
        """Keep the battle's stream open until it says that the turn has ended."""
        async with self.session.get(f"{self.url}/arena/events/{battle}") as response:
            async for line in response.content:
                if line == b"event: end\n":
                    return

    async def close(self) -> None:
        """Close the tab: its connections are cut."""
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)
        await self.session.close()

    def _wired_to(self, elem_id: str, event: str) -> dict[str, Any]:
        for call in self.config["dependencies"]:
            if any(name == event and self._elem_id(target) == elem_id for target, name in call["targets"]):
                return dict(call)
        raise LookupError(f"nothing happens at {event} of {elem_id}")

    def _elem_id(self, component: int) -> str:
        found = next((c for c in self.config["components"] if c["id"] == component), None)
        return str(found["props"].get("elem_id") or component) if found else ""

    async def _read(self, path: str) -> None:
        async with self.session.get(f"{self.url}{path}") as response:
            async for _ in response.content:
                pass


async def open_page(url: str) -> Page:
    """Open the battle page as a new person."""
    jar = aiohttp.CookieJar(unsafe=True)
    session = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=300))
    async with session.get(f"{url}/config") as response:
        config = await response.json()
    page = Page(url, session, config)
    page.stay(f"/gradio_api/heartbeat/{page.name}")
    return page
