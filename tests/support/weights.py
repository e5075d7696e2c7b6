"""The embedded model's weights for tests that run the real engine; fetched when they are not in the cache."""

from functools import cache
from pathlib import Path

from arena.settings import Settings
from arena.weights import fetch


@cache
def model_path() -> Path:
    return fetch(Settings(_env_file=None).cache_dir, lambda _line: None)
