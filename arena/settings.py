"""The settings, from environment variables and a `.env` file. Nothing else in this program reads the environment."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from arena.errors import ConfigError
from arena.models import Pacing
from arena.validation import did_you_mean, expectation

PREFIX = "ARENA_"
ENV_FILE = ".env"
LOCAL_DATA = Path("data")
DATABASE_FILE = "arena.db"

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]


def _rate_limit(value: str) -> str:
    if value.lower() == "none":
        return ""
    try:
        parse_many(value)
    except ValueError as error:
        raise ValueError("expected for example 20/minute;300/hour, or none") from error
    return value


def _web_address(value: str) -> str:
    if not value:
        return value  # a default is looked at too
    parts = urlsplit(value)
    plain = f"{parts.scheme}://{parts.netloc}{parts.path}" == value and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise ValueError("expected an address such as https://arena.example.org")
    return value.rstrip("/")


def _with_commas(value: object) -> object:
    """A tuple out of what stands between commas in a variable."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_with_commas)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
RateLimit = Annotated[str, AfterValidator(_rate_limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDir:
    """Where data is kept; `warning` says why it is not where the settings wanted it, and is empty when it is."""

    path: Path
    warning: str = ""


def _default_server_name(known: dict[str, Any]) -> str:
    # A Space is reached through a proxy on another address; everywhere else, being seen by others is a decision.
    return "0.0.0.0" if known.get("space_id") else "127.0.0.1"  # noqa: S104


def _default_cache_dir(known: dict[str, Any]) -> Path:
    try:
        return Path(known.get("xdg_cache_home") or "~/.cache").expanduser() / "blindfold"
    except RuntimeError:  # a user without a home, as in some containers
        return Path(tempfile.gettempdir()) / "blindfold"


class Settings(BaseSettings):
    """Every setting of the arena; each field is the variable `ARENA_<FIELD>`, or the one that it names.

    Raises `ConfigError` with one line per wrong variable. `_env_file=None` leaves out the file.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    # First, because pydantic makes no default from other fields after a wrong one, and would complain of that too.
    space_id: str = Field("", validation_alias="SPACE_ID")
    xdg_cache_home: str = Field("", validation_alias="XDG_CACHE_HOME")
    cache_dir: Path = Field(default_factory=_default_cache_dir)
    server_name: str = Field(default_factory=_default_server_name, validation_alias="GRADIO_SERVER_NAME")

    contestants: str = "embedded"
    vllm_python: str = ""
    database_url: str = Field("", repr=False)  # it may hold a password
    data_dir: Path = LOCAL_DATA
    pacing: Pacing = Pacing.MATCHED
    pace_chars_per_second: Seconds = 80.0
    secret: SecretStr = SecretStr("")
    admin_token: SecretStr = SecretStr("")
    max_prompt_chars: Count = 4000
    max_turns: Count = 20
    max_comment_chars: Count = 1000
    first_token_timeout_s: Seconds = 60.0
    idle_timeout_s: Seconds = 20.0
    answer_timeout_s: Seconds = 600.0
    connect_timeout_s: Seconds = 5.0
    probe_interval_s: Seconds = 30.0
    grace_s: Seconds = 5.0
    lease_s: Seconds = 6.0
    max_live_battles: Count = 100
    max_waiting: int = Field(200, ge=0)
    leaderboard_ttl_s: Seconds = 120.0
    log_prompts: bool = False
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    allowed_origins: Listed = ()
    in_frame: bool | None = None
    limit_rater: RateLimit = "20/minute;300/hour"
    limit_address: RateLimit = "200/minute;3000/hour"
    limit_all: RateLimit = "3000/minute"
    check_votes: bool = True
    check_addresses: bool = True
    proxies: int = Field(0, ge=0, le=10)
    retention_days: int | None = Field(None, gt=0)
    password: SecretStr = SecretStr("")
    login: Literal["none", "huggingface"] = "none"
    login_allowed: Listed = ()
    public_url: WebAddress = ""
    # These have the names under which a Hugging Face Space gives them.
    oauth_client_id: str = Field("", validation_alias="OAUTH_CLIENT_ID")
    oauth_client_secret: SecretStr = Field(SecretStr(""), validation_alias="OAUTH_CLIENT_SECRET")
    oauth_scopes: str = Field("openid profile", validation_alias="OAUTH_SCOPES")
    openid_provider_url: WebAddress = Field("https://huggingface.co", validation_alias="OPENID_PROVIDER_URL")
    space_host: str = Field("", validation_alias="SPACE_HOST")
    server_port: int = Field(7860, ge=1, le=65535, validation_alias="GRADIO_SERVER_PORT")

    _variables: Mapping[str, str] = PrivateAttr(default_factory=dict)
    """All variables: those that hold contestants' keys have names that nobody knows beforehand."""

    def __init__(self, _env_file: str | Path | None = ENV_FILE, **values: Any) -> None:
        try:
            super().__init__(_env_file=_env_file, **values)
        except ValidationError as error:
            lines = [_sentence(wrong) for wrong in error.errors(include_url=False)]
            raise ConfigError("\n".join(lines)) from error
        self._variables = _variables(_env_file)
        self._refuse_half_a_login()

    @field_validator("data_dir", "cache_dir")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("expected at least 16 characters, or nothing for one that is made once and kept")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if (
                parts.scheme not in ("http", "https")
                or origin != f"{parts.scheme}://{parts.netloc}"
                or not parts.netloc
            ):
                raise ValueError(
                    f"expected origins such as https://example.org, with commas between them, not {origin!r}"
                )
        return origins

    @field_validator("login_allowed")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[\w.-]+", name, re.ASCII):
                raise ValueError(f"expected names of accounts or organisations with commas between them, not {name!r}")
        return names

    @field_validator("openid_provider_url")
    @classmethod
    def _encrypted(cls, value: str) -> str:
        if value.startswith("http://") and urlsplit(value).hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("expected an address that begins with https://")
        return value

    @field_validator("oauth_scopes")
    @classmethod
    def _scopes(cls, value: str) -> str:
        if not {"openid", "profile"} <= set(value.split()):
            raise ValueError("expected openid and profile among the scopes")
        return value

    def _refuse_half_a_login(self) -> None:
        """Raises `ConfigError` where people would be let in otherwise than the operator thinks."""
        if self.login == "none":
            if self.login_allowed:
                raise ConfigError("ARENA_LOGIN_ALLOWED: who may log in says nothing without ARENA_LOGIN=huggingface")
            return
        if self.password.get_secret_value():
            raise ConfigError(
                "ARENA_PASSWORD and ARENA_LOGIN are both set; expected one (ARENA_LOGIN_ALLOWED says who)"
            )
        needed = {
            "OAUTH_CLIENT_ID": self.oauth_client_id,
            "OAUTH_CLIENT_SECRET": self.oauth_client_secret.get_secret_value(),
            "ARENA_PUBLIC_URL": self.public_address,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise ConfigError(
                f"ARENA_LOGIN=huggingface also needs {', '.join(missing)}; "
                "on a Space `hf_oauth: true` in README.md gives what begins with OAUTH"
            )

    @property
    def public_address(self) -> str:
        """Where people reach the arena: as it is set, else the Space's; empty when nobody has said it."""
        host = self.space_host.split(",")[0].strip()  # the first of several is the one that the provider knows
        return self.public_url or (f"https://{host}" if host else "")

    @property
    def framed(self) -> bool:
        """Whether the pages are shown inside another site's frame, as a Space is."""
        return bool(self.space_id) if self.in_frame is None else self.in_frame

    @cached_property
    def resolved_data_dir(self) -> DataDir:
        """The data directory, made and tried out; a local one with a warning where the wanted one cannot be written."""
        problem = _unwritable(self.data_dir)
        if not problem:
            return DataDir(path=self.data_dir.resolve())
        second = _unwritable(LOCAL_DATA)
        if second:
            raise ConfigError(
                f"ARENA_DATA_DIR: nothing can be written to {self.data_dir} ({problem}); expected a folder of your own"
            )
        warning = f"{self.data_dir} cannot be written to ({problem}); data goes to {LOCAL_DATA.resolve()}"
        return DataDir(path=LOCAL_DATA.resolve(), warning=warning)

    @property
    def resolved_database_url(self) -> str:
        """The database's URL: the one that is set, or an SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.resolved_data_dir.path / DATABASE_FILE}"

    @property
    def unknown_variables(self) -> tuple[str, ...]:
        """A sentence for each `ARENA_` variable that no setting reads: most likely a slip of the keys."""
        known = {PREFIX + name.upper() for name, field in type(self).model_fields.items() if not field.validation_alias}
        found = {name.upper() for name in self._variables if name.upper().startswith(PREFIX)}
        return tuple(f"{name} is not a setting{did_you_mean(name, known)}" for name in sorted(found - known))

    def api_key(self, name: str) -> str | None:
        """The value of the variable of this name; None when it is not set, or set to nothing."""
        return self._variables.get(name) or None


def _variables(env_file: str | Path | None) -> Mapping[str, str]:
    """The environment over the file, as pydantic-settings does it."""
    from_file = dotenv_values(env_file) if env_file is not None else {}
    return {**{name: value for name, value in from_file.items() if value is not None}, **os.environ}


def _sentence(wrong: ErrorDetails) -> str:
    """One line for one wrong variable: its name, its value unless that is a secret, and what was expected."""
    name = str(wrong["loc"][0])
    field = Settings.model_fields.get(name)
    variable = PREFIX + name.upper() if field is not None else name
    secret = field is not None and field.annotation is SecretStr
    value = "" if secret else f" is {wrong['input']!r}"
    return f"{variable}{value}: {expectation(wrong)}"


def _unwritable(path: Path) -> str:
    """Why nothing can be written to a directory, which is made if need be; empty when something can."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__
