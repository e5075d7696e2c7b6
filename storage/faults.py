"""The one seam where a driver's errors become ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from arena.errors import LiveBattleExists, StateConflict, StoreError, StoreUnavailable
from storage.tables import LIVE_BATTLE_INDEX

_SQLITE_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOTADB,
    }
)
_READ_ONLY_TRANSACTION = frozenset({"25006", "0A000"})
"""PostgreSQL's SQLSTATEs for a write, or its beginning, on a standby, which its driver does not call operational."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver raises inside into an error of `arena.errors`."""
    try:
        yield
    except IntegrityError as error:
        raise _conflict(error) from error
    except PoolTimeout as error:
        raise StoreUnavailable("no connection to the database became free in time") from error
    except DBAPIError as error:
        raise _failure(error, error.orig) from error
    except sqlite3.Error as error:  # from the few calls that go past SQLAlchemy
        raise _failure(error, error) from error


def _conflict(error: IntegrityError) -> StoreError:
    if LIVE_BATTLE_INDEX in str(error.orig) or "battle.rater_id" in str(error.orig):
        return LiveBattleExists("this rater has a live battle")
    return StateConflict(f"the change does not fit what is stored: {error.orig}")


def _failure(error: Exception, cause: BaseException | None) -> StoreError:
    message = f"the database did not do it: {cause}"
    return StoreUnavailable(message) if _may_be_tried_again(error, cause) else StoreError(message)


def _may_be_tried_again(error: Exception, cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in _SQLITE_UNAVAILABLE  # the low byte is the primary code
    if getattr(cause, "sqlstate", None) in _READ_ONLY_TRANSACTION:
        return True
    return isinstance(error, (OperationalError, InterfaceError))
