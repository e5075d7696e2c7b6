"""Names of well-known model families and their makers, and those of an arena's own contestants, found in a text.

How much a name proves depends on what else it means: nobody but a model is called ChatGPT, people are called Claude, a
llama is an animal, and Google makes more than models.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache


class Kind(Enum):
    """What a name is a name of."""

    MODEL = auto()
    """A model and nothing else."""
    SHARED = auto()
    """Also people, animals or a sign of the zodiac."""
    WORD = auto()
    """Also an ordinary word or surname: names a model beside a version or talk of models only."""
    MAKER = auto()
    """A company or laboratory that makes models among other things."""
    LABEL = auto()
    """A contestant's name that is an ordinary word: counts where it is said to be a name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, with its version."""

    kind: Kind
    start: int
    end: int


KNOWN = {
    Kind.MODEL: (
        "ChatGPT,Chat GPT,GPT,DeepSeek,Deep Seek,Qwen,QwQ,Tongyi Qianwen,通义千问,通義千問,千问,通义大模型,"
        "通义,SmolLM,Smol LM,ChatGLM,GLM,智谱清言,智谱AI,文心一言,文心大模型,Wenxin,ERNIE Bot,豆包,Doubao,"
        "混元,Hunyuan,腾讯元宝,讯飞星火,星火大模型,星火认知大模型,盘古大模型,天工大模型,百川大模型,Baichuan,"
        "InternLM,书生浦语,MiniMax,MiniCPM,Meta AI,Meta Llama,Code Llama,TinyLlama,Tiny Llama,Mixtral,"
        "Ministral,Codestral,Le Chat,StableLM,WizardLM,OLMo,DBRX,Nemotron,Command R,PaLM,LaMDA,"
        "Google Assistant,Google Bard,Google Gemini,Bing Chat,Copilot,GitHub Copilot,Microsoft Copilot,Siri,"
        "Alexa,Cortana,Amazon Nova,Mistral Large,Mistral Small,Claude Opus,Claude Sonnet,Claude Haiku,"
        "Claude Instant,Gemini Pro,Gemini Flash,Gemini Ultra,Gemini Nano,OpenHermes,Kimi智能助手,Grok AI,"
        "Perplexity AI,Claude AI,Llama AI"
    ),
    Kind.SHARED: "Claude,克劳德,Gemini,Llama,LLaMA,Mistral,Kimi,Bard,Grok,Perplexity,Vicuna,Alpaca,Gemma,Zephyr",
    Kind.WORD: "Phi,Yi,Falcon,Hermes,Orca,Ernie,Granite,Bloom,Jamba,Solar,Spark,Nova,Titan,Command,Pi",
    Kind.MAKER: (
        "OpenAI,Open AI,Anthropic,Google,Google DeepMind,Google AI,Google Research,Google Brain,DeepMind,"
        "谷歌,Meta,Meta Platforms,Facebook,脸书,Alibaba,Alibaba Cloud,Alibaba Group,阿里,阿里巴巴,阿里云,"
        "阿里雲,达摩院,通义实验室,Tongyi Lab,深度求索,深度探索,幻方,High-Flyer,Microsoft,微软,微軟,"
        "Mistral AI,Hugging Face,HuggingFace,抱抱脸,Moonshot,Moonshot AI,月之暗面,ByteDance,字节跳动,字节,"
        "Baidu,百度,Zhipu,Zhipu AI,智谱,智谱华章,Z.ai,01.AI,01 AI,零一万物,xAI,X.AI,Tencent,腾讯,騰訊,Huawei,"
        "华为,iFlytek,科大讯飞,讯飞,Cohere,AI21,AI21 Labs,Amazon,亚马逊,NVIDIA,英伟达,IBM,Apple,苹果公司,"
        "Stability AI,Databricks,Inflection,Inflection AI,Allen Institute for AI,AI2,LMSYS,EleutherAI,"
        "BigScience,SenseTime,商汤,商汤科技,百川智能,阶跃星辰,StepFun,清华大学,清华,Tsinghua,"
        "Tsinghua University,上海人工智能实验室,Shanghai AI Lab,Shanghai AI Laboratory,面壁智能,ModelBest,"
        "昆仑万维,Snowflake,Nous Research,Together AI,Technology Innovation Institute,Samsung,三星,小米,"
        "Xiaomi,Salesforce,Liquid AI"
    ),
}
"""Names by what they are names of; spaces may be hyphens or missing where they are written."""

_VERSION = (
    r"(?:[\s-]?v?\d+(?:\.\d+)*(?:[abmo]|[abm]b)?(?![A-Za-z\d]))?"
    r"(?:[\s-](?:v?\d+(?:\.\d+)*[bmo]?|instruct|chat|base|turbo|mini|nano|pro|plus|max|flash|ultra|opus|sonnet|haiku|instant"
    r"|lite|small|medium|large|distill|r1|coder|vl|math|qwen|llama|next|omni)(?![A-Za-z\d])){0,6}"
)
_GENERIC = re.compile(
    r"\d+(?:\.\d+)?[bmk]?|v\d[\d.]*|instruct|chat|it|base|awq|gptq|gguf|int[48]|fp8|fp16|bf16|q\d.*|preview|latest|hf",
    re.IGNORECASE,
)
SHORTEST_OWN = 4
"""Shorter names of contestants say too little to look for."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that are looked for."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, Kind]

    def find(self, text: str) -> Iterator[Mention]:
        """Names in a text, in its order."""
        for found in self.pattern.finditer(text):
            kind = self.kinds[_key(found["name"])]
            if found["version"] and kind in (Kind.SHARED, Kind.WORD):
                kind = Kind.MODEL
            yield Mention(kind, found.start(), found.end())


@lru_cache(maxsize=64)
def names_with(own: frozenset[str]) -> Names:
    """The well-known names and the contestants' own."""
    written: dict[str, str] = {}
    kinds: dict[str, Kind] = {}
    for name, kind in [*_own(own), *_known()]:
        # of two spellings the one with more spaces allows for both
        written[_key(name)] = max(written.get(_key(name), ""), _pattern(name), key=len)
        kinds.setdefault(_key(name), kind)
    longest_first = sorted(written, key=len, reverse=True)
    names = _by_first_sign([written[key] for key in longest_first])
    # between Chinese characters nothing bounds a name
    end = "(?:(?<=[A-Za-z0-9])(?![A-Za-z0-9_])|(?<![A-Za-z0-9]))"
    return Names(re.compile(rf"(?<![A-Za-z0-9_])(?P<name>{names})(?P<version>{_VERSION}){end}", re.IGNORECASE), kinds)


def _by_first_sign(patterns: Sequence[str]) -> str:
    """One pattern for any of these, tried in their order among those that begin alike: most words begin like few."""
    groups: dict[str, tuple[str, list[str]]] = {}
    for pattern in patterns:
        first = pattern[0] if pattern[0].isalnum() else ""
        groups.setdefault(first.casefold(), (first, []))[1].append(pattern[len(first) :])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in groups.values())


def _key(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _pattern(name: str) -> str:
    """A name whose spaces, hyphens and underscores may each be another or missing."""
    return r"[\s_-]?".join(re.escape(part) for part in re.split(r"[\s_-]+", name) if part)


def _known() -> Iterator[tuple[str, Kind]]:
    for kind, some in KNOWN.items():
        yield from ((name, kind) for name in some.split(","))


def _own(own: Collection[str]) -> Iterator[tuple[str, Kind]]:
    known = {_key(name) for name, _ in _known()}
    variants = {variant for name in own for variant in _variants(name)}
    for variant in sorted(variants):
        if len(_key(variant)) >= SHORTEST_OWN and _key(variant) not in known:
            yield variant, _kind_of_own(variant)


def _variants(name: str) -> Iterator[str]:
    """A contestant's name as it is, and without organisation, note in brackets, size and the like."""
    plain = re.sub(r"\s*[(（].*?[)）]", "", name).strip().rpartition("/")[2]
    parts = [part for part in re.split(r"[\s_-]+", plain) if part]
    while len(parts) > 1 and _GENERIC.fullmatch(parts[-1]):
        parts.pop()
    yield from (name.strip(), plain, " ".join(parts))


def _kind_of_own(name: str) -> Kind:
    if re.fullmatch(r"[a-z]+", name):
        return Kind.LABEL
    return Kind.SHARED if re.fullmatch(r"[A-Z][a-z]+", name) else Kind.MODEL
