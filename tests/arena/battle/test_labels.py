from __future__ import annotations

import subprocess
import sys
import time

import pytest

from arena.battle.labels import MAX_LINE, label_language, looks_like_code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天心情不太好，陪我聊聊吧", "zh"),
        ("你好", "zh"),
        ("帮我写一个 Python quicksort 函数", "zh"),
        ("解释 machine learning", "zh"),
        ("東京の天気はどうですか", "ja"),
        ("我最爱の奶茶店昨天关门了，好难过啊", "zh"),
        ("안녕하세요, 오늘 날씨 어때요?", "ko"),
        ("Can you recommend three keyboards under $100?", "en"),
        ("How do I say 你好 in English?", "en"),
        ("What does 你好吗 mean?", "en"),
        ("Bonjour, comment ça va aujourd'hui ?", "fr"),
        ("Guten Tag, wie geht es Ihnen?", "de"),
        ("What is the weather like?\nhttps://example.org/天气/今天的天气怎么样", "en"),
    ],
)
def test_language_is_told_by_script_then_by_the_classifier(text: str, language: str) -> None:
    assert label_language(text) == language


@pytest.mark.parametrize(
    "text", ["", "  ", "123 + 4", "😀😀", "hi", "hello", "ok", "asdf qwer", "```py\nimport os\n```"]
)
def test_too_little_to_tell_is_undetermined(text: str) -> None:
    assert label_language(text) == "und"


def test_the_language_model_is_not_loaded_by_the_import() -> None:
    check = "import sys, arena.battle.labels; sys.exit('py3langid' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "Like this:\n```\nanything\n```",
        "def area(r):\n    return 3.14 * r * r",
        "import numpy as np",
        "Why does SELECT name FROM users give nothing?\nSELECT name FROM users;",
        "run\nsudo apt-get update",
        '#include <stdio.h>\nint main() { printf("hi"); }',
        "const total = items.length",
        "for (let i = 0; i < 3; i++) {",
        "<ul>\n<li>one</li>\n</ul>",
        "x = compute(1)\ny = compute(2)\nshow(x, y)",
        'print("Hello, world!")',
    ],
)
def test_code_is_seen(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tell me a story about a snake called Python.",
        "If you want, call me for dinner; I am free.",
        "import duties are too high\nfrom Monday on it gets worse",
        "I like `print`, it is a nice word.",
        "Area = (1/2) * 3\nP(A) = 58% (probability of blue)\ny = (4z) / 2",
        "差异 = 80 - 70\n差异 = 10\n节约 = 10 ÷ 80",
        "1. Wake up;\n2. Eat breakfast;\n3. Go;\n4. Come back;",
        "- wake up;\n- eat breakfast;\n- go;",
        "while we are at it, what is for lunch?",
        "select a film from the list",
        "",
    ],
)
def test_prose_and_sums_are_not_code(text: str) -> None:
    assert not looks_like_code(text)


@pytest.mark.parametrize("unit", ["a ", "a\n", "a = (", "select x from ", "< ", "((", "`", "x = y(1)\n\n a", "中"])
def test_long_texts_are_labelled_fast(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    label_language("warm up, so that loading the model is not measured")
    begun = time.perf_counter()
    label_language(text)
    looks_like_code(text)
    assert time.perf_counter() - begun < 1


def test_an_endless_line_is_prose() -> None:
    assert not looks_like_code("import numpy " + "and pandas " * MAX_LINE)
