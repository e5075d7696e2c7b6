"""The store of studies: the contract, on each kind of database."""

from __future__ import annotations

import pytest
from alembic import command

from arena.study_ports import StudyStore
from storage.schema import migration_config
from storage.study_store import SqlStudyStore
from tests.storage.conftest import OpenStore
from tests.storage.contract_studies import StudiesContract
from tests.storage.sample import cast, reread
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.integration


class TestStudiesOnAFile(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore, url: str) -> StudyStore:
        return SqlStudyStore(open_store(url))


class TestStudiesInMemory(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore) -> StudyStore:
        return SqlStudyStore(open_store("sqlite://"))


class TestStudiesOnPostgres(StudiesContract):
    @pytest.fixture
    def studies(self, open_store: OpenStore, postgres: PostgresServer) -> StudyStore:
        return SqlStudyStore(open_store(postgres.new_database()))


async def test_a_database_with_battles_is_migrated_with_everything_in_it(open_store: OpenStore, url: str) -> None:
    old = open_store(url)
    with old.database.write() as connection:
        command.downgrade(migration_config(connection), "0003")
    battle = await cast(old)
    old.close()
    new = open_store(url)
    assert await reread(new, battle) == battle
    with new.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
