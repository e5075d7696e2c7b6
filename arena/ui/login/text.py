"""The sentences about logging in, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.errors import LoginTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginWords:
    """One language's sentences. `{seconds}` is filled in by `str.format`."""

    lang: str
    title: str
    for_whom: str
    for_invited: str
    kept: str
    own_tab: str
    begin: str
    trouble: Mapping[LoginTrouble, str]
    not_saved: str
    too_many: str
    to_arena: str
    logged_in: str
    log_out: str
    logged_out: str
    ended: str


EN = LoginWords(
    lang="en",
    title="Log in",
    for_whom="This arena is for people with a Hugging Face account.",
    for_invited="This arena is for invited Hugging Face accounts.",
    kept=(
        "Of your account the arena keeps nothing but a keyed hash of its number, so that one account is one rater: "
        "no name, no e-mail address, no access to it."
    ),
    own_tab="The login opens in a tab of its own, and the arena goes on there.",
    begin="Log in with Hugging Face",
    trouble={
        LoginTrouble.DENIED: "Hugging Face did not log you in, because it was declined there.",
        LoginTrouble.STALE: "This login was not begun in this browser, is too old, or was used before.",
        LoginTrouble.NOT_ADMITTED: "This account is not invited; ask whoever runs this arena.",
        LoginTrouble.PROVIDER: "Hugging Face does not answer as it should; please try again in a while.",
    },
    not_saved="Something is wrong on our side; please try again in a while.",
    too_many="Too many logins came to nothing; please come back in {seconds} seconds.",
    to_arena="To the arena",
    logged_in="You are logged in with a Hugging Face account.",
    log_out="Log out",
    logged_out="You are logged out of this arena, though not of Hugging Face.",
    ended="Your login has ended. Log in again in a tab of its own, then go on here.",
)

ZH = LoginWords(
    lang="zh",
    title="登录",
    for_whom="这里只对有 Hugging Face 账号的人开放。",
    for_invited="这里只对受邀的 Hugging Face 账号开放。",
    kept="关于你的账号，这里只保存账号编号的加密摘要，好让一个账号就是一位评分者：不保存姓名和邮箱，也不能访问你的账号。",
    own_tab="登录会在新标签页中打开，之后就在那里继续。",
    begin="用 Hugging Face 登录",
    trouble={
        LoginTrouble.DENIED: "Hugging Face 没有让你登录，因为在那里选择了拒绝。",
        LoginTrouble.STALE: "这次登录不是从这个浏览器开始的，或者已经过期，或者已经用过。",
        LoginTrouble.NOT_ADMITTED: "这个账号没有受邀，请联系这里的负责人。",
        LoginTrouble.PROVIDER: "Hugging Face 没有正常回应，请稍后再试。",
    },
    not_saved="我们这边出了点问题，请稍后再试。",
    too_many="失败的登录太多了，请在 {seconds} 秒后再来。",
    to_arena="回到首页",
    logged_in="你已用 Hugging Face 账号登录。",
    log_out="退出登录",
    logged_out="你已退出这里的登录，但没有退出 Hugging Face。",
    ended="登录已经到期。请在新标签页中重新登录，然后回到这里继续。",
)

LOGIN_WORDS: Mapping[str, LoginWords] = {"en": EN, "zh": ZH}
