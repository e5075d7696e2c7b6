"""Addresses are never kept, only keyed hashes of their prefixes that change daily."""

from datetime import UTC, datetime, timedelta

import pytest

from arena.abuse.address import address_hash, client_address
from arena.keys import Keys

KEYS = Keys("a secret of this test only")
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


def hashed(address, now=NOW, keys=KEYS):
    return address_hash(address, keys, now)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("8.8.8.8", "8.8.8.200", True),
        ("8.8.8.8", "8.8.9.8", False),
        ("2a00:1450:4001:800::1", "2a00:1450:4001:8ff::1", True),
        ("2a00:1450:4001:800::1", "2a00:1450:4002:800::1", False),
        ("::ffff:8.8.8.8", "8.8.8.8", True),
    ],
)
def test_neighbours_share_a_hash(one, other, same):
    assert (hashed(one) == hashed(other)) is same


def test_the_hash_changes_with_the_day_and_the_secret_and_does_not_tell_the_address():
    assert hashed("8.8.8.8") == hashed("8.8.8.8", NOW + timedelta(hours=11))
    assert hashed("8.8.8.8") != hashed("8.8.8.8", NOW + timedelta(days=1))
    assert hashed("8.8.8.8") != hashed("8.8.8.8", keys=Keys("another secret altogether"))
    assert "8.8" not in hashed("8.8.8.8")


@pytest.mark.parametrize(
    "address", ["", "testclient", "127.0.0.1", "10.1.2.3", "192.168.0.7", "::1", "fe80::1", "fd00::1"]
)
def test_an_address_that_says_nothing_is_not_known(address):
    assert hashed(address) == ""


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        (["9.9.9.9"], 0, "1.1.1.1"),  # without a proxy of ours the header is the sender's own
        (["9.9.9.9, 8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9", "8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9, 8.8.8.8, 7.7.7.7"], 2, "8.8.8.8"),
        ([], 1, ""),
        (["8.8.8.8"], 2, ""),
    ],
)
def test_only_what_our_own_proxies_added_is_believed(forwarded, proxies, expected):
    assert client_address("1.1.1.1", forwarded, proxies) == expected
