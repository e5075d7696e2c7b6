"""How speakers introduce themselves in Chinese, simplified and traditional.

Repetitions in the patterns are bounded and contexts are short, so that no text can make them slow.
"""

from __future__ import annotations

import re

from arena.chat.introductions.context import Context, Frame, introductions, uninterrupted
from arena.chat.introductions.names import Kind


def _words(*some: str) -> str:
    return "(?:" + "|".join(some) + ")"


def _compile(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts))


# --- words ---

_I = r"(?<![自忘敌本大小无])" + _words(
    "我们|我們|我|本人|在下|俺|咱|人家|本助手|本助理|本模型|本AI|本机器人|吾|鄙人|小可",
)
_ADVERB = _words(
    "其实|其實|真的|确实|確實|就|也|当然|當然|目前|现在|現在|实际上|實際上|事实上|本来|正|呢|呀|啊|嘛|可|乃|便|本质上|严格来说",
    r"准确地?说|简单来说|总之|总的来说|最初|最早|原先|原本|后来|後來|当初|一开始|一直|只|不过|仅仅|的确|嗯|哈|恰恰|自然|依然",
    r"仍然|还|都|，|,|\s",
)
_ADVERBS = rf"{_ADVERB}{{0,4}}"
_I_AM = rf"{_I}{_ADVERBS}(?:是|係|即是|為|为|乃是|乃|算是|属于|屬於)"
_AI = _words(
    "语言模型|語言模型|大模型|模型|智能助手|智慧助手|助手|助理|人工智能|人工智慧|AI|A\\.I\\.|聊天机器人|聊天機器人|机器人|機器人",
    "智能体|智能體|智能程序|程序|程式|系统|系統|聊天伙伴|小伙伴|伙伴|夥伴|LLM|版本|技术产品|问答引擎|虚拟助手",
)
_MADE = _words(
    "开发|研发|训练|创建|创造|打造|推出|设计|研制|制作|构建|提供|发布|培养|开源|出品|建立|编写|驱动|维护|运营|孵化|调教|微调|蒸馏",
    "制造|造|生产|做|写|開發|研發|訓練|創建|創造|設計|發布|構建|製作|開源|運營|微調|調教",
)
_TEAM_WORD = _words(
    r"（[^（）]{0,30}）|\([^()]{0,30}\)|有限|股份|责任|公司|团队|團隊|实验室|實驗室|集团|集團|研究院|研究所|旗下|科技|研究人员|研究員",
    "研究团队|研究者|工程师们?|工程師們?|科学家们?|人工智能|人工智慧|技术|技術|智能|云|平台|官方|大模型|的|们|倾力|倾心|自主|独立",
    "獨立|精心|专门|專門|共同|联合|聯合|最新|全新|一手|工作的|历时\\w{1,4}|所|来|來|于\\s?\\d{4}\\s?年|在\\s?\\d{4}\\s?年|和|与|與|、",
)
_TEAM = rf"\s*{_TEAM_WORD}{{0,10}}\s*"
_ONE = r"(?:一(?:个|個|款|名|位|只|种|種|台|套)|个|個|款|名|位|你的|您的|大家的|你們的|你们的)"
_DESCRIBED = _words(
    _ONE,
    _AI,
    "来自|來自|源自|出自|基于|基於|中国|美国|法国|杭州|北京|国产|國產|全新|最新|可爱|可愛|聪明|聰明|友好|友善|温暖|贴心|貼心|智慧",
    "智能|大型|小型|大|小|轻量级|通用|对话|對話|聊天|语言|語言|名叫|名为|名為|叫做|叫作|叫|称为|稱為|昵称|代号|所谓|传说中的?",
    "大名鼎鼎|如假包换|正版|超大规模|超大規模|预训练|預訓練|开源|開源|多模态|人工|专属|專屬|虚拟|在线|新一代|第\\w代|由|被|的",
    "(?:大家|你们|人们|你|您)(?:常|所|口中|都|也)?(?:说|知道|熟知|认识|听说|讲|熟悉)?过?的|那个|那位|这个|我|——|—|-|:|：|，|,|、|\\s",
    "[^，。；！？用说看听学做写在想喜玩研问买讲聊跟和与比对为给让被不没\\s]{1,6}的",
)
_MAKERS = _words(
    "开发者|开发商|开发公司|开发方|研发公司|研发方|开发团队|研发团队|創造者|创造者|创建者|创作者|制造商|制造者|母公司|训练者|训练方",
    "设计者|出品方|出品公司|提供者|所属公司|背后的公司|開發者|開發商|開發公司|開發團隊|底层模型|底层|基础模型|基座模型|基座|底座|内核",
    "模型名称|语言模型",
)
_FROM = _words(
    "来自|來自|源自|出自|基于|基於|依托|搭载|隶属于|隸屬於|属于|屬於|(?:诞生|出生|生)[于在]|(?:运行|跑|建立|构建)[在于]|背靠|师从"
)

# --- what stands before the name ---

_IDENTITY = _compile(rf"{_I_AM}{_DESCRIBED}{{0,12}}$")
_NOT_BUT = _compile(
    rf"{_I}(?:的名字|的开发者)?[^。；！？]{{0,20}}(?:不是|不叫|并非|並非|並不是)[^。；！？]{{1,40}}?[，,；]?\s*",
    rf"(?:而|而是|其实|其實|我){{0,2}}(?:是|叫)(?:由|被)?{_DESCRIBED}{{0,6}}$",
)
_BY = _compile(
    rf"{_I}{_ADVERBS}(?:是|為|为|乃)?{_ADVERB}{{0,2}}(?:由|被|经|經|(?P<origin>{_FROM}))[^，。；！？由我]{{0,18}}$",
)
_AI_BY = _compile(
    rf"{_I_AM}[^。；！？]{{0,60}}?{_AI}[^。；！？我不没非]{{0,24}}?",
    rf"(?:由|被|经|(?P<origin>{_FROM}|名字叫|名字是|名叫|名为|叫做|叫)|(?P<named>是))[^，。；！？由我]{{0,18}}$",
)
_NAMED = _compile(
    rf"(?:(?<![不别])叫我|{_I}{_ADVERB}{{0,3}}(?:叫做|叫作|叫|名叫|名为|名為|自称|被称为|被稱為|被称作|被命名为|被叫做|通常被称为",
    "|的(?:中文|英文|全|大|真|本|官方)?(?:名字|全称|全稱|简称|名|名称|名稱|芳名|身份|代号|型号|模型名称|昵称)",
    r"(?:，|,|\s)?(?:就|也)?(?:是|叫做|叫|为|為|:|：))",
    "|(?:称呼|稱呼|喊|唤|喚|管|称|稱)我(?:为|為|作|做|一声|叫|是)?|名字(?:就)?(?:是|叫)",
    r"|(?:我自己|自我介绍|关于我)[^。！？]{0,12}(?:姓名|名字)[:：]?)",
    rf"{_DESCRIBED}{{0,4}}$",
)
_MY_MAKER = _compile(
    rf"{_I}的(?:[\u4e00-\u9fff]{{0,4}})?(?:{_MAKERS}[^，。；！？]{{0,6}}?(?:是|为|為|来自|來自|叫|就是|属于|基于)",
    rf"[^，。；！？用在喜说做和跟从]{{0,12}}|{_MAKERS}[，,:：]|(?:爸爸|妈妈|爸妈|父母|老家|娘家|主人|公司|老板|东家)(?:就)?是",
    r"|(?:诞生|出生|存在)(?:要|得)?(?:感谢|归功于|离不开|多亏))$",
    rf"|(?:{_MADE}(?:出|出来)?(?:了)?我的|(?<!的){_I}背[后後](?:的[^，。；！？]{{0,8}})?)",
    "(?:[^，。；！？]{0,8}(?:是|叫|来自|為|为)[^，。；！？]{0,12}|(?:公司|团队|人|机构|企业|实验室))$",
)
_TRAINED_BY = _compile(rf"{_I}的(?:训练|开发|研发|底层技术)(?:是)?由[^，。]{{0,8}}$")
_IN_ITS_HOUSE = _compile(rf"{_I}{_ADVERBS}是在[^，。]{{0,4}}$")
_ADDRESSED = _compile(
    r"(?:您|你)(?:现在|現在|正在|此刻|当前|目前|面前){0,2}(?:正)?(?:在)?(?:和|跟|与|與|同)[^，。我他她它]{0,10}$",
    r"|(?:和|跟|与|與|陪)(?:你|您)(?:聊天|对话|對話|说话|交流|聊)的(?:模型|AI|助手|对象)?(?:是|正是|就是|，)[^，。]{0,10}$",
    r"|(?:您|你)(?:现在|正在|此刻)?(?:面对|使用|对话|聊天|交谈)的(?:对象)?(?:正|就)?是[^，。]{0,10}$",
    r"|^\W*(?:您好|你好|哈喽|嗨|大家好|亲)?\W{0,3}(?:这里|這裡|这边|我这里)是[^，。]{0,6}$",
)
_AND_THAT_IS = _compile(rf"{_I_AM}[^。；！？，不没说想在用]{{0,14}}(?:——|—|-|：|:|，)$")
_AS = _compile(rf"(?:作为|作為|身为|身為|做为){_ONE}?[^，。；！？]{{0,16}}$")
_I_ASIDE = _compile(rf"{_I}(?:，|,|——|—|\(|（)$")
_MADE_FIRST = _compile(r"^\W*(?:是)?由[^，。；！？]{0,14}$")
_GREETING = _compile(r"^\W*(?:您好|你好|哈喽|嗨|大家好|好的|亲|当然)?\W*$")
_ANSWERS = _compile(r"^\W*(?:是|当然是|就是|那就是|那当然是|那还用说|叫|它是|他们是)?\W*$")
_ASKED_MYSELF = _compile(
    rf"(?:我(?:到底)?是谁|我叫什么(?:名字)?|我的(?:名字|{_MAKERS}|公司)(?:是谁|是什么|呢)?|谁{_MADE}了?我|我是谁{_MADE}的)(?:呢|呀|啊)?[?？]\s*$"
)
_SAID_AI = _compile(rf"{_I_AM}[^。]{{0,30}}{_AI}\W*$")
_ANYTHING = re.compile("$")

# --- what follows the name ---

_SOMEBODY = _compile(
    r"^\s*(?:公司|集团|团队)?(?:里|内部)?(?:的)?\s*(?:[\u4e00-\u9fff]{0,6}?)",
    "(?:粉丝|用户|員工|员工|忠粉|爱好者|开发者|工程师|工程師|使用者|研究员|经理|創始人|创始人|投资人|股东|客户|对手|對手|替代品",
    "|代言人|铁粉|新手|黑粉|学习者|作者|同事|司机|程序员|实习生|运营|老师|教授|学生|同学|校友|博士|客服|顾客|会员|老板|总裁|高管",
    "|应届生|测试员|设计师|销售|记者|博主|达人|发烧友|拥趸|受害者|专家|小白|家长|朋友|邻居)",
    r"(?:之一|们)?(?:[，,。！!；;、…\s]|$)",
)
_WORKERS = _compile(r"(?:工程师|工程師|研究员|程序员|博士|教授|设计师)(?:之一|们)?\W?$")
_AI_NEXT = _compile(rf"^{_TEAM}[^，。；！？]{{0,14}}?{_AI}")
_CHILD_NEXT = _compile(
    rf"^{_TEAM}[^，。；！？]{{0,4}}?(?:产品|作品|成果|结晶|孩子|儿子|女儿|宝宝)(?:之一)?(?:[，。！；～~,!\s]|$|而已|啦|哦|呀)|^家的(?:[，。！～~,!\s]|$)"
)
_MADE_NEXT = _compile(
    rf"^{_TEAM}[^，。；！？的]{{0,10}}?{_MADE}(?!者|商|人员|团队|工程师|部)(?:出来|出|而成|[并和与、]{_MADE}){{0,2}}",
    rf"(?:的(?=[^，。；！？]{{0,14}}{_AI}|[，。！？；,!?\s]|$|我|{_ONE}|[A-Z])|(?!的))",
)
_ITS_MODEL = _compile(
    rf"^\s*{_TEAM}[^，。；！？]{{0,14}}?(?:{_AI}|{_MADE}|一员|化身|分身|一个版本|产品|成员|家族|系列)"
)
_STANDS_ALONE = _compile(rf"^\s*(?:[，。！？；、~～,.!（(]|$|由|来自|和|是由|{_TEAM}{_MADE})")
_CALLED_UPON = _compile(r"^\s*(?:帮|给|替|去|写|把|做|教|念|读|翻译|查|讲|算|画|起床)")
_LIVES = _compile(
    "岁|歲|出生|画家|作曲家|老师|学生|医生|妈妈|爸爸|太太|先生|星座|座的|羊驼毛|草原|吃草|毛茸茸|宠物|花匠|·|•"
)
_HUMAN = _compile("负责|上班|工作|任职|就职|面试|搭|做了|写了")
_WORKS = _compile(rf"^{_TEAM}(?:完成|负责|提供|支持|进行|(?:里|中|内)?被?{_MADE}(?:出来)?的)")
_IN_GENERAL = _compile(r"^[^，。]{0,8}(?:时|的时候|记录|之前|之后|过程)")
_DESCRIBED_AI = _compile(rf"{_TEAM}[^，。；！？我]{{0,24}}?(?:{_AI}|一员|产品|作品)(?=[，,：:、\s我]|$)")
_I_FOLLOW = _compile(
    r"^\s*[，,：:、]?\s*(?:我|本助手|本模型)",
    r"|^\s*[，,]\s*(?:很|非常|当然|虽然|目前|其实|在这里|首先)[^，。]{0,8}[，,]?\s*我",
)
_MAKES_ME = _compile(
    rf"^{_TEAM}[^，。；！？我]{{0,8}}?{_MADE}(?:了|出了|出来了|出来的|出)?我",
    r"(?=[，。！？；、,.!?~～\s]|$|来|去|让|使|是|并|而|以|和你|和您|陪|帮|用来|教|呢|啊|呀|哦|所以|因此|出来|这)",
    rf"|^(?:的(?:开发者|工程师|人|团队)们?)?(?:就|便|正|算)?是我的[\u4e00-\u9fff]{{0,3}}?(?:{_MAKERS}|名字|本名|大名|英文名|中文名|东家|主人|父母|娘家)",
    r"|^[，,]\s*(?:这|那)(?:就|便|正)?是我(?:的[名本大]|[，。！]|$)",
    r"|^(?:就是|便是|正是)?(?:是)?(?:在下|本人|我本人|我啦|我呀|我哦)|^(?:就|便|正)是我(?:[，。！～~、!]|$)",
)
_SERVES = _compile(
    r"^\s*(?:很高兴|很高興|非常高兴|非常荣幸|很荣幸|乐意|樂意|愿意|随时|竭诚|在此|在这里|将)[^，。]{0,4}",
    r"(?:为|為|帮|幫|陪|回答|认识)\w{0,2}(?:您|你|大家)?|^\s*(?:为|為)(?:您|你)(?:服务|服務|解答|效劳)",
)

# --- what takes it back ---

_CLAUSE = _compile(r"[，,；;：:（(—]|因为|所以|但是|但|不过|而且|虽然")
_TAKEN_BACK = _compile(
    "(?:如果|假如|假设|假設|要是|倘若|若|就当|当作|當作|当成|当做|以为|以為|误以为|误认为|誤認為|希望|想象|想像|假装|假裝|扮演",
    "|好像|仿佛|似乎|是否|是不是|难道|莫非|即使|哪怕|除非|比方说|比如|不代表|并不意味着|不意味着|不能说|不敢说|没说|没说过|不会说",
    "|不承认|否认|不确定|不知道|开玩笑说|骗你说|谎称|冒充)[^，。；！？]{0,8}$",
    "|(?:你|您|他|她|它|大家|有人|别人|人们|用户|网友|朋友|同学|他们|她们|谁|不少人|很多人|许多人|老师|妈妈|孩子|客户|一些人)",
    "[^，。；！？我]{0,8}(?:说|说过|觉得|认为|问|问过|猜|怀疑|称|宣称|传|當|当|误会|期待|相信|叫嚷|嘲笑|說|認為|覺得|懷疑)[：:]?$",
)
_ASKED = _compile(r"^\s*(?:吗|嗎|么|嘛\?|？|\?|还是)")


def introduction(context: Context) -> int | None:
    """Where the sentence begins to say that its speaker has this name or this maker; None where it does not."""
    if _ASKED.search(context.after):
        return None
    return next((start for start in introductions(context, _FRAMES) if not _is_taken_back(context, start)), None)


def _is_taken_back(context: Context, start: int) -> bool:
    """Whether what leads up to an introduction makes it a supposition, a denial or somebody else's opinion."""
    clause = _CLAUSE.split(context.sentence[max(0, start - 40) : start])[-1]
    return bool(_TAKEN_BACK.search(clause))


# --- which names and sequels go with a frame ---


def _is_it(context: Context, _: re.Match[str]) -> bool:
    """Whether "我是…" with this name names a model."""
    after = context.after
    if context.kind is Kind.LABEL or _SOMEBODY.search(after):
        return False
    if context.before.endswith(("，", ",")) and not _STANDS_ALONE.search(after):
        return False
    if context.kind is Kind.MAKER:
        return bool(_MADE_NEXT.search(after) or _AI_NEXT.search(after) or _CHILD_NEXT.search(after))
    if re.match(r"\s*(?:公司|团队)?的", after) and not _ITS_MODEL.search(after):
        return False
    return _is_called(context)


def _is_called(context: Context, _: re.Match[str] | None = None) -> bool:
    """Whether somebody with this name is a model."""
    after = context.after
    if context.kind is Kind.MAKER:
        return bool(_AI_NEXT.search(after))
    if context.kind in (Kind.MODEL, Kind.LABEL):
        return not _SOMEBODY.search(after) and not _CALLED_UPON.search(after)
    if context.name.isascii() and not context.name[0].isupper():
        return False
    if _LIVES.search(re.split("不是|并非", after)[0]) or re.match(r"\s*[A-Z][a-z]+", after):
        return False
    return context.kind is Kind.SHARED or bool(re.search(rf"{_AI}|{_MADE}的", context.sentence))


def _made_it(context: Context, found: re.Match[str]) -> bool:
    """Whether this name made the speaker, or is what the speaker comes from."""
    after, parts = context.after, found.groupdict()
    if not _is_maker(context, found):
        return False
    if _MADE_NEXT.search(after):
        return True
    if _HUMAN.search(after[:20]):
        return False
    return bool(parts["origin"]) or (bool(parts.get("named")) and context.kind is not Kind.MAKER)


def _is_maker(context: Context, found: re.Match[str]) -> bool:
    somebody = _SOMEBODY.search(context.after)
    nobody_else = not somebody or _WORKERS.search(somebody.group())
    return context.kind is not Kind.LABEL and uninterrupted(context, found) and bool(nobody_else)


def _trained_it(context: Context, found: re.Match[str]) -> bool:
    return _is_maker(context, found) and bool(_WORKS.search(context.after))


def _is_addressed(context: Context, _: re.Match[str]) -> bool:
    by_maker = context.kind is Kind.MAKER and _MADE_NEXT.search(context.after)
    return bool(by_maker or _is_called(context)) and not _IN_GENERAL.search(context.after)


def _stands_alone(context: Context, _: re.Match[str]) -> bool:
    return context.kind is Kind.MODEL and bool(_STANDS_ALONE.search(context.after))


def _is_spoken_as(context: Context, found: re.Match[str]) -> bool:
    """Whether "作为…" is said of the speaker."""
    if context.kind is Kind.LABEL or not uninterrupted(context, found):
        return False
    described = _DESCRIBED_AI.match(context.after)
    if not described and context.kind is Kind.MAKER:
        return False
    came_before = re.search(rf"{_I}(?:只是)?$", context.sentence[: context.position(found.start())])
    rest = context.after[described.end() :] if described else context.after
    return bool(came_before or _I_FOLLOW.search(rest))


def _makes_me(context: Context, _: re.Match[str]) -> bool:
    return context.kind is not Kind.LABEL and bool(_MAKES_ME.search(context.after))


def _is_aside(context: Context, _: re.Match[str]) -> bool:
    return context.kind in (Kind.MODEL, Kind.SHARED) and bool(re.match(r"[，,、—)）]", context.after))


def _serves(context: Context, _: re.Match[str]) -> bool:
    return context.kind in (Kind.MODEL, Kind.SHARED) and bool(_SERVES.search(context.after))


def _answers_itself(context: Context, _: re.Match[str]) -> bool:
    return context.kind is not Kind.LABEL and bool(_ASKED_MYSELF.search(context.previous))


def _made_the_speaker(context: Context, _: re.Match[str]) -> bool:
    """Whether "由…" at a sentence's beginning goes on with "我", or explains a sentence that spoke of it."""
    if context.kind is Kind.LABEL or not _MADE_NEXT.search(context.after):
        return False
    said_me = re.search(rf"{_MADE}[^，。]{{0,4}}的我", context.after)
    return bool(said_me or _SAID_AI.search(context.previous))


_FRAMES = (
    Frame(_IDENTITY, _is_it),
    Frame(_NOT_BUT, _is_it),
    Frame(_BY, _made_it),
    Frame(_AI_BY, _made_it),
    Frame(_NAMED, _is_called),
    Frame(_MY_MAKER, _is_maker),
    Frame(_TRAINED_BY, _trained_it),
    Frame(_IN_ITS_HOUSE, _trained_it),
    Frame(_ADDRESSED, _is_addressed),
    Frame(_AND_THAT_IS, _stands_alone),
    Frame(_AS, _is_spoken_as),
    Frame(_ANYTHING, _makes_me),
    Frame(_I_ASIDE, _is_aside),
    Frame(_GREETING, _serves),
    Frame(_ANSWERS, _answers_itself),
    Frame(_MADE_FIRST, _made_the_speaker),
)
