"""Whether a prompt asks for a calculation, in Chinese or English.

A rule of thumb that would rather miss one than take an age, a date or a telephone number for one. A prompt asks for a
calculation when it holds

- an expression such as `12*7`, and asks something or is little else;
- mathematics by name: "square root of 144", "solve 2x + 3 = 7", "15% of 80", "12和18的最小公倍数"; or
- "how many", "how much", "多少", "一共", ... and at least two numbers that could be reckoned with.

Every repetition in the patterns is bounded, so that no text can make them slow.
"""

from __future__ import annotations

import re

MAX_LENGTH = 4000
"""Only so much of a prompt is looked at, from its end, where the question of a long prompt stands."""
LONGEST_PROBLEM = 600
"""A longer text with numbers is a document to work on rather than a sum to do."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NUMBER = r"\d[\d,]{0,14}(?:\.\d{1,9})?"
_VARIABLE = r"[a-z](?:\^\d{1,2}|[²³])?"

_NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|https?://\S+", re.DOTALL)
_DATES = _any(
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b",
    r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b",
    r"\b\d{1,2}:\d\d\b",
    r"\b24/7\b",
    r"(?:\d{2,4}\s?年)?\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号]",
    r"(?<!\d)(?:19|20)\d\d\s?年",
)
_NO_QUANTITIES = _any(
    r"\d{9,}|\+\d[\d -]{6,20}\d|\b\d{3,4}-\d{3,8}(?:-\d{3,4})?\b",  # telephone, identity and order numbers
    r"(?<![\d.$€£¥])(?:19|20)\d\d(?![\d%])",  # years
    r"\b[a-z]+-?\d[\w.]*\b",  # GPT-4, LH1234
    r"(?:第|No\.?\s?|#|chapter |page |day |version |iPhone |Windows )\d+",
)

_EXPRESSION = _any(
    rf"(?<![\w.]){_NUMBER}\s?%?\)?\s?(?:[+*×÷^✕]|\*\*|\s[-−–/]\s)\s?\(?\s?[-−]?(?:{_NUMBER}|[a-z]\b|\()",
    r"\d\s?(?:加上?|减去?|乘以?|除以|plus|minus|times|divided by|multiplied by|to the power of|mod)\s?\d",
)
# also ways to write scores, ranges and sizes: counts only beside a request or an equals sign
_LOOSE_EXPRESSION = _any(rf"(?<![\w.-]){_NUMBER}\s?[-−/x]\s?{_NUMBER}(?![\w-])")
_EQUATION = _any(
    rf"(?<![\w.])\d{{0,9}}\s?{_VARIABLE}\s?[-+*/−]\s?\d{{0,9}}\s?(?:{_VARIABLE})?\b[^=\n]{{0,40}}=\s?-?\d",
    r"(?<![\w.])\d{1,9}\s?[a-z]\s?=\s?-?\d",
)
_ASKS = _any(
    r"[?？]|=\s*$|\bwhat(?:'s| is| are| does)\b",
    r"\b(?:calculate|compute|evaluate|work out|solve|simplify|how much|tell me)\b",
    r"计算|算|求|答案|等于|得多少|是多少|得几|结果|化简",
)
_REQUEST_BEFORE = _any(
    r"\b(?:what(?:'s| is)|calculate|compute|evaluate|work out|how much is|solve)\s?:?\s?\(?$",
    r"(?:计算|算一?下|算算|请问|求)\s?[:：]?\s?$",
)
_EQUALS_AFTER = _any(r"\s?\)?\s?(?:=|等于|是多少|得多少|is what|equals)")

_NAMED = _any(
    r"\b(?:square|cube) root of \S?\d",
    r"\b(?:factorial|logarithm|log|cosine|cos|sine|sin|tangent|tan|gcd|lcm) ?(?:of )?\(?\d",
    r"\b(?:derivative|integral|antiderivative|limit) of\b[^.?!\n]{0,40}(?:[\^²³=+\d]|\b(?:sin|cos|ln|log|e)\b)",
    rf"{_NUMBER}\s?(?:%|percent|per cent) (?:of|off) \S{{0,3}}\d",
    r"\b(?:sum|product|average|mean|median|difference|quotient|ratio) of (?:\S{1,20} ){0,4}?\d",
    r"\b(?:solve|factor|factori[sz]e|simplify|differentiate|integrate|expand)\b[^.?!\n]{0,30}(?:\d\s?[a-z]\b|[a-z]\^|[²³=])",
    r"\bconvert \$?\d[\d,.]{0,15} ?\S{1,20}(?: \S{1,20})? (?:to|into)\b",
    r"\bhow many (?:seconds|minutes|hours|days|weeks|months|grams|pounds|ounces|feet|inches|met(?:er|re)s|miles|cups)"
    r" (?:are |is )?(?:there )?in (?:an? )?(?:\d|two|three|four|five|six|ten|half)",
    r"\b(?:probability|odds|chances?) (?:of|that)\b[^?\n]{0,80}\b(?:dice|die|coins?|cards?|balls?|rolls?|\d+)\b",
    r"\\(?:frac|sqrt|int|sum|lim|binom)(?![a-z])",
    r"\d\s?的(?:平方根|立方根|平方|立方|阶乘|倒数|对数|[\d一二两三四五六七八九十]{1,3}(?:次方|倍))",
    r"\d\s?%\s?(?:是|等于)?多少|的\s?(?:百分之|\d{1,3}\s?%)|打[\d一二三四五六七八九.]{1,3}折",
    r"[零一二两三四五六七八九十百千\d]分之[一二两三四五六七八九十百千\d]{1,5}(?:是|等于|的)?多少",
    r"最(?:小公倍|大公约)数|解(?:这个)?(?:一元|二元)?(?:[一二]次)?(?:不等式|方程)",
    r"(?:求|计算).{0,20}(?:导数|积分|极限|面积|体积|概率|周长|平均[值数]|的[值和积差])",
    r"\d\s?\S{1,4}(?:等于|是|合|有)(?:多少|几)(?:米|公里|千米|厘米|英[寸尺里]|斤|公斤|千?克|磅|分钟|秒|小时|天|平方|升|毫升|元|块)",
)

_HOW_MANY = _any(
    r"\bhow (?:many|much|long|far|fast|old)\b|\bcalculate\b|\bfind the value\b|\bprobability\b|\bremainder\b",
    r"\bwhat(?:'s| is| was| are)\b[^.?!\n]{0,60}\b(?:total|amount|price|cost|profit|salary|interest|change)\b",
    r"\bwhat(?:'s| is| was| are)\b[^.?!\n]{0,60}\b(?:weight|distance|speed|area|volume|difference|number|value)\b",
    r"\b(?:in total|altogether|left over|remaining|per cent|percent|average)\b",
    r"多少|一共|总共|合计|共计|还剩|平均|剩下?几|几(?:个?小时|分钟)|[百几]分之几|多久|多长时间|多远|多大",
    r"[有要需得]几[个只元块天岁人本张次分条]|(?:可以|能|至少|最多)[^，。？\n]{0,6}几",
)
_ASKS_FOR_ADVICE = _any(
    r"\bshould (?:i|we|my)\b|\b(?:is|are) (?:normal|enough|healthy|too much|reasonable|safe)\b|\bdo (?:you|people)\b",
    r"应该|该[吃睡喝穿买花存]|合适|才够|够吗|正常|建议|推荐|值得",
)
_QUANTITY = _any(
    _NUMBER,
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred)\b",
    r"\b(?:dozen|half|twice|double)\b",
    r"[二两三四五六七八九十百千万]{1,8}(?=[个只元块天岁人本张次分斤公米小周月支条头盒件名位箱辆倍台枝瓶包])",
)


def asks_for_calculation(text: str) -> bool:
    """Whether a prompt asks for a calculation."""
    plain = _DATES.sub(" … ", _NOT_PROSE.sub(" ", text[-MAX_LENGTH:]))
    return _holds_expression(plain) or bool(_NAMED.search(plain)) or _asks_how_many(plain)


def _holds_expression(text: str) -> bool:
    if _EQUATION.search(text) and (_ASKS.search(text) or len(text) < 40):
        return True
    found = _EXPRESSION.search(text)
    if found:
        return bool(_ASKS.search(text)) or 2 * len(found.group()) >= len(text.strip())
    return any(
        _REQUEST_BEFORE.search(text[max(0, loose.start() - 40) : loose.start()])
        or _EQUALS_AFTER.match(text, loose.end())
        for loose in _LOOSE_EXPRESSION.finditer(text)
    )


def _asks_how_many(text: str) -> bool:
    if len(text) > LONGEST_PROBLEM or not _HOW_MANY.search(text) or _ASKS_FOR_ADVICE.search(text):
        return False
    return len(_QUANTITY.findall(_NO_QUANTITIES.sub(" … ", text))) >= 2
