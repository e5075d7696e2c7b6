from datetime import timedelta

import pytest

from arena.keys import COOKIE_NAME, Keys
from arena.ui.login.cookies import SESSION_COOKIE, Begun, LoginCookies
from arena.ui.login.rules import Login
from tests.support.arena import MovableClock

KEYS = Keys("a secret of this test only")
RATER = KEYS.account_cookie("https://hub.test somebody")
BEGUN = Begun("the-state", "the-nonce", "the-verifier", "/study?code=é")


def cookies(keys=KEYS, **changes):
    values = {"url": "https://arena.test", "provider": "https://hub.test", "client_id": "us", "client_secret": "hush"}
    return LoginCookies(Login(**(values | changes)), keys, MovableClock())


def jar(session, rater=RATER):
    return {SESSION_COOKIE: session, COOKIE_NAME: rater}


def test_a_session_is_good_for_a_day():
    here = cookies()
    session = here.session(RATER)
    assert here.logged_in(jar(session))
    here._clock.ahead = timedelta(hours=23, minutes=59)
    assert here.logged_in(jar(session))
    here._clock.ahead = timedelta(days=1)
    assert not here.logged_in(jar(session))


def test_a_session_is_good_with_its_own_rater_only():
    session = cookies().session(RATER)
    assert not cookies().logged_in(jar(session, KEYS.new_cookie()))
    assert not cookies().logged_in(jar(session, KEYS.account_cookie("https://hub.test another")))
    assert not cookies().logged_in({SESSION_COOKIE: session})


def test_a_rater_without_a_session_is_not_logged_in():
    assert not cookies().logged_in({COOKIE_NAME: RATER})


@pytest.mark.parametrize("forged", ["", ".", "9999999999.", "9999999999." + "0" * 64, "é.ü", "never", "x" * 5000])
def test_a_forged_session_is_none(forged):
    assert not cookies().logged_in(jar(forged))


def test_a_session_cannot_be_made_longer():
    until, _, seal = cookies().session(RATER).partition(".")
    assert not cookies().logged_in(jar(f"{int(until) + 1}.{seal}"))
    assert not cookies().logged_in(jar(f"0{until}.{seal}"))


@pytest.mark.parametrize(
    "change", [{"admitted": frozenset({"alice"})}, {"client_id": "other"}, {"provider": "https://other.test"}]
)
def test_when_the_settings_say_anew_who_may_log_in_sessions_end(change):
    assert not cookies(**change).logged_in(jar(cookies().session(RATER)))


def test_another_secret_knows_no_session_of_ours():
    keys = Keys("another secret, as long")
    assert not cookies(keys).logged_in(jar(cookies().session(RATER)))


def test_a_begun_login_comes_back_whole():
    assert cookies().read_begun(cookies().begun(BEGUN), "the-state") == BEGUN


def test_a_begun_login_is_good_for_ten_minutes():
    here = cookies()
    begun = here.begun(BEGUN)
    here._clock.ahead = timedelta(minutes=10)
    assert here.read_begun(begun, "the-state") is None


@pytest.mark.parametrize("state", ["", "the-state2", "é", "THE-STATE"])
def test_a_begun_login_is_good_for_its_state_only(state):
    assert cookies().read_begun(cookies().begun(BEGUN), state) is None


@pytest.mark.parametrize("forged", ["", ".", "W10.", "x.y", "é.ü"])
def test_a_forged_beginning_is_none(forged):
    assert cookies().read_begun(forged, "the-state") is None


def test_a_changed_beginning_is_none():
    packed, _, seal = cookies().begun(BEGUN).partition(".")
    assert cookies().read_begun(f"{packed[:-2]}AA.{seal}", "the-state") is None


def test_a_session_is_no_beginning_and_a_beginning_no_session():
    here = cookies()
    assert here.read_begun(here.session(RATER), "the-state") is None
    assert not here.logged_in(jar(here.begun(BEGUN)))
