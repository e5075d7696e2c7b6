"""Who may import whom, read from the imports themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("app", "arena", "storage", "scripts", "tests")
SOURCES = sorted(
    p.relative_to(ROOT)
    for p in (
        ROOT / "app.py",
        *(q for folder in ("arena", "storage", "scripts") for q in (ROOT / folder).rglob("*.py")),
    )
    if "versions" not in p.parts
)

# A layer, and the modules of ours that it may import beside itself. The first that fits a file counts.
BASE = ("arena.models", "arena.contestant_parts", "arena.errors", "arena.ports")
STUDY_BASE = ("arena.study_models", "arena.study_people", "arena.study_ports", "arena.study_json")
LAYERS = {
    "app": OURS,
    "arena.start_board": ("arena", "storage"),
    "arena.start_study": ("arena", "storage"),
    "arena.start": ("arena",),
    "scripts": ("scripts", "arena", "storage", "tests.support"),
    "storage": ("storage", "arena.ids", *BASE, *STUDY_BASE),
    "arena.contestant_parts": (),
    "arena.models": ("arena.contestant_parts",),
    "arena.errors": ("arena.models",),
    "arena.ports": ("arena.models", "arena.errors"),
    "arena.clock": (),
    "arena.ids": (),
    "arena.apart": (),
    "arena.keys": (),
    "arena.metrics": BASE,
    "arena.abuse": ("arena.abuse", "arena.keys", *BASE),
    "arena.logs": (),
    "arena.settings": ("arena.validation", *BASE),
    "arena.contestant": ("arena.contestant_tables", "arena.toml_file", *BASE),
    "arena.validation": ("arena.contestant_tables", *BASE),
    "arena.toml_file": ("arena.toml_lines", "arena.validation", *BASE),
    "arena.toml_lines": (),
    "arena.weights": BASE,
    "arena.analysis": ("arena.analysis", *BASE),
    "arena.chat": ("arena.chat", *BASE),
    "arena.serving": ("arena.serving", *BASE),
    "arena.battle": ("arena.battle", "arena.abuse", "arena.chat", "arena.keys", "arena.ids", *BASE),
    "arena.bench": ("arena.bench", "arena.chat", "arena.analysis", *BASE),
    "arena.study_models": (),
    "arena.study_people": ("arena.models", "arena.study_models"),
    "arena.study_json": ("arena.study_models",),
    "arena.study_ports": (*BASE, "arena.study_models", "arena.study_people"),
    "arena.study": (
        "arena.study",
        "arena.abuse",
        *STUDY_BASE,
        "arena.analysis",
        "arena.chat",
        "arena.keys",
        "arena.ids",
        "arena.toml_file",
        *BASE,
    ),
    "arena.ui": (
        "arena.ui",
        "arena.apart",
        "arena.battle",
        "arena.study",
        "arena.study_models",
        "arena.study_people",
        "arena.abuse",
        "arena.metrics",
        "arena.chat",
        "arena.analysis",
        "arena.keys",
        *BASE,
    ),
    "arena": (),
}
# The only places that may import these.
CONFINED = {
    "gradio": ("arena/ui/", "app.py"),
    "fastapi": ("arena/ui/", "app.py"),
    "starlette": ("arena/ui/",),
    "openai": ("arena/chat/openai_client.py", "arena/chat/openai_body.py"),
    "aiohttp": ("arena/chat/openai_client.py", "arena/chat/openai_body.py", "scripts/_load.py"),
    "httpx2": (
        "arena/chat/openai_client.py",
        "arena/chat/openai_body.py",
        "arena/serving/hub.py",
        "arena/ui/login/provider.py",
    ),
    "authlib": ("arena/ui/login/provider.py",),
    "joserfc": ("arena/ui/login/provider.py",),
    "sqlalchemy": ("storage/", "scripts/_cli.py"),
    "alembic": ("storage/",),
    "limits": ("arena/abuse/limits.py", "arena/settings.py"),
    "prometheus_client": ("arena/metrics.py",),
    "phonenumbers": ("storage/transfer/masking.py",),
    "plotly": ("arena/analysis/plots.py",),
    "psutil": ("arena/bench/", "arena/serving/"),
    "pynvml": ("arena/bench/", "arena/serving/"),
    "xllamacpp": ("arena/chat/embedded_server.py", "arena/serving/llamacpp_server.py"),
    "huggingface_hub": ("arena/serving/hub.py",),
}
ROOTS = ("app", "arena.start", "scripts.bench_models", "scripts._bench_setup")
ADAPTERS = ("arena.chat.openai_client", "arena.chat.openai_body", "arena.chat.embedded")


def imported(path):
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def within(module, prefixes):
    return any(module == p or module.startswith(f"{p}.") for p in prefixes)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_module_imports_only_what_its_layer_may(path):
    module = module_of(path)
    allowed = next(may for layer, may in LAYERS.items() if module == layer or module.startswith(layer))
    ours = {name for name in imported(path) if within(name, OURS)}
    packages = {f"arena.{name}" for name in ("abuse", "chat", "battle", "study", "ui")} | {
        "arena",
        "storage",
        "scripts",
        "tests",
    }
    assert {name for name in ours - packages if not within(name, (*allowed, module))} == set()


@pytest.mark.parametrize("library", CONFINED)
def test_a_library_is_imported_where_it_belongs_and_nowhere_else(library):
    users = [str(p) for p in SOURCES if any(within(name, [library]) for name in imported(p))]
    assert [user for user in users if not user.startswith(CONFINED[library])] == []


def test_only_the_composition_root_knows_the_adapters():
    users = [p for p in SOURCES if any(within(name, ADAPTERS) for name in imported(p))]
    outside = [str(p) for p in users if not module_of(p).startswith((*ROOTS, *ADAPTERS))]
    assert outside == []


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[0] != "scripts"], ids=str)
def test_nothing_but_scripts_prints(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert [c.lineno for c in calls(tree) if isinstance(c.func, ast.Name) and c.func.id == "print"] == []


def reads_environment(node):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
        return node.attr in ("getenv", "environ", "environb")
    return False


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if str(p) not in ("arena/settings.py", "arena/start.py") and p.parts[0] != "scripts"],
    ids=str,
)
def test_only_the_settings_read_the_environment(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if reads_environment(node)] == []


def test_what_starts_the_arena_only_writes_the_environment():
    tree = ast.parse((ROOT / "arena/start.py").read_text(encoding="utf-8"))
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and reads_environment(n.value)]
    assert [use.attr for use in uses] == ["update"]
