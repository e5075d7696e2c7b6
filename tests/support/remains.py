"""What people leave behind in an arena and in the model server after they have gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select

from arena.models import BattleState
from storage.database import open_database
from storage.tables import BattleRow
from tests.support.app import App

ADMIN_TOKEN = "token-of-this-test"
ESTABLISHED = "01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Counts that have to be what they were before anybody came."""

    turns: int
    sessions: int
    tasks: int
    connections: int
    leases: int


async def remains_of(arena: App, database: str) -> Remains:
    """What an arena holds on to now."""
    async with aiohttp.ClientSession(headers={"Connection": "close"}) as session:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with session.get(f"{arena.url}/healthz", headers=headers) as response:
            body: dict[str, Any] = await response.json()
    return Remains(**body["running"], connections=connections_to(arena), leases=leases_in(database))


def connections_to(arena: App) -> int:
    """How many clients have a connection to it, by the system's own table."""
    port = f"{int(arena.url.rpartition(':')[2]):04X}"
    lines = Path(f"/proc/{arena.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(f[1].endswith(f":{port}") and f[3] == ESTABLISHED for f in fields)


def leases_in(database: str) -> int:
    """How many battles a process still holds."""
    opened = open_database(database)
    held = (BattleRow.owner != "") | BattleRow.lease_until.is_not(None) | (BattleRow.state == BattleState.STREAMING)
    with opened.read() as connection:
        found = connection.scalar(select(func.count()).select_from(BattleRow).where(held))
    opened.close()
    return found or 0


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no memory")


async def until(what: Callable[[], Awaitable[bool]], within_s: float) -> float:
    """Wait until something is so; after how many seconds. Raises TimeoutError."""
    began = time.monotonic()
    while not await what():
        if time.monotonic() - began > within_s:
            raise TimeoutError(f"not after {within_s:.0f} s")
        await asyncio.sleep(0.25)
    return time.monotonic() - began
