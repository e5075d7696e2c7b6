"""The store of studies: the contract, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command

from arena.ids import new_id
from arena.study_ports import StudyStore
from storage.schema import migration_config
from storage.store import SqlStore
from storage.study_store import SqlStudyStore
from tests.storage import postgres
from tests.storage.conftest import OpenStore
from tests.storage.contract import StoreContract
from tests.storage.contract_studies import StudiesContract
from tests.storage.sample import cast, reread

pytestmark = pytest.mark.integration

NEEDS_POSTGRES = pytest.mark.skipif(not postgres.installed(), reason="PostgreSQL's programs are not installed here")


class TestStudiesOnAFile(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore, url: str) -> StudyStore:
        return SqlStudyStore(open_store(url))


class TestStudiesInMemory(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore) -> StudyStore:
        return SqlStudyStore(open_store("sqlite://"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == folder.stat().st_uid and str(parent).startswith(str(folder.parents[1])):
            parent.chmod(0o755)
    with postgres.server(folder) as url:
        yield url


@pytest.fixture
def postgres_url(server: str) -> str:
    return postgres.new_database(server, f"t{new_id()[:8]}")


@NEEDS_POSTGRES
class TestStudiesOnPostgres(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore, postgres_url: str) -> StudyStore:
        return SqlStudyStore(open_store(postgres_url))


@NEEDS_POSTGRES
class TestBattlesOnPostgres(StoreContract):
    @pytest.fixture
    def store(self, open_store: OpenStore, postgres_url: str) -> SqlStore:
        return open_store(postgres_url)


async def test_a_database_with_battles_is_migrated_with_everything_in_it(open_store: OpenStore, url: str) -> None:
    old = open_store(url)
    with old.database.write() as connection:
        command.downgrade(migration_config(connection), "0001")
    battle = await cast(old)
    old.close()
    new = open_store(url)
    assert await reread(new, battle) == battle
    with new.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
