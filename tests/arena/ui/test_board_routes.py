"""The leaderboard as files."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from arena.ui.board_keeper import BoardKeeper
from arena.ui.board_routes import board_routes
from tests.arena.ui.boards import FakeWork, at_once
from tests.arena.ui.test_board_keeper import Clock, Counts


@pytest.fixture
def store() -> Counts:
    return Counts()


@pytest.fixture
def client(store: Counts) -> TestClient:
    app = FastAPI()
    app.include_router(board_routes(BoardKeeper(store, FakeWork(), at_once, Clock(), 60.0)))
    return TestClient(app)


def test_csv_is_the_table_as_a_download(client: TestClient) -> None:
    response = client.get("/arena/leaderboard.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["name"] for row in rows] == ["x", "y"] and rows[0]["battles"] == "12.0"
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="leaderboard.csv"' in response.headers["content-disposition"]
    assert response.headers["cache-control"] == "no-store"


def test_json_says_how_it_was_made_and_what_does_not_count(client: TestClient) -> None:
    found = client.get("/arena/leaderboard.json").json()
    assert found["contestants"][0]["name"] == "x" and found["ci"] == "model"
    assert found["counted"] == 12 and found["not_counted"] == {"identity_leak": 3}
    assert found["intervals_computed_at"] is None and found["slice"] == "all"


def test_a_slice_that_is_not_there_is_one_sentence(client: TestClient) -> None:
    response = client.get("/arena/leaderboard.csv?slice=language:xx")
    assert response.status_code == 404 and "language:xx" in response.json()["error"]


def test_a_database_that_is_down_is_one_sentence(client: TestClient, store: Counts) -> None:
    store.down = True
    assert client.get("/arena/leaderboard.json").status_code == 503
