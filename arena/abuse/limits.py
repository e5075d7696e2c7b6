"""How much a person, a network and everybody together may ask for, and when to come back.

The windows and their arithmetic are those of the library `limits`. Counts are kept in this process where it is the only
one (SQLite), and in the database where several share it (PostgreSQL).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from limits import RateLimitItem, parse_many
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from arena.errors import Refusal, UserError
from arena.ports import Clock, Store


class Act(StrEnum):
    """What is limited. `prompt`: sends and retries; `word`: comments and reports; `code`: erasing and exporting.

    `login`: logins that came to nothing; `login_state`: uses of one login's state.
    """

    PROMPT = "prompt"
    WORD = "word"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    LOGIN = "login"
    LOGIN_STATE = "login_state"


@dataclass(frozen=True, slots=True)
class Limit:
    """One act's limits in the library's words, such as "20/minute;300/hour"; empty for none."""

    rater: str = ""
    address: str = ""
    everybody: str = ""


FIXED_LIMITS: Mapping[Act, Limit] = {
    Act.WORD: Limit(rater="30/minute"),
    Act.CODE: Limit(address="20/minute", everybody="300/minute"),
    Act.PASSWORD: Limit(address="20/minute"),
    Act.LOGIN: Limit(address="20/minute"),
    Act.LOGIN_STATE: Limit(rater="1/hour"),
}
"""What no person comes near."""


def read_limits(text: str) -> Sequence[RateLimitItem]:
    """The windows of a limit. Raises `ValueError` for what is not one."""
    return parse_many(text) if text else ()


class Limiter:
    """Counts acts and refuses those that are too many."""

    def __init__(self, limits: Mapping[Act, Limit], storage: Storage, clock: Clock) -> None:
        self._windows = {
            act: {who: read_limits(getattr(limit, who)) for who in ("rater", "address", "everybody")}
            for act, limit in limits.items()
        }
        self._strategy = FixedWindowRateLimiter(storage)
        self._clock = clock

    async def check(self, act: Act, rater: str | None, address: str = "", *, count: bool = True) -> None:
        """Count an act, or only look. Raises `UserError` with the seconds after which it is possible again."""
        allowed = self._strategy.hit if count else self._strategy.test
        for who, name in (("rater", rater), ("address", address), ("everybody", "all")):
            if not name:
                continue
            for window in self._windows.get(act, {}).get(who, ()):
                if not await allowed(window, act.value, who, name):
                    stats = await self._strategy.get_window_stats(window, act.value, who, name)
                    wait = math.ceil(stats.reset_time - self._clock.now().timestamp())
                    raise UserError(Refusal.TOO_MANY, seconds=max(1, wait))


class _Counts(Storage):
    """What the library asks of a storage besides counting."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """Errors that the library would wrap; ours have their own tree and are left as they are."""
        return OSError

    async def check(self) -> bool:
        """Whether it can be used; one that cannot says so when it is."""
        return True

    async def get(self, key: str) -> int:
        """How many requests the window has had."""
        return (await self._window(key))[0]

    async def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        return (await self._window(key))[1].timestamp()

    async def _window(self, key: str) -> tuple[int, datetime]:
        return await self._found(key) or (0, self._clock.now())

    @abstractmethod
    async def _found(self, key: str) -> tuple[int, datetime] | None: ...


class ProcessCounts(_Counts):
    """Counts of this process."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._windows: dict[str, tuple[int, datetime]] = {}
        self._tidy_at = clock.now()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a request."""
        now = self._clock.now()
        self._tidy(now)
        n, until = self._windows.get(key, (0, now))
        n, until = (n, until) if until > now else (0, now + timedelta(seconds=expiry))
        self._windows[key] = (n + amount, until)
        return n + amount

    async def _found(self, key: str) -> tuple[int, datetime] | None:
        window = self._windows.get(key)
        return window if window and window[1] > self._clock.now() else None

    async def reset(self) -> int | None:
        """Forget all."""
        n = len(self._windows)
        self._windows.clear()
        return n

    async def clear(self, key: str) -> None:
        """Forget one window."""
        self._windows.pop(key, None)

    def _tidy(self, now: datetime) -> None:
        """Once a minute: otherwise everybody who ever came would be remembered."""
        if now >= self._tidy_at:
            self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
            self._tidy_at = now + timedelta(minutes=1)


class SharedCounts(_Counts):
    """Counts in the database, for several processes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(clock)
        self._store = store

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a request."""
        now = self._clock.now()
        return await self._store.count_request(key, amount, now + timedelta(seconds=expiry), now)

    async def _found(self, key: str) -> tuple[int, datetime] | None:
        return await self._store.requests_counted(key, self._clock.now())

    async def reset(self) -> int | None:
        """Not for this storage: other processes count there too."""
        return None

    async def clear(self, key: str) -> None:
        """Let a window end now."""
        now = self._clock.now()
        await self._store.count_request(key, 0, now, now)
