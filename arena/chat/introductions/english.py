"""How speakers introduce themselves in English.

Repetitions in the patterns are bounded and contexts are short, so that no text can make them slow.
"""

from __future__ import annotations

import re

from arena.chat.introductions.context import Context, Frame, introductions, uninterrupted
from arena.chat.introductions.names import Kind


def _words(*some: str) -> str:
    return "(?:" + "|".join(some) + ")"


def _compile(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE)


# --- words ---

_ADVERB = _words(
    "actually|really|just|simply|indeed|currently|basically|in fact|of course|still|only|technically|officially|also",
    "proudly|now|obviously|certainly|yes|originally|primarily|essentially|in reality|truly|in truth|honestly|here|well",
    "none other than|(?:better |also )?known as|in this case|what (?:you|people|they)(?:'d| would| might)? call|both",
    "to be (?:clear|honest|precise|exact)|you see|you know|so to speak|as it happens|in essence|at heart|quite|,",
)
_ADVERBS = rf"(?:,?\s+{_ADVERB},?){{0,4}}"
_THE = _words(
    "an?|the|your|our|another|one of(?: the)?|part of(?: the)?|a (?:part|member) of(?: the)?|the one and only",
    "your very own",
)
_SPEAKING_OF_AI = _words(
    "ai|a\\.i\\.|artificial|artificially|intelligence|language|virtual|digital|chat|conversational|intelligent|large",
    "small|generative|neural|text|text-based|multimodal|multilingual|computer|software|machine|deep|learning|helpful",
    "machine-learning|ai-powered|friendly|new|newest|latest|little|tiny|open|open-source|open-weights?|source|advanced",
    "powerful|humble|official|personal|smart|trusty|loyal|fine-tuned|distilled|quantized|lightweight|compact|free|and",
    "state-of-the-art|cutting-edge|instruct",
)
_AI = rf"(?:{_SPEAKING_OF_AI}[\s-]+){{0,6}}" + _words(
    "ai|a\\.i\\.|llms?|models?|assistants?|chat\\s?bots?|bots?|program|system|agent|software|technology|helper|companion",
    "intelligence|network|tool|machine|entity|buddy|being|mind|chat partner|creation|product",
)
_NO_ADJECTIVE = _words(
    "an?|the|not|no|never|using|user|developer|engineer|researcher|student|teacher|writer|fan|about|of|for|to|than|like",
    "by|who|that|which|expert|person|someone|employee|journalist|designer|scientist|investor|customer|in|on|at|with|is",
    "are|was",
)
_ADJECTIVES = rf"(?:(?!{_NO_ADJECTIVE}\b)[\w'.-]+,?\s+){{0,6}}?"
_KIN = _words(
    "version|instance|variant|edition|release|build|descendant|derivative|fine-?tune|distillation|creation|product",
    "brainchild|member|part|incarnation|iteration|generation|flavou?r|checkpoint|model|copy|sibling|spin-?off",
)
_VERSION_OF = rf"(?:{_ADJECTIVES}{_KIN}\s+(?:of|in|from)(?:\s+(?:the|an?|one of the))?)"

_MADE_ME = _words(
    "made|built|created|developed|trained|designed|programmed|engineered|fine-?tuned|pre-?trained|invented|released",
    "launched|coded|crafted|open-?sourced|conceived",
)
_MADE = _words(
    _MADE_ME,
    "produced|published|provided|offered|brought to (?:you|life)|maintained|operated|powered|run|hosted|owned|born",
    "introduced|assembled|distilled|put together|deployed",
)
_MADE_AND = rf"{_MADE}(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)(?:(?:is|was|am)\s+)?(?:\w+ly\s+)?{_MADE}){{0,3}}"
_OF_OTHERS = _words(
    "unlike|like|than|about|similar|compared|others?|not|but|while|whereas|although|though|if|whose|know|knows|tell|talk",
    "think|discuss|explain|mention|recommend|compare|using|uses?|i|i'm|he|she|they|it|fans?|students?|competitors?",
    "rivals?|users?|\\w+n't|someone|somebody|anyone|works?|inspired|competes?|competing|formerly|former|ex|said|says",
    "so|because|when",
)
_GAP = rf"(?:\s+(?!{_OF_OTHERS}\b|{_MADE}\b)[\w'()/-]+,?){{0,10}}?"
_PURPOSE = rf"(?:\s+(?!(?:i|but|than|unlike|not|about|compared)\b|{_MADE}\b)[\w'()/-]+,?){{0,14}}?"
_TEAM = rf"(?:\s+(?!{_OF_OTHERS}\b|{_MADE}\b|(?:who|that|which|with|used|through|via)\b)[\w'.-]+,?){{0,8}}?\s*"

_I_AM = _words(
    r"\bi(?:'m|\s+am|\s+was|\s+remain|\s+happen\s+to\s+be)\b"
    r"(?:\s+(?:proud|happy|glad|honou?red|lucky|pleased|delighted)\s+to\s+be\b)?",
    r"\bim\b",
    r"\bwe(?:'re|\s+are)\b",
    r"\b(?:it(?:'s|\s+is)|this\s+is)\s+(?:only\s+|just\s+)?me,",
    r"\bthis\s+(?:(?:friendly|helpful|humble|ai)\s+)?(?:assistant|chatbot|bot)\s+is\b",
    r"\bthe\s+(?:ai\s+|language\s+)?(?:model|ai|assistant|chatbot|bot|one)\s+(?:that\s+)?you(?:'re|\s+are)\s+(?:\w+ly\s+)?"
    r"(?:talking|chatting|speaking)\s+(?:to|with)(?:\s+(?:here|now))?\s+is\b",
    r"\bthe\s+(?:ai\s+|language\s+)?(?:model|ai|assistant|chatbot|bot|one)\s+(?:that\s+is\s+|that's\s+)?(?:answering|writing"
    r"|responding|talking|behind)(?:\s+(?:to|you|this|these|your|here|now|me|words|questions?|chat|messages?)){1,4}\s+is\b",
)
_I_WAS = r"\b(?:i(?:'m|'ve\s+been|\s+am|\s+was|\s+have\s+been|\s+got)|im|we\s+(?:are|were|have\s+been))"
_AN_AI = rf"{_I_AM}{_ADVERBS}(?:(?:\s+\w+){{1,2}},)?(?:,?\s+{_THE})?\s+{_ADJECTIVES}{_AI}"

# --- what stands before the name ---

_IDENTITY = _compile(
    rf"{_I_AM}{_ADVERBS}(?:,?\s+{_THE})?(?:\s+{_AI},?)?(?:\s+from(?:\s+the)?)?"
    rf"(?:\s+{_VERSION_OF}|\s+{_SPEAKING_OF_AI}){{0,3}}\s*$"
)
_PRODUCT_OF = _compile(
    rf"{_I_AM}{_ADVERBS}(?:\s+{_THE})?\s+(?:\w+\s+)?(?:product|creation|result|invention|brainchild|work|child|baby|offspring",
    r"|fruit|outcome)\s+of(?:\s+the)?$",
    rf"|\b{_MADE_ME}\s+me\s+(?:over\s+)?(?:at|in\s+the\s+labs?\s+(?:of|at))$|^\W*(?:hello|hi|hey|greetings|hugs)\s+from$"
    r"|\bi\s+owe\s+(?:my|it|everything|all|this)\b[\w\s]{0,30}\s+to(?:\s+the\s+\w+\s+at)?$",
    r"|\bi\s+(?:live|exist)\s+(?:on|in|at|inside)(?:\s+the\s+servers\s+of)?$",
    r"|\b(?:this|the|my)\s+(?:answer|response|reply|message|text|conversation)\s+(?:was|is|has\s+been)\s+(?:\w+ly\s+)?"
    r"(?:generated|written|produced|created)\s+by$",
    r"|\bgiven\s+the\s+name(?:\s+of)?$|\bthat(?:'s|\s+is)\s+me[,:]$|\b(?:it's|it\s+is|with)\s+me,$",
)
_AI_THAT = _compile(rf"{_AN_AI},?(?:\s+(?:that|which))?(?:\s+the\s+[\w\s]{{1,30}}(?:at|of|from))?$")
_AI_BY = _compile(
    rf"{_AN_AI}(?:\s*\([^()]{{1,30}}\))?,?",
    rf"(?:,?\s+(?:(?:that|which|who)\s+(?:is|was)\s+)?{_MADE_AND}\s+(?:to|for)\b{_PURPOSE})?",
    rf"(?:{_GAP}\s+(?:{_MADE_AND}{_GAP}\s+by|called|named|known\s+as|by\s+the\s+name\s+of|based\s+on|running\s+on|part\s+of",
    r"|built\s+on(?:\s+top\s+of)?|powered\s+by|belonging\s+to|whose\s+name\s+is)|\s+(?:from|by|of|at))",
    rf"(?:\s+the)?{_TEAM}$",
)
_MADE_BY = _compile(
    rf"{_I_WAS}{_ADVERBS}(?:\s+\w+ly)?\s+{_MADE_AND}{_GAP}\s+(?:by|at|from|(?:up)?on(?:\s+top\s+of)?|out\s+of",
    rf"|in(?:side)?(?:\s+the)?\s+(?:labs?|laborator(?:y|ies)|offices?|research\s+\w+|house)\s+(?:of|at)){_TEAM}$",
    rf"|\bmy\s+(?:\w+\s+)?(?:training|knowledge|weights|skills|abilities|education)\b{_GAP}\s+(?:by|at|from){_TEAM}$",
    rf"|\bi(?:'m|\s+am)?{_ADVERBS}\s+(?:come|coming|hail|originate|stem|belong|run|running|operate|operating|based|built)",
    rf"\s+(?:from|to|on|on\s+top\s+of){_TEAM}$",
)
_NAMED = _compile(
    r"(?:\bmy\s+(?:\w+\s+)?name(?:'s|\s+is|\s+would\s+be|\s*:|,)",
    r"|\b(?:i'm|i\s+am|i\s+was|i've\s+been)\s+(?:\w+ly\s+)?(?:called|named|christened|dubbed|known\s+as)",
    r"|(?<!not )\b(?:calls?|called|named|dubbed)\s+me|\b(?:call|know|refer\s+to|address)s?\s+me\s+(?:as|by)",
    r"|\bi(?:'m|\s+am)\s[\w\s]{0,30}\b(?:under|by)\s+the\s+name(?:\s+of)?",
    r"|\bi\s+(?:go|am\s+known|answer)\s+(?:by|as|to)(?:\s+the\s+name(?:\s+of)?)?|\bi\s+identify\s+(?:myself\s+)?as",
    r"|\bintroduce\s+myself(?:\s+as|:|,)|\b(?:the\s+)?name's|\bthe\s+name\s+is|\bi,|\bi\s*\()",
    rf"{_ADVERBS}(?:\s+the)?\s*$",
)
_MY_MAKER = _compile(
    r"\bmy\s+(?:\w+\s+){0,2}?(?:creators?|developers?|makers?|designers?|builders?|trainers?|owners?|provider|manufacturer",
    r"|parent\s+company|programmers?|inventors?|architecture|model\s+name",
    r"|(?:underlying|base|foundation|language|own)\s+(?:model|architecture|engine))",
    r"(?:\s+(?:is|are|was|were|at|over\s+at|come\s+from|from|called|named|being)|,|:|\s*\((?:the)?|\s+[—–-])",
    rf"(?:\s+(?:at|the|of|called|named|a|an|based\s+on|from)\b){{0,3}}{_TEAM}$",
    r"|\b(?:company|team|people|folks|lab|organi[sz]ation|researchers|engineers|developers|ones?|startup|minds?|firm)",
    rf"\s+(?:that|who|which|behind)\s+(?:ha(?:s|ve)\s+)?(?:{_MADE_ME}\s+)?me,?(?:\s+(?:is|are|was|were|works?|comes?))?",
    rf"(?:\s+(?:at|for|from|called|named))?{_TEAM}$",
)
_ADDRESSED = _compile(
    r"\byou(?:'re|\s+are|'ve\s+been|\s+have\s+been)\s+(?:\w+ly\s+|now\s+|right\s+now\s+)?(?:talking|chatting|speaking",
    rf"|conversing|interacting)(?:\s+right\s+now)?\s+(?:to|with)(?:\s+{_THE})?",
    rf"(?:\s+{_AI}(?:,|\s+(?:called|named|(?P<by>from|by|{_MADE}\s+by)))?)?\s*$",
)
_AS = _compile(
    r"(?<!such )(?<!same )(?<!known )(?<!well )\b(?:as|being)(?:\s+(?:an?|your|the))?",
    rf"(?:\s+{_ADJECTIVES}{_AI},?(?:{_GAP}\s+(?:{_MADE_AND}{_GAP}\s+by|called|named|based\s+on|powered\s+by)",
    rf"|\s+(?:from|by|of|at)){_TEAM}|\s+{_SPEAKING_OF_AI}|\s+{_VERSION_OF})?$",
)
_MADE_FIRST = _compile(
    rf"^\W*(?:\w+ly\s+)?(?:{_MADE_AND}{_GAP}\s+by|{_THE}\s+{_AI}(?:{_GAP}\s+{_MADE_AND}\s+by",
    rf"|\s+(?:from|by|called|named))){_TEAM}$",
)
_NOT_BUT = _compile(
    r"\b(?:i(?:'m|\s+am|\s+was)|my\s+(?:name|creator|developer|maker)(?:'s|\s+is))\s+not\s+[^.;]{1,80}?,?\s*",
    r"(?:\bbut|[—–-]|\brather|;)(?:\s+(?:rather|instead|actually|i'm))?",
    rf"(?:\s+{_MADE_AND})?(?P<by>\s+(?:by|from))?(?:\s+(?:the|a))?$",
)
_ANSWERS = _compile(
    r"^\W*(?:(?:that(?:'s| is| would be)|it(?:'s| is)|of course|simple|easy|why|well|just|call me|the)\W*){0,3}",
    r"(?:the (?:team|people|folks) at)?\W*$",
)
_ASKED_MYSELF = _compile(
    r"\b(?:my (?:name|creators?|makers?|developers?|company|model)|(?:who|what) (?:am i|i am)|what to call me",
    r"|who(?: \w+)? (?:made|created|built|trained|developed) me)\?\s*$",
)
_SAID_AI = _compile(rf"{_I_AM}(?:,?\s+{_THE})?\s+{_ADJECTIVES}{_AI}\W*$")
_GREETING = _compile(
    r"^\W*(?:(?:hi|hello|hey|greetings|yes|sure|hi there|hello there|good \w+)\W+){0,2}(?:(?:this|it)(?:\s+is|'s)\s*)?$"
)
_SIGNED = _compile(
    r"(?:yours(?: \w+)?|regards|wishes|sincerely|cheers|warmly|truly|your (?:ai )?(?:friend|assistant)),?\s*[—–-]*\s*$",
    r"|^\s*[—–-]+\s*$",
)
_ANYTHING = re.compile("$")

# --- what follows the name ---

_MAKES_ME = _compile(
    r"^(?:'s\s+[\w\s]{1,30}?)?,?(?:\s+[\w'-]+){0,3}?(?:\s+(?:who|which|that|also|has|have))*\s+(?:\w+ly\s+)?",
    rf"(?:{_MADE_ME}(?:\s+and\s+{_MADE_ME})?\s+me|gave\s+birth\s+to\s+me|brought\s+me\s+to\s+life)\b(?!-)",
    r"(?=\W*$|\s*[,.;:!?)—–]|\s+(?:\w+ly|to(?! (?:wait|laugh|cry|think|feel|smile))|so|in|with|and|for|as|from|using",
    r"|on|at|because|but|who|which|into|this|last|well|by|over|through|back)\b)",
    r"|^[^,.;]{0,40}\s(?:creating|building|training|developing|designing|programming)\s+me\b",
    rf"|^,?\s+(?:where|by\s+whom)\s+i\s+(?:was|am|got|have\s+been)\s+{_MADE_ME}",
    r"|^,?\s+(?:is|are|was|were)\s+my\s+(?:\w+\s+)?(?:creators?|developers?|makers?|name|owner|designers?|trainers?)\b",
    r"|^,?\s+(?:is|are|was|were)\s+(?:the\s+)?(?:company|team|lab|ones?|organi[sz]ation|people)\s+(?:behind|that|who|which)",
    r"\s+(?:\w+\s+)?me\b|^,?\s+(?:is|are)\s+(?:who\s+i\s+am|what\s+(?:you|people|they)\s+(?:can\s+)?call\s+me)\b",
    r"|^,?\s+(?:because\s+)?(?:that's|that\s+is)\s+(?:exactly\s+)?(?:what|who)\s+i\s+am\b",
    r"|^[,:]?\s+(?:that's|that\s+is|this\s+is)\s+my\s+name\b",
    r"|^,?\s+(?:that's|that\s+is|it's|it\s+is)\s+me\b|^,?\s+(?:is|are|stands?)\s+behind\s+me\b|^,?\s+at\s+your\s+service\b",
    r"|^,[^.!?]{1,60},\s+(?:is\s+)?(?:here|at\s+your\s+service|ready|happy)\b",
)
_SPEAKS = _compile(
    r"^(?:\s+(?:from|by)\s+\w+)?\s+(?:here|speaking)\b(?=\s*(?:[,.!:;—–-]|$|to\s+help|and\s+ready))",
    r"|^(?:\s+is|'s|\s+would\s+be)\s+(?:here|happy|glad|delighted|ready|pleased|excited)\s+to\s+",
    r"(?:help|assist|answer|chat|talk)\b",
)
_THAT_MADE = _compile(rf"^(?:'s\s+[\w\s]{{1,20}})?\s+(?:has\s+|have\s+|\w+ly\s+)?{_MADE_ME}\b(?! by)")
_AI_NEXT = _compile(
    rf"^\s*,?\s*(?:[\w.-]+\s+){{0,3}}?{_AI}\b(?!\s+(?:company|lab|startup|firm|research\w*|safety|team|engineers?|experts?",
    r"|users?|fans?|developers?))",
)
_AI_AT_ONCE = _compile(rf"^\s+{_AI}\b")
_OF_SOMEBODY = re.compile(r"^'s?\s(?!(?:\w{0,3}-?\d))|^'$")
_SOMEBODY = _compile(
    r"^(?:-(?:like|style|inspired|compatible|curious|obsessed|free|certified|savvy|adjacent|s[ck]eptical|friendly)\b",
    r"|\s+(?:\w+\s+)?(?:users?|fans?|experts?|developers?|engineers?|employees?|researchers?|enthusiasts?|lovers?|s[ck]eptics?",
    r"|customers?|subscribers?|investors?|shareholders?|competitors?|alternatives?|replacements?|rivals?|clones?|wannabe",
    r"|impersonator|addicts?|person|guy|girl|fanboy|certified|ambassadors?|partners?|interns?|alum(?:ni|nus)?|veterans?",
    r"|evangelists?|critics?|testers?|beginners?|newbie|scientists?|owners?|supporters?|trainers?|managers?|designers?|parents?",
    r"|farmers?|herders?|spokes\w+)\b",
    r"|\s+(?:search|maps|docs|translate|drive|colab|chrome|play|sheets|scholar|calendar|trends|cloud)\b)",
)
_WORKERS = _compile(r"\b(?:developers?|engineers?|employees?|researchers?|scientists?|interns?|designers?)$")
_STANDS_ALONE = _compile(
    r"^\s*(?:[.,;!?:)—–-]|$|(?:and|at|from|by|here|to be|in fact|trained|made|created|developed|built)\b)"
)
_SURNAME = re.compile(
    r"^[\s-]+(?!AI|Assistant|Chat|Pro|Flash|Bot|Model|LLM|Language|Large|And|From|By|The|Your|I\b)"
    r"(?:[A-Z][a-zäöüéèç]+|de|van|von|le)\b"
)
_LIVES = _compile(
    r"\b(?:born|years? old|painter|composer|teacher|student|nurse|baker|farmer|doctor|wife|husband|son|daughter",
    r"|grew up|liv(?:e|es|ed|ing) in|retired|married|zodiac|horoscope|astrolog\w+|(?:star|sun) sign|rising|leo|virgo",
    r"|libra|scorpio|taurus|aries|pisces|aquarius|capricorn|sagittarius|wool|herd|fur|furry|spit|barn|pasture|hoo(?:f|ves)|andes|hay",
    r"|grass|animals?|fleece)\b",
)
_OF_MODELS = _compile(rf"\b(?:ai|artificial intelligence|language model|model|assistant|chatbot|llm|{_MADE} by)\b")
_I_FOLLOW = _compile(r"^\s*[^,.;]{0,30},\s+(?:\w+ly,?\s+)?(?:i|i'm|i'd|i've|i'll|my|me)\b")
_I_CAME_BEFORE = _compile(r"\b(?:i|i'm|my|me)\b")

# --- what takes it back ---

_CLAUSE = _compile(r"[,;:—–(]|\b(?:because|since|but|and|so|though|although|while|yes)\b")
_TAKEN_BACK = _compile(
    r"(?:\b(?:if|when|whenever|once|whether|unless|suppos(?:e|ing)|imagin(?:e|ing)|pretend(?:ing|ed)?|assum(?:e|ing)|as\s+if",
    r"|as\s+though|like|wish(?:ing)?|were|until|that\s+means|joked?|lie)(?:\s+(?:that|for a moment|for a second))?",
    r"|\b(?:you|they|people|users?|some(?:one|body)|any(?:one|body)|every(?:one|body)|others|he|she|folks|some|many|most|it|who|friends?|one|\w+s)",
    r"\s+(?:\w+\s+){0,3}?(?:think|thought|believ|assum|say|said|claim|ask|guess|suspect|suggest|wonder|mistak|imply|implie",
    r"|expect|convinc|hear|heard|insist|joke|pretend|told|tell|call)\w*(?:\s+me)?(?:\s+(?:that|if|whether))?",
    r"|(?:\w+n't|\bnot|\bnever|\bcannot|\bden(?:y|ies|ied)|\bdoubt|\bunsure|\bwrong(?:ly)?|\bfalse|\bmyth|\brumou?rs?",
    r"|\bincorrect|\bnobody|\bno one)\b[^,;:]{0,40})\s*$",
)


def introduction(context: Context) -> int | None:
    """Where the sentence begins to say that its speaker has this name or this maker; None where it does not."""
    if context.after.lstrip().startswith("?"):
        return None
    return next((start for start in introductions(context, _FRAMES) if not _is_taken_back(context, start)), None)


def _is_taken_back(context: Context, start: int) -> bool:
    """Whether what leads up to an introduction makes it a supposition, a denial or somebody else's opinion."""
    clause = _CLAUSE.split(context.sentence[max(0, start - 120) : start])[-1]
    return bool(_TAKEN_BACK.search(clause))


# --- which names and sequels go with a frame ---


def _is_it(context: Context, _: re.Match[str]) -> bool:
    """Whether "I am ..." with this name names a model."""
    before, after = context.before, context.after
    if context.kind is Kind.LABEL or _SOMEBODY.search(after):
        return False
    if before.endswith(",") and not _STANDS_ALONE.search(after):
        return False
    if context.kind is Kind.MAKER and re.search(r"\bfrom(?: the)?$", before, re.IGNORECASE):
        return bool(_STANDS_ALONE.search(after))
    if _OF_SOMEBODY.search(after):
        return context.kind is not Kind.SHARED and bool(_AI_NEXT.search(after[2:]))
    if context.kind in (Kind.SHARED, Kind.WORD) and re.search(r"\ban?$", before, re.IGNORECASE):
        return bool(_AI_AT_ONCE.search(after))
    return _is_called(context)


def _is_called(context: Context, _: re.Match[str] | None = None) -> bool:
    """Whether somebody with this name is a model."""
    after = context.after
    if context.kind in (Kind.MODEL, Kind.LABEL):
        return not _SOMEBODY.search(after)
    if context.kind is Kind.MAKER:
        return bool(_AI_NEXT.search(after))
    if context.name.isascii() and not context.name[0].isupper():
        return False
    if _SURNAME.search(after) or _LIVES.search(after) or _OF_SOMEBODY.search(after):
        return False
    return context.kind is Kind.SHARED or bool(_OF_MODELS.search(context.sentence))


def _is_it_instead(context: Context, found: re.Match[str]) -> bool:
    return bool(found["by"]) or _is_it(context, found)


def _made_it(context: Context, found: re.Match[str]) -> bool:
    return _is_maker(context, found) and uninterrupted(context, found)


def _is_maker(context: Context, _: re.Match[str]) -> bool:
    somebody = _SOMEBODY.search(context.after)
    return context.kind is not Kind.LABEL and not (somebody and not _WORKERS.search(somebody.group()))


def _made_this_ai(context: Context, _: re.Match[str]) -> bool:
    return context.kind is not Kind.LABEL and bool(_THAT_MADE.search(context.after))


def _is_addressed(context: Context, found: re.Match[str]) -> bool:
    return bool(found["by"]) or _is_called(context)


def _is_spoken_as(context: Context, found: re.Match[str]) -> bool:
    """Whether "as ..." is said of the speaker: "I" follows, or, where a maker is named, came before."""
    if context.kind is Kind.LABEL or not uninterrupted(context, found):
        return False
    rest = context.after
    if re.search(r"\b(?:by|called|named|from|of|at|on)\b", found.group(), re.IGNORECASE):
        came_before = _I_CAME_BEFORE.search(context.sentence[: context.position(found.start())])
        return bool(_I_FOLLOW.search(rest) or (came_before and re.match(r"[^,.;]{0,30}(?:[,.;]|$)", rest)))
    if not re.search(r"\b(?:as|being)$", context.before, re.IGNORECASE):
        described = _AI_AT_ONCE.search(rest)
        return bool(described and _I_FOLLOW.search(rest[described.end() :]))
    return context.kind is not Kind.MAKER and bool(_I_FOLLOW.search(rest))


def _makes_me(context: Context, _: re.Match[str]) -> bool:
    after = context.after if context.after.strip(" .!") else context.after[:1] + context.following
    return context.kind is not Kind.LABEL and bool(_MAKES_ME.search(after.lstrip(".!")))


def _answers_itself(context: Context, _: re.Match[str]) -> bool:
    return context.kind is not Kind.LABEL and bool(_ASKED_MYSELF.search(context.previous))


def _made_the_speaker(context: Context, _: re.Match[str]) -> bool:
    """Whether "Made by ..." at a sentence's beginning goes on with "I", or explains a sentence that spoke of it."""
    if context.kind is Kind.LABEL or _SOMEBODY.search(context.after):
        return False
    return any(
        (
            _I_FOLLOW.search(context.after),
            _ASKED_MYSELF.search(context.previous),
            _SAID_AI.search(context.previous),
        )
    )


def _greets(context: Context, _: re.Match[str]) -> bool:
    """As in "ChatGPT here!", "Hello, this is Qwen speaking", "Claude is happy to help"."""
    return context.kind in (Kind.MODEL, Kind.SHARED) and bool(_SPEAKS.search(context.after))


def _signs(context: Context, _: re.Match[str]) -> bool:
    return context.kind is Kind.MODEL and not context.after.strip(" .!")


_FRAMES = (
    Frame(_IDENTITY, _is_it),
    Frame(_NOT_BUT, _is_it_instead),
    Frame(_NAMED, _is_called),
    Frame(_PRODUCT_OF, _is_maker),
    Frame(_AI_THAT, _made_this_ai),
    Frame(_AI_BY, _made_it),
    Frame(_MADE_BY, _made_it),
    Frame(_MY_MAKER, _made_it),
    Frame(_ADDRESSED, _is_addressed),
    Frame(_AS, _is_spoken_as),
    Frame(_ANYTHING, _makes_me),
    Frame(_ANSWERS, _answers_itself),
    Frame(_MADE_FIRST, _made_the_speaker),
    Frame(_GREETING, _greets),
    Frame(_SIGNED, _signs),
)
