"""Battles that are ready for their vote, put into a database before the arena starts; one person each."""

from __future__ import annotations

from dataclasses import dataclass

from arena.clock import SystemClock
from arena.ids import new_id
from arena.keys import COOKIE_NAME, Keys
from arena.ports import RaterDigests
from storage.database import open_database
from storage.store import SqlStore
from tests.storage.sample import make_rater, ready_battle

SECRET = "a secret of this test only"


@dataclass(frozen=True, slots=True)
class Ready:
    """A battle that waits for its vote, and what its person's browser knows."""

    battle: str
    cookie: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The request headers of this person."""
        return {"Cookie": f"{COOKIE_NAME}={self.cookie}"}


async def prepare(url: str, n: int) -> list[Ready]:
    """So many battles."""
    keys, store = Keys(SECRET), SqlStore(open_database(url))
    try:
        return [await _prepare_one(store, keys) for _ in range(n)]
    finally:
        store.close()


async def _prepare_one(store: SqlStore, keys: Keys) -> Ready:
    cookie = keys.new_cookie()
    digest = keys.rater_digest(cookie)
    assert digest is not None
    now = SystemClock().now()  # the arena ends battles that nobody has touched for a day
    rater_id = await make_rater(store, RaterDigests(digest, keys.erasure_digest(new_id())), now)
    battle = await ready_battle(store, rater_id, now=now)
    return Ready(battle.id, cookie, keys.vote_token(battle.id, digest))
