"""Every sentence of a study's pages that a protocol does not bring along, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.study.views import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWords:
    """One language's sentences. `{name}` is filled in by `str.format`."""

    page: str
    progress: str
    model: str
    device_title: str
    device_intro: str
    device_minutes: str
    device_cookies: str
    device_stream: str
    device_screen: str
    device_good: str
    device_bad: str
    checking: str
    begin: str
    consent_title: str
    consent_keep: str
    own_keep: str
    contact: str
    agree: str
    resume_title: str
    resume_intro: str
    resume_label: str
    resume_go: str
    code_title: str
    code_intro: str
    code_noted: str
    instruction_title: str
    suggestions: str
    prompt_label: str
    placeholder: str
    placeholder_locked: str
    placeholder_retry: str
    send: str
    stop: str
    retry: str
    go_on: str
    no_answer: str
    waiting: str
    left: str
    last_minute: str
    time_up: str
    time_up_missing: str
    time_up_missing_one: str
    pause: Mapping[Pause, str]
    over: str
    over_go: str
    question_of: str
    about_model: str
    optional: str
    answer: str
    locked_note: str
    break_title: str
    break_intro: str
    break_left: str
    break_go: str
    done_title: str
    done_intro: str
    done_code: str
    closed_title: str
    closed_intro: str
    gone_title: str
    gone_intro: str
    withdrawn_title: str
    withdrawn_intro: str
    withdrawn_kept: str
    withdrawn_erase: str
    no_link_title: str
    more: str
    your_label: str
    withdraw_title: str
    withdraw_intro: str
    withdraw_erase: str
    withdraw_go: str
    new_code: str
    simulated: str
    offline: str


EN = StudyWords(
    page="Study",
    progress="Part {now} of 5",
    model="Model {number}",
    device_title="Welcome",
    device_intro="Please take a moment for this study in a quiet place. First we see whether your device can do what "
    "is needed.",
    device_minutes="It takes about {minutes} minutes. You can stop at any time.",
    device_cookies="This browser keeps your place",
    device_stream="Answers arrive as they are written",
    device_screen="The window is large enough",
    device_good="Everything works.",
    device_bad="Something does not work here. Please try another browser, or another network.",
    checking="Looking…",
    begin="Go on",
    consent_title="Before you begin",
    consent_keep="Keep a copy of this text",
    own_keep="Keep a copy of all that is stored of you",
    contact="Questions? Contact: {contact}",
    agree="I have read this, and I agree to take part",
    resume_title="Welcome back",
    resume_intro="This link was opened on another device. Please enter the resume code that was shown there after you "
    "agreed to take part.",
    resume_label="Resume code",
    resume_go="Go on here",
    code_title="Your resume code",
    code_intro="On this device you always come back to the same place. To go on with another device you need this "
    "code. It is shown only now: please write it down.",
    code_noted="I have noted it",
    instruction_title="Talk with {model}",
    suggestions="You may begin with one of these",
    prompt_label="Your message",
    placeholder="Write to {model}…",
    placeholder_locked="One moment…",
    placeholder_retry="Please ask again first",
    send="Send",
    stop="Stop",
    retry="Ask again",
    go_on="Go on without",
    no_answer="There was no answer.",
    waiting="{model} is thinking",
    left="{minutes}:{seconds} left",
    last_minute="The last minute: finish your thought at your ease.",
    time_up="The time is up.",
    time_up_missing="The time is up. You may still send {n} more messages, or go on without.",
    time_up_missing_one="The time is up. You may still send one more message, or go on without.",
    pause={
        Pause.NOT_STARTED: "The clock starts with your first message.",
        Pause.AWAY: "The clock stands still while you are away.",
        Pause.FAILING: "The model did not answer. The clock stands still; please ask again.",
        Pause.INTERRUPTED: "The connection was lost. The clock stands still; please ask again.",
    },
    over="The time is up. Read the last answer in peace, then go on.",
    over_go="To the questions",
    question_of="Question",
    about_model="About {model}",
    optional="You may leave this empty.",
    answer="Answer",
    locked_note="An answer cannot be changed afterwards.",
    break_title="A short break",
    break_intro="Look out of the window, have a sip of water. Then you talk with the second model.",
    break_left="You can go on in {seconds} seconds.",
    break_go="Talk with Model 2",
    done_title="Thank you",
    done_intro="Your answers are complete and saved. This is your completion code:",
    done_code="Completion code",
    closed_title="This study is closed",
    closed_intro="It takes no more answers. Thank you for your interest.",
    gone_title="This link is not in use any more",
    gone_intro="Your place was given to somebody else. If you have questions, ask the contact below.",
    withdrawn_title="You have withdrawn",
    withdrawn_intro="Your data are left out of the study. Thank you for your time.",
    withdrawn_kept="What you wrote and answered is still stored. You may have it erased for good.",
    withdrawn_erase="Erase it",
    no_link_title="There is no study here",
    more="Your place, your rights",
    your_label="Your label in this study: {label}",
    withdraw_title="Stop and withdraw",
    withdraw_intro="You may withdraw at any time until the report is published, without a reason. Your data are then "
    "left out.",
    withdraw_erase="Also erase everything that I wrote and answered",
    withdraw_go="Withdraw from the study",
    new_code="Show a new resume code (the old one stops working)",
    simulated="Simulated",
    offline="The connection is lost. Trying again…",
)

ZH = StudyWords(
    page="研究",
    progress="第 {now} 部分，共 5 部分",
    model="模型 {number}",
    device_title="欢迎",
    device_intro="请找一个安静的地方，从容地参加。先看看你的设备能不能用。",
    device_minutes="大约需要 {minutes} 分钟，随时可以停下。",
    device_cookies="这个浏览器能记住你的位置",
    device_stream="回答能边写边显示",
    device_screen="窗口够大",
    device_good="一切正常。",
    device_bad="这里有一项不能用。请换一个浏览器，或者换一个网络。",
    checking="正在检查…",
    begin="继续",
    consent_title="开始之前",
    consent_keep="保存一份说明",
    own_keep="保存一份关于你的全部记录",
    contact="有问题请联系：{contact}",
    agree="我已阅读，同意参加",
    resume_title="欢迎回来",
    resume_intro="这个链接在另一台设备上打开过。请输入同意参加之后在那里显示的续做码。",
    resume_label="续做码",
    resume_go="在这里继续",
    code_title="你的续做码",
    code_intro="在这台设备上，你总会回到原来的地方。要换一台设备继续，就需要这个码。它只显示这一次，请记下来。",
    code_noted="我记下了",
    instruction_title="和{model} 聊聊",
    suggestions="可以从这些开始",
    prompt_label="你的话",
    placeholder="写给{model}…",
    placeholder_locked="请稍等…",
    placeholder_retry="请先再问一次",
    send="发送",
    stop="停止",
    retry="再问一次",
    go_on="就这样继续",
    no_answer="没有得到回答。",
    waiting="{model} 正在想",
    left="还剩 {minutes}:{seconds}",
    last_minute="最后一分钟，从容地把话说完。",
    time_up="时间到了。",
    time_up_missing="时间到了。还可以再发 {n} 句，也可以就这样继续。",
    time_up_missing_one="时间到了。还可以再发一句，也可以就这样继续。",
    pause={
        Pause.NOT_STARTED: "发出第一句话后开始计时。",
        Pause.AWAY: "你不在的时候，计时暂停。",
        Pause.FAILING: "模型没有回答，计时暂停，请再问一次。",
        Pause.INTERRUPTED: "连接断开了，计时暂停，请再问一次。",
    },
    over="时间到了。慢慢看完最后的回答，再继续。",
    over_go="去回答问题",
    question_of="问题",
    about_model="关于{model}",
    optional="可以不填。",
    answer="回答",
    locked_note="回答之后不能再改。",
    break_title="休息一下",
    break_intro="看看窗外，喝口水。然后和第二个模型聊。",
    break_left="{seconds} 秒后可以继续。",
    break_go="和模型 2 聊",
    done_title="谢谢你",
    done_intro="你的回答已经完整保存。这是你的完成码：",
    done_code="完成码",
    closed_title="这项研究已经结束",
    closed_intro="不再接受回答。谢谢你的关注。",
    gone_title="这个链接已经停用",
    gone_intro="你的位置给了别人。有问题请联系下方的联系人。",
    withdrawn_title="你已退出",
    withdrawn_intro="你的数据不会用在研究里。谢谢你花的时间。",
    withdrawn_kept="你写的和回答的内容还保存着，可以让我们永久删除。",
    withdrawn_erase="永久删除",
    no_link_title="这里没有研究",
    more="你的位置和权利",
    your_label="你在这项研究里的编号：{label}",
    withdraw_title="停止并退出",
    withdraw_intro="在报告发表之前，你可以随时退出，不需要理由。你的数据将不再使用。",
    withdraw_erase="同时删除我写的和回答的全部内容",
    withdraw_go="退出研究",
    new_code="显示新的续做码（旧的随即失效）",
    simulated="模拟",
    offline="连接断开了，正在重试…",
)

STUDY_WORDS: Mapping[str, StudyWords] = {"en": EN, "zh": ZH}
