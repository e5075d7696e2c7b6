"""What every store must do. A test module subclasses `StoreContract` and says in a `store` fixture which store."""

from __future__ import annotations

from tests.storage.contract_battles import EndingsContract, RatersContract, TurnsContract
from tests.storage.contract_votes import ErasureContract, VotesContract


class StoreContract(RatersContract, TurnsContract, EndingsContract, VotesContract, ErasureContract):
    """All of it."""
