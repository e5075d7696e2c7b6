"""Every sentence that a person reads on the pages, in English and Chinese. A missing one is a type error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.errors import Refusal
from arena.models import Outcome, Standing, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language's sentences. `{name}` is filled in by `str.format`."""

    lang: str
    other_lang_name: str
    name: str
    tagline: str
    nav: str
    nav_battle: str
    nav_leaderboard: str
    nav_examples: str
    nav_you: str
    nav_about: str
    theme: str
    how_title: str
    how: tuple[str, str, str]
    try_one: str
    more_examples: str
    model: Mapping[str, str]
    you_said: str
    thinking: str
    side_failed: str
    prompt_label: str
    prompt_placeholder: str
    prompt_next: str
    prompt_locked: str
    send: str
    stop: str
    new_battle: str
    skip: str
    retry_side: str
    retry_both: str
    votes_label: str
    outcome: Mapping[Outcome, str]
    why: str
    why_side: str
    tag: Mapping[Tag, str]
    comment: str
    comment_placeholder: str
    comment_after: str
    save_comment: str
    comment_saved: str
    report: str
    report_side: str
    report_reason: str
    report_send: str
    report_done: str
    reveal_title: str
    your_vote: str
    licence: str
    speed_first: str
    speed_rate: str
    speed_total: str
    status_waiting: str
    status_ready: str
    status_keys: str
    status_voted: str
    status_voted_not_counted: str
    status_voted_for_a_reason: str
    status_leak: str
    status_failed: str
    status_failed_both: str
    status_interrupted: str
    status_void: str
    status_other_tab: str
    status_offline: str
    status_place: str
    status_place_lost: str
    status_left_line: str
    leave_line: str
    privacy: str
    refusal: Mapping[Refusal, str]
    not_saved: str
    trouble: str
    board_title: str
    board_pair: str
    board_wins: str
    board_losses: str
    board_ties: str
    board_bad: str
    board_votes: str
    board_rate: str
    board_rate_note: str
    board_counted: str
    board_not_counted: str
    board_empty: str
    board_down: str
    standing: Mapping[Standing, str]
    examples_title: str
    examples_intro: str
    themes: Mapping[str, str]
    you_title: str
    you_intro: str
    you_none: str
    you_code: str
    you_code_note: str
    you_export: str
    erase_title: str
    erase_intro: str
    erase_code: str
    erase_button: str
    erased: str
    about_title: str
    about_intro: str
    about_contestants: str
    about_rules: tuple[str, ...]


EN = Texts(
    lang="en",
    other_lang_name="中文",
    name="Blindfold",
    tagline="Two models, no names. You decide.",
    nav="Pages",
    nav_battle="Battle",
    nav_leaderboard="Leaderboard",
    nav_examples="Examples",
    nav_you="Your votes",
    nav_about="About",
    theme="Light or dark",
    how_title="How it works",
    how=(
        "Write a message. Two anonymous models answer it side by side.",
        "Go on talking for as long as you like, then vote for the one you would rather talk to.",
        "Only then do you learn who was who.",
    ),
    try_one="Or start with one of these",
    more_examples="More examples",
    model={"a": "Model A", "b": "Model B"},
    you_said="You",
    thinking="Thinking…",
    side_failed="Model {side} did not answer.",
    prompt_label="Your message",
    prompt_placeholder="Say something to both models…",
    prompt_next="Say something more, or vote",
    prompt_locked="Press New battle to start again",
    send="Send",
    stop="Stop",
    new_battle="New battle",
    skip="Skip",
    retry_side="Ask {side} again",
    retry_both="Ask both again",
    votes_label="Your vote",
    outcome={
        Outcome.MODEL_A: "A is better",
        Outcome.MODEL_B: "B is better",
        Outcome.TIE: "Tie",
        Outcome.BOTH_BAD: "Both are bad",
    },
    why="Say why (optional)",
    why_side="Model {side} was…",
    tag={
        Tag.NATURAL: "natural",
        Tag.UNDERSTOOD: "understood me",
        Tag.HELPFUL: "helpful",
        Tag.FRIENDLY: "warm",
        Tag.SOUNDED_LIKE_AI: "sounded like an AI",
        Tag.WRONG: "wrong",
        Tag.TOO_LONG: "too long",
        Tag.OFF_TOPIC: "off topic",
    },
    comment="Comment",
    comment_placeholder="Anything you noticed",
    comment_after="Anything to add, now that you know?",
    save_comment="Save comment",
    comment_saved="Your comment is saved.",
    report="Report an answer",
    report_side="Which answer?",
    report_reason="What is wrong with it?",
    report_send="Send report",
    report_done="Thank you. The operator will look at it.",
    reveal_title="Who was who",
    your_vote="Your vote",
    licence="Licence",
    speed_first="{value} s to the first word",
    speed_rate="{value} characters a second",
    speed_total="{value} s in all",
    status_waiting="Both models are thinking",
    status_ready="Read both, then vote.",
    status_keys="Keys 1 to 4",
    status_voted="Thank you. Your vote is saved",
    status_voted_not_counted="Thank you. Your vote is saved; it does not count, because a model gave itself away",
    status_voted_for_a_reason="Thank you. Your vote is saved; it does not count: {reasons}",
    status_leak="A model gave itself away: this vote will not count",
    status_failed="Model {side} did not answer. Ask it again, or start a new battle",
    status_failed_both="Neither model answered. Ask again, or start a new battle",
    status_interrupted="The connection was lost while the models wrote. Ask both again, or start a new battle",
    status_void="This battle has ended. Start a new one",
    status_other_tab="You had a battle open already. Here it is; your message is still in the box",
    status_offline="The connection is lost. Trying again…",
    status_place="Many people are here. You are {place} in line; it goes on by itself, just keep this page open",
    status_place_lost="Your place in line was lost. Your message is still in the box: please send it again",
    status_left_line="You have left the line. Your message is still in the box",
    leave_line="Leave the line",
    privacy="What you write is stored, and may be published without your name. Please leave out anything personal.",
    refusal={
        Refusal.PROMPT_EMPTY: "Please write a message first.",
        Refusal.PROMPT_TOO_LONG: "Your message has {length} characters; {limit} are possible. Please shorten it.",
        Refusal.TOO_MANY_TURNS: "This battle has had {limit} messages. Please vote, or start a new battle.",
        Refusal.NO_BATTLE: "There is no battle open. Write a message to start one.",
        Refusal.NOT_YOUR_BATTLE: "This battle was not found among yours. Start a new one.",
        Refusal.BATTLE_OVER: "This battle has ended. Start a new one.",
        Refusal.BAD_TOKEN: "This vote could not be matched to its battle. Reload the page and vote again.",
        Refusal.BAD_OUTCOME: "A vote is one of model_a, model_b, tie and both_bad.",
        Refusal.BAD_TAG: "One of the reasons is not in the list.",
        Refusal.BAD_SIDE: "A side is a or b.",
        Refusal.BAD_CODE: "No one has this code. Check it on the page “Your votes” of the browser that you voted with.",
        Refusal.COMMENT_TOO_LONG: "Your comment has {length} characters; {limit} are possible. Please shorten it.",
        Refusal.STILL_STREAMING: "The models are still writing. Please vote when both have finished.",
        Refusal.NOTHING_TO_RETRY: "There is nothing to ask again.",
        Refusal.NOTHING_TO_STOP: "Nothing is being written.",
        Refusal.NOT_READY: "A vote needs both answers. Ask again, or start a new battle.",
        Refusal.NOT_VOTED: "Please vote first.",
        Refusal.NO_RATER: "This page needs a cookie to know your battle. Allow cookies for it and reload.",
        Refusal.TOO_FEW_CONTESTANTS: "The models are not available right now. Please come back in {seconds} seconds.",
        Refusal.PAUSED: "The arena is paused. Please come back later; your votes are safe.",
        Refusal.FULL: "All places are taken right now. Please try again in a minute.",
        Refusal.TOO_MANY: "That is a lot in a short time. Please come back in {seconds} seconds; nothing is lost.",
        Refusal.NOT_SAVED: "This could not be saved, and nothing was lost. Please try again.",
        Refusal.STUDY_NO_LINK: "This link belongs to no study. Please check it, or ask the person who sent it to you.",
        Refusal.STUDY_RESUME_NEEDED: "Please enter the resume code that you were shown when you agreed to take part.",
        Refusal.STUDY_BAD_RESUME: "This is not the resume code of this link. Please check it and try again.",
        Refusal.STUDY_OTHER_PERSON: "This browser takes part under another link. Please finish there first.",
        Refusal.STUDY_NOT_YET: "This is not the step that you are at. Reload the page to see where you are.",
        Refusal.STUDY_TIME_LEFT: "Please wait a little: {seconds} seconds are left.",
        Refusal.STUDY_LOCKED: "This question has been answered, and an answer cannot be changed afterwards.",
        Refusal.STUDY_BAD_ANSWER: "Please choose one of the answers that are offered.",
        Refusal.STUDY_TEXT_TOO_LONG: "Your text has {length} characters; {limit} are possible. Please shorten it.",
        Refusal.STUDY_PERIOD_OVER: "This conversation is over; it takes no further message.",
        Refusal.STUDY_ASK_AGAIN: "Your last message has no answer yet. Please ask again.",
        Refusal.STUDY_CLOSED: "This study is closed. Thank you for your interest.",
        Refusal.STUDY_PUBLISHED: "The results are published, so nothing can be withdrawn any more.",
        Refusal.STUDY_GONE: "This link is not in use any more.",
        Refusal.STUDY_UNAVAILABLE: "The study cannot go on right now. Your place is kept; please come back later.",
    },
    not_saved="Your vote was not saved. Please try again.",
    trouble="Something went wrong on our side. Please try again.",
    board_title="Leaderboard",
    board_pair="Models",
    board_wins="Wins",
    board_losses="Losses",
    board_ties="Ties",
    board_bad="Both bad",
    board_votes="Votes",
    board_rate="Win rate (95% interval)",
    board_rate_note=(
        "Win rate: wins of the first model among the votes that decided for one of the two; "
        "exact (Clopper-Pearson) 95% interval."
    ),
    board_counted="Votes that count",
    board_not_counted="Votes that do not count",
    board_empty="No votes yet. The first battle is waiting for you.",
    board_down="The leaderboard cannot be read right now. Please try again in a minute.",
    standing={
        Standing.COUNTED: "counted",
        Standing.IDENTITY_LEAK: "a model gave itself away",
        Standing.RATER_EXCLUDED: "voter excluded by the operator",
        Standing.TOO_FAST: "faster than anyone reads",
        Standing.ONE_SIDED: "always the same side",
        Standing.SAME_ADDRESS: "many alike from one place",
        Standing.SAME_PROMPT: "the same message over and over",
        Standing.IMPORTED: "imported from elsewhere",
        Standing.WITHDRAWN: "withdrawn by the voter",
    },
    examples_title="Examples",
    examples_intro="Everyday things to say that show how a model converses. Choose one, and it is put into the box.",
    themes={
        "feelings": "Feelings",
        "advice": "Advice",
        "small_talk": "Small talk",
        "explaining": "Explaining",
        "planning": "Planning",
        "playful": "Playful",
    },
    you_title="Your votes",
    you_intro="What you voted in this browser, newest first.",
    you_none="No votes in this browser yet.",
    you_code="Your erasure code",
    you_code_note=(
        "Keep it if you may want your texts erased one day. Whoever has it can read what you wrote here, and erase it."
    ),
    you_export="Download everything that is stored of you (JSON)",
    erase_title="Erase what I wrote",
    erase_intro=(
        "Your messages, the answers to them, your comments and the link to you are erased for good. "
        "Your votes stay as withdrawn and do not count."
    ),
    erase_code="Erasure code",
    erase_button="Erase for good",
    erased="Done. Your texts are erased; {votes} votes were withdrawn.",
    about_title="About",
    about_intro="Blindfold lets people judge two chat models without knowing which is which.",
    about_contestants="Models in this arena",
    about_rules=(
        "Which models meet, and who is on the left, is drawn at random.",
        "Both answers appear at the same pace, so that speed does not give a model away.",
        "A vote does not count when a model has named itself in an answer.",
        "Votes are never deleted; votes that do not count are shown as such.",
    ),
)

ZH = Texts(
    lang="zh",
    other_lang_name="English",
    name="Blindfold",
    tagline="两个模型，不报姓名，由你来评。",
    nav="页面",
    nav_battle="对战",
    nav_leaderboard="排行榜",
    nav_examples="示例",
    nav_you="我的投票",
    nav_about="关于",
    theme="浅色或深色",
    how_title="怎么玩",
    how=(
        "写一句话，两个匿名模型会并排回答。",
        "想聊多久都行，然后投给你更愿意聊下去的那一个。",
        "投完票，才揭晓谁是谁。",
    ),
    try_one="也可以从这里开始",
    more_examples="更多示例",
    model={"a": "模型 A", "b": "模型 B"},
    you_said="你",
    thinking="正在思考…",
    side_failed="模型 {side} 没有回答。",
    prompt_label="你想说的话",
    prompt_placeholder="对两个模型说点什么…",
    prompt_next="接着聊，或者投票",
    prompt_locked="点“再来一局”重新开始",
    send="发送",
    stop="停止",
    new_battle="再来一局",
    skip="跳过",
    retry_side="再问一次 {side}",
    retry_both="都再问一次",
    votes_label="你的投票",
    outcome={
        Outcome.MODEL_A: "A 更好",
        Outcome.MODEL_B: "B 更好",
        Outcome.TIE: "不分上下",
        Outcome.BOTH_BAD: "都不好",
    },
    why="说说原因（可不填）",
    why_side="模型 {side}…",
    tag={
        Tag.NATURAL: "自然",
        Tag.UNDERSTOOD: "懂我的意思",
        Tag.HELPFUL: "有帮助",
        Tag.FRIENDLY: "有温度",
        Tag.SOUNDED_LIKE_AI: "像机器说话",
        Tag.WRONG: "有错误",
        Tag.TOO_LONG: "太长",
        Tag.OFF_TOPIC: "答非所问",
    },
    comment="留言",
    comment_placeholder="你注意到的任何事",
    comment_after="知道答案后，还想补充什么？",
    save_comment="保存留言",
    comment_saved="留言已保存。",
    report="举报回答",
    report_side="哪一个回答？",
    report_reason="有什么问题？",
    report_send="提交举报",
    report_done="谢谢，管理员会查看。",
    reveal_title="揭晓",
    your_vote="你的投票",
    licence="许可证",
    speed_first="{value} 秒后出现第一个字",
    speed_rate="每秒 {value} 个字符",
    speed_total="共 {value} 秒",
    status_waiting="两个模型正在思考",
    status_ready="读完两边再投票。",
    status_keys="按键 1 到 4",
    status_voted="谢谢，你的投票已保存",
    status_voted_not_counted="谢谢，你的投票已保存；因为有模型暴露了身份，这一票不计入",
    status_voted_for_a_reason="谢谢，你的投票已保存；这一票不计入：{reasons}",
    status_leak="有模型暴露了身份：这一票不会计入",
    status_failed="模型 {side} 没有回答。可以再问一次，或者再来一局",
    status_failed_both="两个模型都没有回答。可以再问一次，或者再来一局",
    status_interrupted="模型回答时连接中断了。可以都再问一次，或者再来一局",
    status_void="这一局已经结束，请再来一局",
    status_other_tab="你已经有一局在进行，就是这一局；刚才写的话还在输入框里",
    status_offline="连接断开了，正在重试…",
    status_place="现在人很多，你排在第 {place} 位；轮到你会自动开始，请不要关闭页面",
    status_place_lost="排队的位置没有了。刚才写的话还在输入框里，请再发送一次",
    status_left_line="你已经不排队了，刚才写的话还在输入框里",
    leave_line="不排了",
    privacy="你写的内容会被保存，并可能匿名公开。请不要写个人信息。",
    refusal={
        Refusal.PROMPT_EMPTY: "请先写一句话。",
        Refusal.PROMPT_TOO_LONG: "这段话有 {length} 个字符，最多 {limit} 个，请缩短一些。",
        Refusal.TOO_MANY_TURNS: "这一局已经说了 {limit} 句。请投票，或者再来一局。",
        Refusal.NO_BATTLE: "现在没有进行中的对局，写一句话就能开始。",
        Refusal.NOT_YOUR_BATTLE: "没有找到属于你的这一局，请再来一局。",
        Refusal.BATTLE_OVER: "这一局已经结束，请再来一局。",
        Refusal.BAD_TOKEN: "这一票对不上它的对局。请刷新页面再投一次。",
        Refusal.BAD_OUTCOME: "投票只能是 model_a、model_b、tie、both_bad 之一。",
        Refusal.BAD_TAG: "有一个原因不在列表里。",
        Refusal.BAD_SIDE: "只能选 a 或 b。",
        Refusal.BAD_CODE: "没有找到这个代码。请在你投票用的浏览器里打开“我的投票”核对。",
        Refusal.COMMENT_TOO_LONG: "留言有 {length} 个字符，最多 {limit} 个，请缩短一些。",
        Refusal.STILL_STREAMING: "模型还在写，请等两边都写完再投票。",
        Refusal.NOTHING_TO_RETRY: "没有需要再问的。",
        Refusal.NOTHING_TO_STOP: "现在没有正在写的回答。",
        Refusal.NOT_READY: "两边都有回答才能投票。请再问一次，或者再来一局。",
        Refusal.NOT_VOTED: "请先投票。",
        Refusal.NO_RATER: "这个页面需要 Cookie 才能认出你的对局，请允许后刷新页面。",
        Refusal.TOO_FEW_CONTESTANTS: "模型暂时不可用，请 {seconds} 秒后再来。",
        Refusal.PAUSED: "竞技场已暂停，请稍后再来；你的投票都在。",
        Refusal.FULL: "现在人满了，请一分钟后再试。",
        Refusal.TOO_MANY: "短时间内的请求太多了，请 {seconds} 秒后再来；什么都不会丢。",
        Refusal.NOT_SAVED: "没能保存，但什么都没有丢。请再试一次。",
        Refusal.STUDY_NO_LINK: "这个链接不属于任何研究。请核对，或者问问给你链接的人。",
        Refusal.STUDY_RESUME_NEEDED: "请输入同意参加时显示给你的续做码。",
        Refusal.STUDY_BAD_RESUME: "这不是这个链接的续做码，请核对后再试。",
        Refusal.STUDY_OTHER_PERSON: "这个浏览器正在用另一个链接参加研究，请先在那边做完。",
        Refusal.STUDY_NOT_YET: "现在不是这一步。请刷新页面，看看做到了哪里。",
        Refusal.STUDY_TIME_LEFT: "请稍等，还剩 {seconds} 秒。",
        Refusal.STUDY_LOCKED: "这个问题已经回答过了，之后不能再改。",
        Refusal.STUDY_BAD_ANSWER: "请在给出的答案里选一个。",
        Refusal.STUDY_TEXT_TOO_LONG: "这段话有 {length} 个字符，最多 {limit} 个，请缩短一些。",
        Refusal.STUDY_PERIOD_OVER: "这段对话已经结束，不能再发消息。",
        Refusal.STUDY_ASK_AGAIN: "上一句还没有得到回答，请再问一次。",
        Refusal.STUDY_CLOSED: "这项研究已经结束，谢谢你的关注。",
        Refusal.STUDY_PUBLISHED: "结果已经发表，不能再撤回。",
        Refusal.STUDY_GONE: "这个链接已经停用。",
        Refusal.STUDY_UNAVAILABLE: "研究暂时无法继续。你的位置会保留，请稍后再来。",
    },
    not_saved="你的投票没有保存，请再试一次。",
    trouble="我们这边出了点问题，请再试一次。",
    board_title="排行榜",
    board_pair="模型",
    board_wins="胜",
    board_losses="负",
    board_ties="平",
    board_bad="都不好",
    board_votes="票数",
    board_rate="胜率（95% 区间）",
    board_rate_note="胜率：在分出胜负的投票中，前一个模型获胜的比例；95% 精确区间（Clopper-Pearson）。",
    board_counted="计入的投票",
    board_not_counted="不计入的投票",
    board_empty="还没有投票，第一局等着你。",
    board_down="暂时读不到排行榜，请一分钟后再试。",
    standing={
        Standing.COUNTED: "计入",
        Standing.IDENTITY_LEAK: "模型暴露了身份",
        Standing.RATER_EXCLUDED: "投票者被管理员排除",
        Standing.TOO_FAST: "快得来不及读",
        Standing.ONE_SIDED: "总是投同一边",
        Standing.SAME_ADDRESS: "同一来源的大量相同投票",
        Standing.SAME_PROMPT: "反复使用同一句话",
        Standing.IMPORTED: "从别处导入",
        Standing.WITHDRAWN: "投票者已撤回",
    },
    examples_title="示例",
    examples_intro="一些日常的话，最能看出模型会不会聊天。选一句，它就会出现在输入框里。",
    themes={
        "feelings": "心情",
        "advice": "建议",
        "small_talk": "闲聊",
        "explaining": "解释",
        "planning": "计划",
        "playful": "好玩",
    },
    you_title="我的投票",
    you_intro="你在这个浏览器里投过的票，最新的在前。",
    you_none="这个浏览器里还没有投票。",
    you_code="你的删除代码",
    you_code_note="如果以后可能想删除你写的内容，请保存它。拿到它的人都可以读到并删除你写的内容。",
    you_export="下载保存的全部与你有关的内容（JSON）",
    erase_title="删除我写的内容",
    erase_intro="你写的话、对应的回答、留言以及与你的关联都会被永久删除。你的投票会标记为已撤回，不再计入。",
    erase_code="删除代码",
    erase_button="永久删除",
    erased="完成。你的内容已删除，撤回了 {votes} 票。",
    about_title="关于",
    about_intro="Blindfold 让人们在不知道谁是谁的情况下，评价两个聊天模型。",
    about_contestants="本竞技场的模型",
    about_rules=(
        "哪两个模型相遇、谁在左边，都是随机抽取的。",
        "两边的回答以同样的速度出现，快慢不会暴露模型。",
        "如果模型在回答里说出自己是谁，这一票不计入。",
        "投票不会被删除；不计入的投票会如实列出。",
    ),
)

TEXTS: Mapping[str, Texts] = {"en": EN, "zh": ZH}
LANGUAGES = tuple(TEXTS)
