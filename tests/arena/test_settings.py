import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from arena.errors import ConfigError
from arena.models import Pacing
from arena.settings import Settings

OTHERS = ("SPACE_ID", "SPACE_HOST", "XDG_CACHE_HOME", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT")
OTHERS += ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPES", "OPENID_PROVIDER_URL")
CLIENT = {"OAUTH_CLIENT_ID": "the-arena", "OAUTH_CLIENT_SECRET": "hush-hush"}
LOGIN = {"ARENA_LOGIN": "huggingface", "ARENA_PUBLIC_URL": "https://arena.example.org", **CLIENT}


@pytest.fixture(autouse=True)
def env(monkeypatch, tmp_path):
    """An environment without any of our variables, in an empty folder; call it to set some."""
    for name in list(os.environ):
        if name.upper().startswith("ARENA_") or name in OTHERS:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


def refusal(env, **variables):
    env(**variables)
    with pytest.raises(ConfigError) as refused:
        Settings()
    return str(refused.value)


def test_everything_has_a_default():
    settings = Settings()
    assert settings.contestants == "embedded"
    assert settings.pacing is Pacing.MATCHED
    assert (settings.server_name, settings.server_port) == ("127.0.0.1", 7860)
    assert settings.resolved_database_url == f"sqlite:///{Path.cwd() / 'data' / 'arena.db'}"
    assert not settings.framed
    assert settings.unknown_variables == ()


def test_variables_are_read_and_the_environment_beats_the_file(env):
    Path(".env").write_text("ARENA_MAX_TURNS=7\nARENA_PACING=natural\n")
    env(ARENA_MAX_TURNS="9", GRADIO_SERVER_PORT="8080", GRADIO_SERVER_NAME="0.0.0.0")
    settings = Settings()
    assert (settings.max_turns, settings.pacing) == (9, Pacing.NATURAL)
    assert (settings.server_name, settings.server_port) == ("0.0.0.0", 8080)


def test_the_file_can_be_left_out():
    Path(".env").write_text("ARENA_MAX_TURNS=7\n")
    assert Settings(_env_file=None).max_turns == 20


def test_an_empty_variable_is_as_good_as_none(env):
    env(ARENA_MAX_TURNS="", ARENA_DATABASE_URL="", ARENA_IN_FRAME="")
    settings = Settings()
    assert settings.max_turns == 20
    assert settings.in_frame is None


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ARENA_MAX_TURNS", "0", "ARENA_MAX_TURNS is '0': expected a number greater than 0"),
        ("ARENA_MAX_TURNS", "many", "ARENA_MAX_TURNS is 'many': expected a whole number"),
        ("ARENA_GRACE_S", "nan", "ARENA_GRACE_S is 'nan': expected a finite number"),
        ("ARENA_PACING", "fast", "ARENA_PACING is 'fast': expected 'matched' or 'natural'"),
        ("ARENA_LOG_PROMPTS", "maybe", "ARENA_LOG_PROMPTS is 'maybe': expected true or false"),
        ("ARENA_LOG_LEVEL", "loud", "ARENA_LOG_LEVEL is 'loud': expected 'debug', 'info', 'warning' or 'error'"),
        ("GRADIO_SERVER_PORT", "99999", "GRADIO_SERVER_PORT is '99999': expected a number less than or equal to 65535"),
        (
            "ARENA_ALLOWED_ORIGINS",
            "https://a.example,b.example",
            "ARENA_ALLOWED_ORIGINS is 'https://a.example,b.example': expected origins such as https://example.org, "
            "with commas between them, not 'b.example'",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable_its_value_and_what_was_expected(env, variable, value, message):
    assert refusal(env, **{variable: value}) == message


def test_every_wrong_variable_has_a_line(env):
    lines = refusal(env, ARENA_MAX_TURNS="0", ARENA_PACING="fast", GRADIO_SERVER_PORT="x").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["ARENA_PACING", "ARENA_MAX_TURNS", "GRADIO_SERVER_PORT"]


def test_secrets_are_neither_shown_nor_repeated_when_refused(env):
    assert "hush" not in refusal(env, ARENA_SECRET="hush")
    env(ARENA_SECRET="hush" * 5, ARENA_ADMIN_TOKEN="quiet", ARENA_DATABASE_URL="postgresql://u:hidden@h/d", KEY="k-1")
    settings = Settings()
    for text in (repr(settings), str(settings)):
        assert not {word for word in ("hush", "quiet", "hidden", "k-1") if word in text}
    assert settings.secret.get_secret_value() == "hush" * 5
    assert settings.resolved_database_url == "postgresql://u:hidden@h/d"


def test_a_slip_of_the_keys_is_told_with_the_name_that_was_meant(env):
    Path(".env").write_text("ARENA_PACEING=natural\n")
    env(ARENA_CONTESTANT="x.toml", ARENA_XYZZY_QQ="1", OTHER_THING="1")
    assert Settings().unknown_variables == (
        "ARENA_CONTESTANT is not a setting; did you mean ARENA_CONTESTANTS?",
        "ARENA_PACEING is not a setting; did you mean ARENA_PACING?",
        "ARENA_XYZZY_QQ is not a setting",
    )


def test_keys_of_contestants_come_from_the_environment_or_the_file(env):
    Path(".env").write_text("R1_KEY=from-file\nBOTH=from-file\n")
    env(BOTH="from-environment", EMPTY="")
    settings = Settings()
    assert settings.api_key("R1_KEY") == "from-file"
    assert settings.api_key("BOTH") == "from-environment"
    assert settings.api_key("EMPTY") is None
    assert settings.api_key("NEVER_SET") is None


def test_on_a_space_the_pages_are_framed_and_seen_by_its_proxy(env):
    env(SPACE_ID="someone/blindfold")
    settings = Settings()
    assert settings.framed
    assert settings.server_name == "0.0.0.0"
    env(ARENA_IN_FRAME="false", GRADIO_SERVER_NAME="127.0.0.1")
    settings = Settings()
    assert not settings.framed
    assert settings.server_name == "127.0.0.1"


def test_the_cache_is_where_the_desktop_wants_it(env, tmp_path):
    env(HOME=str(tmp_path / "home"))
    assert Settings().cache_dir == tmp_path / "home" / ".cache" / "blindfold"
    env(XDG_CACHE_HOME=str(tmp_path / "xdg"))
    assert Settings().cache_dir == tmp_path / "xdg" / "blindfold"
    env(ARENA_CACHE_DIR="~/weights")
    assert Settings().cache_dir == tmp_path / "home" / "weights"


def test_origins_are_separated_by_commas(env):
    env(ARENA_ALLOWED_ORIGINS="https://a.example, http://localhost:8000,")
    assert Settings().allowed_origins == ("https://a.example", "http://localhost:8000")


def test_a_data_directory_is_made(env, tmp_path):
    env(ARENA_DATA_DIR=str(tmp_path / "deep" / "data"))
    place = Settings().resolved_data_dir
    assert place.path == tmp_path / "deep" / "data"
    assert place.path.is_dir()
    assert place.warning == ""
    assert list(place.path.iterdir()) == []


def test_a_data_directory_that_cannot_be_written_gives_way_to_a_local_one_with_a_warning(env, tmp_path):
    (tmp_path / "file").write_text("in the way")
    env(ARENA_DATA_DIR=str(tmp_path / "file" / "data"))
    settings = Settings()
    assert settings.resolved_data_dir.path == tmp_path / "data"
    assert str(tmp_path / "file" / "data") in settings.resolved_data_dir.warning
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'data' / 'arena.db'}"


def test_a_folder_that_is_there_and_refuses_files_is_found_out(env, tmp_path):
    env(ARENA_DATA_DIR="/proc")  # also root cannot make a file in it
    assert Settings().resolved_data_dir.path == tmp_path / "data"


def test_with_no_writable_place_at_all_the_start_is_refused(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ConfigError, match="ARENA_DATA_DIR: nothing can be written to data"):
        _ = Settings().resolved_data_dir


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().max_turns = 3


def test_the_example_file_names_only_settings_that_there_are(tmp_path):
    text = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    offered = [line.removeprefix("#") for line in text.splitlines() if line.startswith(("#ARENA_", "#GRADIO_"))]
    assert len(offered) > 5
    (tmp_path / "example").write_text("\n".join(offered))
    assert Settings(_env_file=tmp_path / "example").unknown_variables == ()


def test_limits_are_windows_or_none(env):
    env(ARENA_LIMIT_RATER="none", ARENA_LIMIT_ADDRESS="5/minute;10 per 2 hour")
    settings = Settings()
    assert (settings.limit_rater, settings.limit_address) == ("", "5/minute;10 per 2 hour")


@pytest.mark.parametrize("wrong", ["five", "5", "5/fortnight", "-1/minute"])
def test_a_limit_that_is_none_is_refused(env, wrong):
    assert "ARENA_LIMIT_ALL" in (said := refusal(env, ARENA_LIMIT_ALL=wrong))
    assert "expected for example 20/minute;300/hour, or none" in said


@pytest.mark.parametrize(("variable", "wrong"), [("ARENA_RETENTION_DAYS", "0"), ("ARENA_PROXIES", "-1")])
def test_numbers_that_make_no_sense_are_refused(env, variable, wrong):
    assert variable in refusal(env, **{variable: wrong})


def test_the_password_is_not_shown(env):
    env(ARENA_PASSWORD="open sesame")
    assert "sesame" not in repr(Settings())


def test_a_login_takes_what_a_space_gives(env):
    env(ARENA_LOGIN="huggingface", SPACE_HOST="me-arena.hf.space,arena.example.org", **CLIENT)
    settings = Settings()
    assert settings.public_address == "https://me-arena.hf.space"
    assert settings.openid_provider_url == "https://huggingface.co"
    assert settings.oauth_scopes == "openid profile"
    assert "hush-hush" not in repr(settings)


def test_what_the_operator_says_of_the_address_beats_the_space(env):
    env(SPACE_HOST="me-arena.hf.space", **(LOGIN | {"ARENA_PUBLIC_URL": "https://arena.example.org/"}))
    assert Settings().public_address == "https://arena.example.org"


def test_what_a_space_gives_is_no_login_until_the_operator_wants_one(env):
    env(SPACE_HOST="me-arena.hf.space", ARENA_PASSWORD="open sesame", **CLIENT)
    assert Settings().login == "none"


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        (("OAUTH_CLIENT_ID",), "OAUTH_CLIENT_ID;"),
        (("OAUTH_CLIENT_SECRET",), "OAUTH_CLIENT_SECRET;"),
        (("ARENA_PUBLIC_URL",), "ARENA_PUBLIC_URL;"),
        (("OAUTH_CLIENT_ID", "ARENA_PUBLIC_URL"), "OAUTH_CLIENT_ID, ARENA_PUBLIC_URL;"),
    ],
)
def test_half_a_login_is_refused_with_what_is_missing(env, without, missing):
    said = refusal(env, **{name: value for name, value in LOGIN.items() if name not in without})
    assert said.startswith(f"ARENA_LOGIN=huggingface also needs {missing}")
    assert len(said.splitlines()) == 1
    assert "hush-hush" not in said


def test_a_password_beside_a_login_is_refused(env):
    said = refusal(env, ARENA_PASSWORD="open sesame", **LOGIN)
    assert said.startswith("ARENA_PASSWORD and ARENA_LOGIN are both set")
    assert "sesame" not in said


def test_a_list_without_a_login_is_refused(env):
    """Who writes one thinks that only those get in."""
    assert "says nothing without ARENA_LOGIN=huggingface" in refusal(env, ARENA_LOGIN_ALLOWED="alice")


def test_who_may_log_in_is_separated_by_commas(env):
    env(ARENA_LOGIN_ALLOWED="Alice, good-org,", **LOGIN)
    assert Settings().login_allowed == ("Alice", "good-org")
    assert "not 'a b'" in refusal(env, ARENA_LOGIN_ALLOWED="alice,a b")


@pytest.mark.parametrize(
    ("variable", "wrong", "message"),
    [
        ("ARENA_LOGIN", "google", "ARENA_LOGIN is 'google': expected 'none' or 'huggingface'"),
        ("ARENA_PUBLIC_URL", "arena.example.org", "expected an address such as https://arena.example.org"),
        ("ARENA_PUBLIC_URL", "https://arena.example.org/?a=b", "expected an address such as"),
        ("ARENA_PUBLIC_URL", "https://me@arena.example.org", "expected an address such as"),
        ("ARENA_PUBLIC_URL", "https://", "expected an address such as"),
        ("OPENID_PROVIDER_URL", "http://hub.example.org", "expected an address that begins with https://"),
        ("OAUTH_SCOPES", "profile email", "expected openid and profile among the scopes"),
    ],
)
def test_a_login_that_could_not_work_is_refused(env, variable, wrong, message):
    said = refusal(env, **(LOGIN | {variable: wrong}))
    assert said.startswith(variable)
    assert message in said


def test_a_provider_on_this_machine_may_speak_http(env):
    env(OPENID_PROVIDER_URL="http://127.0.0.1:9000/", **LOGIN)
    assert Settings().openid_provider_url == "http://127.0.0.1:9000"
