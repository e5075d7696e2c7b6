"""What the model hub says of a model before gigabytes are waited for."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
from huggingface_hub import auth_check, try_to_load_from_cache
from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

Ask = Callable[[str], None]
"""Raises what `huggingface_hub.auth_check` raises."""


def is_cached(model: str) -> bool:
    """Whether a model has been downloaded, at least in part."""
    try:
        return isinstance(try_to_load_from_cache(model, "config.json"), str)
    except HFValidationError:
        return False


def hub_problem(model: str, ask: Ask = auth_check, cached: Callable[[str], bool] = is_cached) -> str:
    """Why a model cannot be had; empty when it can, or when the hub cannot be reached and so does not tell."""
    if cached(model):
        return ""
    try:
        ask(model)
    except GatedRepoError:
        return (
            f"{model} is gated: accept its licence on its page, then run `hf auth login`, or set HF_TOKEN to that "
            "account's token"
        )
    except (RepositoryNotFoundError, HFValidationError):
        return (
            f"there is no model {model} that you may see. Check serve.model: an id such as org/name, or a folder; a "
            "private one needs HF_TOKEN"
        )
    except (httpx2.HTTPError, OSError):
        return ""
    return ""
