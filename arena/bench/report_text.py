"""The words of the report, in Chinese and English."""

from __future__ import annotations

from enum import StrEnum


class ReportLanguage(StrEnum):
    """In which language the report is written."""

    EN = "en"
    ZH = "zh"


TEXTS: dict[ReportLanguage, dict[str, str]] = {
    ReportLanguage.EN: {
        "title": "Served models: time, memory and cost",
        "where": "Measured {at} on {machine}.",
        "times": "Times, in milliseconds",
        "columns": "contestant|streams||mean|p50|p95|p99",
        "ttft": "TTFT: first token",
        "ttfat": "TTFAT: first of the answer",
        "itl": "ITL: between chunks",
        "tpot": "TPOT: per output token",
        "e2el": "E2EL: whole answer",
        "gap": "between visible pieces",
        "work": "Throughput, tokens and failures",
        "work_columns": "contestant|streams|answered|output tokens/s|all tokens/s|thinking|answer|no answer|cut|errors",
        "machine": "Server, memory and cost",
        "machine_columns": "contestant|streams|load, s|new session, ms|process, MiB|GPU, MiB|per million "
        "tokens|per answer",
        "gpu_note": "Under vLLM a GPU's memory is what was set aside at start, by the flag "
        "gpu-memory-utilization, not need.",
        "engine": "What vLLM says of itself",
        "engine_columns": "contestant|streams|running|waiting|queue, ms|KV cache|prefix hits|preempted",
        "cadence": "Cadence: typing or blocks?",
        "cadence_columns": "contestant|streams||characters a piece|time in pauses over 0.5 s",
        "typing": "typing",
        "blocks": "blocks",
        "published": "Beside published figures",
        "published_note": "The published figures come from other hardware, prompts and settings. Ours: {machine}.",
        "published_columns": "figure|Llama-3-8B-Instruct|R1-Distill-Qwen-1.5B|hardware",
        "ecdf": "Share of requests whose first token has come",
        "growth": "Characters of the answer shown, in one typical request each",
        "seconds": "s",
        "streams": "{name}, {n} at a time",
        "definitions": "Definitions",
        "defined": "TTFT: request out to the first chunk with text or thinking. TTFAT: to the first "
        "chunk that shows text of "
        "the answer. ITL: gaps between chunks, all requests together. E2EL: to the last chunk. TPOT: (E2EL - TTFT) / "
        "(output tokens - 1) of each request. Percentiles are linear. Failed requests are in "
        "no time and no throughput.",
    },
    ReportLanguage.ZH: {
        "title": "模型服务的时间、内存与费用",
        "where": "测量时间 {at}，机器 {machine}。",
        "times": "时间（毫秒）",
        "columns": "模型|并发||平均|p50|p95|p99",
        "ttft": "TTFT：首个词元",
        "ttfat": "TTFAT：答案的首个词元",
        "itl": "ITL：数据块间隔",
        "tpot": "TPOT：每个输出词元",
        "e2el": "E2EL：完整回答",
        "gap": "可见片段间隔",
        "work": "吞吐、词元与失败",
        "work_columns": "模型|并发|已回答|输出词元/秒|全部词元/秒|思考|答案|无答案|被截断|错误",
        "machine": "服务器、内存与费用",
        "machine_columns": "模型|并发|加载（秒）|新会话（毫秒）|进程 MiB|GPU MiB|每百万词元|每个回答",
        "gpu_note": "vLLM 在启动时按 gpu-memory-utilization 预留显存，所以这里是预留量，不是模型所需。",
        "engine": "vLLM 自报的数据",
        "engine_columns": "模型|并发|运行|等待|排队（毫秒）|KV 缓存|前缀命中|抢占",
        "cadence": "节奏：逐字还是成块？",
        "cadence_columns": "模型|并发||每片字符数|超过 0.5 秒停顿的时间占比",
        "typing": "逐字",
        "blocks": "成块",
        "published": "与已发表数字并列",
        "published_note": "已发表数字来自不同的硬件、提示词和设置。我们的机器：{machine}。",
        "published_columns": "指标|Llama-3-8B-Instruct|R1-Distill-Qwen-1.5B|硬件",
        "ecdf": "已收到首个词元的请求占比",
        "growth": "一次典型请求中已显示的答案字符数",
        "seconds": "秒",
        "streams": "{name}，并发 {n}",
        "definitions": "定义",
        "defined": "TTFT：请求发出到首个含文字或思考的数据块。TTFAT：到首个显示答案文字的数据块。ITL：数"
        "据块之间的间隔，所有请求合并。"
        "E2EL：到最后一个数据块。TPOT：每个请求的（E2EL − TTFT）/（输出词元数 − 1）。百分位为"
        "线性插值。失败的请求不计入时间和吞吐。",
    },
}
