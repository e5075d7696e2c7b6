"""How speakers introduce themselves in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from arena.chat.leak_context import Context
from arena.chat.leak_names import Kind


def _words(*some: str) -> str:
    return "(?:" + "|".join(some) + ")"


# What words may stand where. Repetitions are bounded throughout: contexts are short, and no text can make them slow.
_ADVERB = _words(
    "actually|really|just|simply|indeed|currently|basically|in fact|of course|still|only|technically|officially|proudly",
    "also|now|obviously|certainly|yes|originally|primarily|essentially|in reality|truly|in truth|honestly|here|well|both",
    "none other than|better known as|also known as|known as|in this case|what (?:you|people|they)(?:'d| would| might)? call",
    "to be (?:clear|honest|precise|exact)|you see|you know|so to speak|as it happens|in essence|at heart|,",
)
_ADVERBS = rf"(?:,?\s+{_ADVERB},?){{0,4}}"
_DETERMINER = _words(
    "an?|the|your|our|another|one of(?: the)?|part of(?: the)?|a (?:part|member) of(?: the)?|the one and only|your very own"
)
_AI_ADJECTIVE = _words(
    r"ai|a\.i\.|artificial|artificially|intelligence|language|virtual|digital|chat|conversational|intelligent|large|small|generative",
    "neural|text|text-based|multimodal|multilingual|computer|software|machine|deep|learning|machine-learning|ai-powered",
    "helpful|friendly|new|newest|latest|little|tiny|open|open-source|open-weights?|source|advanced|powerful|humble|official",
    "personal|smart|trusty|loyal|fine-tuned|distilled|quantized|lightweight|compact|state-of-the-art|cutting-edge|free|and|instruct",
)
_AI = rf"(?:{_AI_ADJECTIVE}[\s-]+){{0,6}}" + _words(
    r"ai|a\.i\.|llms?|models?|assistants?|chat\s?bots?|bots?|program|system|agent|software|technology|helper|companion",
    "intelligence|network|tool|machine|entity|buddy|being|mind|chat partner|creation|product",
)
_NOT_ADJECTIVE = _words(
    "an?|the|not|no|never|using|user|developer|engineer|researcher|student|teacher|writer|fan|about|of|for|to|than|like|by",
    "who|that|which|expert|person|someone|employee|journalist|designer|scientist|investor|customer|in|on|at|with|is|are|was",
)
_ADJECTIVES = rf"(?:(?!{_NOT_ADJECTIVE}\b)[\w'-]+,?\s+){{0,6}}?"
_ROLE = (
    rf"(?:{_ADJECTIVES}"
    + _words(
        "version|instance|variant|edition|release|build|descendant|derivative|fine-?tune|distillation|creation|product|brainchild",
        "member|part|incarnation|iteration|generation|flavou?r|checkpoint|model|copy|cousin|sibling|spin-?off",
    )
    + r"\s+(?:of|in|from)(?:\s+(?:the|an?|one of the))?)"
)
_MADE = _words(
    "made|built|created|developed|trained|designed|produced|released|launched|engineered|programmed|crafted|published|coded",
    "provided|offered|brought to (?:you|life)|fine-?tuned|pre-?trained|invented|maintained|operated|powered|run|hosted|owned",
    "introduced|born|assembled|conceived|open-?sourced|distilled|put together|deployed",
)
_MADE_LIST = rf"{_MADE}(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)(?:(?:is|was|am)\s+)?(?:\w+ly\s+)?{_MADE}){{0,3}}"
_ELSEWHERE = _words(
    "unlike|like|than|about|similar|compared|others?|not|but|while|whereas|although|though|if|whose|know|knows|tell|talk|think",
    r"discuss|explain|mention|recommend|compare|using|uses?|i|i'm|he|she|they|it|fans?|students?|competitors?|rivals?|users?|\w+n't",
    "someone|somebody|anyone|works?|inspired|competes?|competing|formerly|former|ex|said|says|so|because|when",
)
_GAP = rf"(?:\s+(?!{_ELSEWHERE}\b|{_MADE}\b)[\w'()/-]+,?){{0,10}}?"
_PURPOSE = rf"(?:\s+(?!(?:i|but|than|unlike|not|about|compared)\b|{_MADE}\b)[\w'()/-]+,?){{0,14}}?"
_GROUP = rf"(?:\s+(?!{_ELSEWHERE}\b|{_MADE}\b|(?:who|that|which|with|used|through|via)\b)[\w'.-]+,?){{0,8}}?\s*"
_I_AM = _words(
    r"\bi(?:'m|\s+am|\s+remain|\s+happen\s+to\s+be)\b(?:\s+(?:proud|happy|glad|honou?red|lucky|pleased|delighted)\s+to\s+be\b)?",
    r"\bim\b",
    r"\bwe(?:'re|\s+are)\b",
    r"\b(?:it(?:'s|\s+is)|this\s+is)\s+(?:only\s+|just\s+)?me,",
    r"\bthis\s+(?:friendly\s+|helpful\s+|humble\s+)?(?:ai\s+)?(?:assistant|chatbot|bot)\s+is\b",
    r"\bthe\s+(?:ai\s+|language\s+)?(?:model|ai|assistant|chatbot|bot|one)\s+(?:(?:that\s+)?you(?:'re|\s+are)\s+(?:\w+ly\s+)?"
    r"(?:talking|chatting|speaking)\s+(?:to|with)|(?:that\s+is\s+|that's\s+)?(?:answering|writing|responding|talking|behind)"
    r"(?:\s+(?:to|you|this|these|your|here|now|me|words|lines|questions?|chat|conversation|messages?)){1,4})\s+is\b",
)
_I_WAS = r"\b(?:i(?:'m|'ve\s+been|\s+am|\s+was|\s+have\s+been|\s+got)|im|we\s+(?:are|were|have\s+been))"

_IDENTITY = re.compile(
    rf"{_I_AM}{_ADVERBS}(?:,?\s+{_DETERMINER})?(?:\s+{_AI},?)?(?:\s+from(?:\s+the)?)?(?:\s+{_ROLE}|\s+{_AI_ADJECTIVE}){{0,3}}\s*$",
    re.IGNORECASE,
)
_PRODUCT_OF = re.compile(
    rf"{_I_AM}{_ADVERBS}(?:\s+{_DETERMINER})?\s+(?:\w+\s+)?(?:product|creation|result|invention|brainchild|work|child|baby|offspring|fruit|outcome)\s+of(?:\s+the)?$"
    r"|\bi\s+owe\s+(?:my|it|everything|all|this)\b[\w\s]{0,30}\s+to(?:\s+the\s+\w+\s+at)?$|\bi\s+(?:live|exist)\s+(?:on|in|at|inside)(?:\s+the\s+servers\s+of)?$"
    r"|\b(?:this|the|my)\s+(?:above\s+)?(?:answer|response|reply|message|text|conversation|story|poem)\s+(?:was|is|has\s+been|were)\s+(?:\w+ly\s+)?(?:generated|written|produced|created)\s+by$"
    r"|\b(?:named|dubbed|christened|baptized)\s+me$|\bgiven\s+the\s+name(?:\s+of)?$|\bthat(?:'s|\s+is)\s+me[,:]$|\b(?:it's|it\s+is|with)\s+me,$",
    re.IGNORECASE,
)
_AI_THAT = re.compile(
    rf"{_I_AM}{_ADVERBS}(?:,?\s+{_DETERMINER})?\s+{_ADJECTIVES}{_AI},?(?:\s+(?:that|which))?(?:\s+the\s+[\w\s]{{1,30}}(?:at|of|from))?$",
    re.IGNORECASE,
)
_AI_BY = re.compile(
    rf"{_I_AM}{_ADVERBS}(?:\s+\w+,)?(?:,?\s+{_DETERMINER})?\s+{_ADJECTIVES}{_AI}(?:\s*\([^()]{{1,30}}\))?,?"
    rf"(?:,?\s+(?:(?:that|which|who)\s+(?:is|was)\s+)?{_MADE_LIST}\s+(?:to|for)\b{_PURPOSE})?(?:{_GAP}\s+(?:{_MADE_LIST}{_GAP}\s+by|called|named|known\s+as|by\s+the\s+name\s+of|based\s+on|built\s+on(?:\s+top\s+of)?"
    rf"|running\s+on|powered\s+by|belonging\s+to|part\s+of|whose\s+name\s+is)|\s+(?:from|by|of|at))(?:\s+the)?{_GROUP}$",
    re.IGNORECASE,
)
_MADE_BY = re.compile(
    rf"{_I_WAS}{_ADVERBS}(?:\s+\w+ly)?\s+{_MADE_LIST}{_GAP}\s+(?:by|at|from|on\s+top\s+of|out\s+of|in(?:side)?(?:\s+the)?\s+(?:labs?|laborator(?:y|ies)|offices?|research\s+\w+|house)\s+(?:of|at)){_GROUP}$"
    rf"|\bmy\s+(?:\w+\s+)?(?:training|knowledge|weights|skills|abilities|education)\b{_GAP}\s+(?:by|at|from){_GROUP}$"
    rf"|\bi(?:'m|\s+am)?{_ADVERBS}\s+(?:come|coming|hail|originate|stem|belong|run|running|operate|operating|based|built|am\s+based)"
    rf"\s+(?:from|to|on|on\s+top\s+of){_GROUP}$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\bmy\s+(?:\w+\s+)?name(?:'s|\s+is|\s+would\s+be|\s*:|,)|\b(?:i'm|i\s+am|i\s+was|i've\s+been)\s+(?:\w+ly\s+)?(?:called|named|christened|dubbed)"
    r"|(?<!not )\bcall\s+me|\b(?:call|know|refer\s+to|address)s?\s+me\s+(?:as|by)|\bi\s+(?:go|am\s+known|answer)\s+(?:by|as|to)(?:\s+the\s+name(?:\s+of)?)?"
    r"|\bi(?:'m|\s+am)\s+known\s+as|\bintroduce\s+myself(?:\s+as|:|,)|\bi\s+identify\s+(?:myself\s+)?as|\b(?:the\s+)?name's|\bthe\s+name\s+is|\bi,|\bi\s*\()"
    rf"{_ADVERBS}(?:\s+the)?\s*$",
    re.IGNORECASE,
)
_MY_MAKER = re.compile(
    r"\bmy\s+(?:\w+\s+){0,2}?(?:creators?|developers?|makers?|designers?|builders?|trainers?|owners?|provider|manufacturer|parent\s+company"
    r"|(?:underlying|base|foundation|language|own)\s+(?:model|architecture|engine)|architecture|model\s+name|programmers?|inventors?)"
    rf"(?:\s+(?:is|are|was|were|at|over\s+at|come\s+from|from|called|named|being)|,|:|\s*\((?:the)?|\s+[—–-])(?:\s+(?:at|the|of|called|named|a|an|based\s+on|from)\b){{0,3}}{_GROUP}$"
    rf"|\b(?:company|team|people|folks|lab|organi[sz]ation|researchers|engineers|developers|ones?|startup|minds?|firm)\s+(?:that|who|which|behind)"
    rf"\s+(?:ha(?:s|ve)\s+)?(?:{_MADE}\s+)?me,?(?:\s+(?:is|are|was|were|works?|comes?))?(?:\s+(?:at|for|from|called|named))?{_GROUP}$",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\byou(?:'re|\s+are|'ve\s+been|\s+have\s+been)\s+(?:\w+ly\s+|now\s+|right\s+now\s+)?(?:talking|chatting|speaking|conversing|interacting)(?:\s+right\s+now)?\s+(?:to|with)"
    rf"(?:\s+{_DETERMINER})?(?:\s+{_AI}(?:,|\s+(?:called|named|from|by|{_MADE}\s+by))?)?\s*$",
    re.IGNORECASE,
)
_AS = re.compile(
    rf"(?<!such )(?<!same )(?<!known )(?<!well )\b(?:as|being)(?:\s+(?:an?|your|the))?(?:\s+{_ADJECTIVES}{_AI},?"
    rf"(?:{_GAP}\s+(?:{_MADE_LIST}{_GAP}\s+by|called|named|based\s+on|powered\s+by)|\s+(?:from|by|of|at)){_GROUP}|\s+{_AI_ADJECTIVE})?$",
    re.IGNORECASE,
)
_MADE_FIRST = re.compile(
    rf"^\W*(?:\w+ly\s+)?(?:{_MADE_LIST}{_GAP}\s+by|{_DETERMINER}\s+{_AI}(?:{_GAP}\s+{_MADE_LIST}\s+by|\s+(?:from|by|called|named))){_GROUP}$",
    re.IGNORECASE,
)
_ASKED_MYSELF = re.compile(
    r"\b(?:my name|(?:who|what) (?:am i|i am)|who(?: \w+)? (?:made|created|built|trained|developed) me|what to call me)\?\s*$",
    re.IGNORECASE,
)

_CORE = _words(
    "made|built|created|developed|trained|designed|programmed|engineered|fine-?tuned|pre-?trained|invented|released|launched|coded|crafted|open-?sourced|conceived"
)
_GOES_ON = r"(?:to(?! (?:wait|laugh|cry|think|feel|smile))|so|in|with|and|for|as|from|using|on|at|because|but|who|which|into|this|last|well|by|over|through|back)\b"
_MADE_ME = re.compile(
    rf"^(?:'s\s+[\w\s]{{1,30}}?)?,?(?:\s+[\w'-]+){{0,3}}?(?:\s+(?:who|which|that|also|has|have))*\s+(?:\w+ly\s+)?(?:{_CORE}(?:\s+and\s+{_CORE})?\s+me|gave\s+birth\s+to\s+me|brought\s+me\s+to\s+life)\b(?!-)(?=\W*$|\s*[,.;:!?)—–]|\s+(?:\w+ly\b|{_GOES_ON}))"
    rf"|^[^,.;]{{0,40}}\s(?:creating|building|training|developing|designing|programming)\s+me\b|^,?\s+(?:where|by\s+whom)\s+i\s+(?:was|am|got|have\s+been)\s+{_CORE}"
    rf"|^,?\s+(?:is|are|was|were)\s+(?:my\s+(?:\w+\s+)?(?:creators?|developers?|makers?|name|home|owner|parents?|company|team|designers?|trainers?|model)\b"
    rf"|(?:the\s+)?(?:company|team|lab|ones?|organi[sz]ation|people)\s+(?:behind|that|who|which)\s+(?:\w+\s+)?me\b|who\s+i\s+am\b|what\s+(?:you|people|they)\s+(?:can\s+)?call\s+me)"
    rf"|^,?\s+(?:that's|that\s+is|it's|it\s+is)\s+me\b|^,?\s+at\s+your\s+service\b|^,[^.!?]{{1,60}},\s+(?:is\s+)?(?:here|at\s+your\s+service|ready|happy)\b",
    re.IGNORECASE,
)
_SPEAKING = re.compile(r"^\s+(?:here|speaking)\b(?=\s*(?:[,.!:;—–-]|$|to\s+help|and\s+ready))", re.IGNORECASE)
_EAGER = re.compile(
    r"^(?:\s+is|'s|\s+would\s+be)\s+(?:here|happy|glad|delighted|ready|pleased|excited)\s+to\s+(?:help|assist|answer|chat|talk)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|greetings|yes|sure|hi there|hello there|good \w+)\W+){0,2}(?:(?:this|it)(?:\s+is|'s)\s+)?$",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:yours(?: \w+)?|regards|wishes|sincerely|cheers|warmly|truly|your (?:ai )?(?:friend|assistant)),?\s*[—–-]*\s*$|^\s*[—–-]+\s*$",
    re.IGNORECASE,
)

# --- what may follow a name that somebody says to be ---

_AI_NEXT = re.compile(
    rf"^\s*,?\s*(?:[\w.-]+\s+){{0,3}}?{_AI}\b(?!\s+(?:company|lab|startup|firm|research\w*|safety|team|engineers?|experts?|users?|fans?|developers?))",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(r"^'s?\s|^'$")
_SOMEBODY = re.compile(
    r"^(?:-(?:like|style|inspired|compatible|curious|obsessed|free|certified|savvy|adjacent|sceptical|skeptical|friendly)\b|\s+(?:\w+\s+)?"
    + _words(
        "users?|fans?|experts?|developers?|engineers?|employees?|researchers?|enthusiasts?|lovers?|s[ck]eptics?|customers?",
        "subscribers?|investors?|shareholders?|competitors?|alternatives?|replacements?|rivals?|clones?|wannabe|impersonator",
        "addicts?|person|guy|girl|fanboy|certified|ambassadors?|partners?|interns?|alum(?:ni|nus)?|veterans?|evangelists?|critics?",
        "testers?|beginners?|newbie|scientists?|owners?|supporters?|trainers?|managers?|designers?|parents?|farmers?|herders?|spokes\\w+",
    )
    + r"\b|\s+(?:search|maps|docs|translate|drive|colab|chrome|play|sheets|scholar|calendar|trends|cloud)\b)",
    re.IGNORECASE,
)
_STANDS_ALONE = re.compile(
    r"^\s*(?:[.,;!?:)—–-]|$|(?:and|at|from|by|here|trained|made|created|developed|built)\b)", re.IGNORECASE
)
_SURNAME = re.compile(
    r"^(?:[\s-]+(?!AI|Assistant|Chat|Pro|Flash|Bot|Model|LLM|Language|Large|And|From|By|The|Your|I\b)(?:[A-Z][a-zäöüéèç]+|de|van|von|le)\b)"
)
_LIVES = re.compile(
    r"\b(?:born|years? old|painter|composer|teacher|student|nurse|baker|farmer|doctor|wife|husband|son|daughter|grew up|liv(?:e|es|ed|ing) in|retired|married"
    r"|zodiac|horoscope|astrolog\w+|star sign|sun sign|rising|leo|virgo|libra|scorpio|taurus|aries|pisces|aquarius|capricorn|sagittarius"
    r"|wool|herd|fur|furry|spit|barn|pasture|hoo(?:f|ves)|andes|hay|grass|animals?|fleece)\b",
    re.IGNORECASE,
)
_OF_MODELS = re.compile(
    rf"\b(?:ai|artificial intelligence|language model|model|assistant|chatbot|llm|{_MADE} by)\b", re.IGNORECASE
)

# --- what takes it back ---

_CLAUSE = re.compile(r"[,;:—–(]|\b(?:because|since|but|and|so|though|although|while|yes)\b", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"(?:\b(?:if|when|whenever|once|whether|unless|suppos(?:e|ing)|imagin(?:e|ing)|pretend(?:ing|ed)?|assum(?:e|ing)|as\s+if|as\s+though|like|wish(?:ing)?|were|until|that\s+means|joked?|lie)"
    r"(?:\s+(?:that|for a moment|for a second))?"
    r"|\b(?:you|they|people|users?|someone|somebody|anyone|everyone|others|he|she|folks|some|many|most|it|who|friends?|one|\w+s)\s+(?:\w+\s+){0,3}?"
    r"(?:think|thought|believ|assum|say|said|claim|ask|guess|suspect|suggest|wonder|mistak|imply|implie|expect|convinc|hear|heard|insist|joke|pretend|told|tell|call)\w*"
    r"(?:\s+me)?(?:\s+(?:that|if|whether))?"
    r"|(?:\w+n't|\bnot|\bnever|\bcannot|\bden(?:y|ies|ied)|\bdoubt|\bunsure|\bwrong(?:ly)?|\bfalse|\bmyth|\brumou?rs?|\bincorrect|\bnobody|\bno one)\b[^,;:]{0,40})\s*$",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    rf"\b(?:i(?:'m|\s+am|\s+was)|my\s+(?:name|creator|developer|maker)(?:'s|\s+is))\s+not\s+[^.;]{{1,80}}?,?\s*(?:\bbut|[—–-]|\brather|;)(?:\s+(?:rather|instead|actually|i'm))?"
    rf"(?:\s+{_MADE_LIST})?(?P<by>\s+(?:by|from))?(?:\s+(?:the|a))?$",
    re.IGNORECASE,
)


def introduction(context: Context) -> int | None:
    """Where the sentence begins to say that its speaker has this name or this maker; None where it does not."""
    for start in _introductions(context):
        asked = context.after.lstrip().startswith("?")
        if not asked and not _is_taken_back(context.sentence[:start]):
            return start
    return None


def _introductions(context: Context) -> Iterator[int]:
    before, after = context.before, context.after
    if (found := _IDENTITY.search(before)) and _may_be(context):
        yield context.position(found.start())
    if (found := _NOT_BUT.search(before)) and (found["by"] or _may_be(context)):
        yield context.position(found.start())
    if (found := _NAMED.search(before)) and _may_be_called(context):
        yield context.position(found.start())
    if (found := _PRODUCT_OF.search(before)) and context.kind is not Kind.LABEL and not _SOMEBODY.search(after):
        yield context.position(found.start())
    if (found := _AI_THAT.search(before)) and re.match(
        rf"(?:'s\s+[\w\s]{{1,20}})?\s+(?:has\s+|have\s+|\w+ly\s+)?{_CORE}\b(?! by)", after
    ):
        yield context.position(found.start())
    if (found := _ADDRESSED.search(before)) and _may_be_called(context):
        yield context.position(found.start())
    yield from _made(context)
    if (found := _AS.search(before)) and _speaks_as(context, found):
        yield context.position(found.start())
    if context.kind is not Kind.LABEL and _MADE_ME.search(after):
        yield context.start
    if context.kind in (Kind.MODEL, Kind.SHARED) and _is_greeting(context):
        yield 0


def _made(context: Context) -> Iterator[int]:
    """Who made the speaker, with no other name in between."""
    if context.kind is Kind.LABEL or _SOMEBODY.search(context.after):
        return
    for frame in (_AI_BY, _MADE_BY, _MY_MAKER):
        found = frame.search(context.before)
        if found and context.position(found.start()) >= context.since:
            yield context.position(found.start())
    if not context.before.strip(" —–-,.:") and _ASKED_MYSELF.search(context.previous):
        yield 0
    if _MADE_FIRST.search(context.before):
        speaker_follows = re.search(r"^[^,.]{0,30},\s+(?:\w+ly\s+)?(?:i|i'm|my)\b", context.after, re.IGNORECASE)
        if (
            speaker_follows
            or _ASKED_MYSELF.search(context.previous)
            or re.search(rf"{_I_AM}(?:,?\s+{_DETERMINER})?\s+{_ADJECTIVES}{_AI}\W*$", context.previous, re.IGNORECASE)
        ):
            yield 0


def _may_be(context: Context) -> bool:
    """Whether "I am ..." with this name names a model."""
    before, after, kind = context.before, context.after, context.kind
    if kind is Kind.LABEL or _SOMEBODY.search(after) or (before.endswith(",") and not _STANDS_ALONE.search(after)):
        return False
    if _OF_SOMEBODY.search(after) and not re.match(r"'s (?:[a-z]{0,3}-?\d)", after, re.IGNORECASE):
        return bool(_AI_NEXT.search(after[2:])) and kind is not Kind.SHARED
    if kind is Kind.MAKER:
        return bool(_AI_NEXT.search(after))
    with_article = re.search(r"\ban?$", before, re.IGNORECASE)
    if kind is Kind.MODEL:
        return True
    if with_article:
        return bool(re.match(rf"\s+{_AI}\b", after, re.IGNORECASE))
    return _may_be_called(context)


def _may_be_called(context: Context) -> bool:
    """Whether somebody with this name is a model."""
    if context.kind is Kind.MODEL or context.kind is Kind.LABEL:
        return not _SOMEBODY.search(context.after)
    if context.kind is Kind.MAKER:
        return bool(_AI_NEXT.search(context.after))
    if not context.name[0].isupper() and context.name.isascii():
        return False
    if _SURNAME.search(context.after) or _LIVES.search(context.after) or _OF_SOMEBODY.search(context.after):
        return False
    return context.kind is Kind.SHARED or bool(_OF_MODELS.search(context.sentence))


def _speaks_as(context: Context, found: re.Match[str]) -> bool:
    """Whether "as ..." is said of the speaker: it goes on with "I", or has begun with it."""
    if context.kind is Kind.LABEL or context.position(found.start()) < context.since:
        return False
    made = re.search(r"\b(?:by|called|named|from|of|at|on)\b", found.group(), re.IGNORECASE)
    rest = context.after
    if not made:
        if not re.search(r"\bas$|\bbeing$", context.before.rstrip(), re.IGNORECASE):
            as_ai = re.match(rf"\s+{_AI}\b", rest, re.IGNORECASE)
            if not as_ai:
                return False
            rest = rest[as_ai.end() :]
        elif context.kind is Kind.MAKER:
            return False
    if re.match(r"\s*[^,.;]{0,30},\s+(?:\w+ly,?\s+)?(?:i|i'm|i'd|i've|i'll|my|me)\b", rest, re.IGNORECASE):
        return True
    if not made:
        return False
    goes_on = re.match(r"[^,.;]{0,30}(?:,\s+(?P<subject>[\w']+)|[.;]|$)", rest)
    speaker_before = re.search(
        r"\b(?:i|i'm|my|me)\b", context.sentence[: context.position(found.start())], re.IGNORECASE
    )
    return bool(goes_on and speaker_before)


def _is_greeting(context: Context) -> bool:
    """ "ChatGPT here!", "Hello, this is Qwen speaking", "Claude is happy to help", "Yours, ChatGPT"."""
    before, after = context.sentence[: context.start], context.after
    if _GREETING.search(before) and (_SPEAKING.search(after) or _EAGER.search(after)):
        return True
    return context.kind is Kind.MODEL and bool(_SIGNED.search(before)) and not after.strip(" .!")


def _is_taken_back(before: str) -> bool:
    """Whether what leads up to an introduction makes it a supposition, a denial or somebody else's opinion."""
    clause = _CLAUSE.split(before[-120:])[-1]
    return bool(_TAKEN_BACK.search(clause))
