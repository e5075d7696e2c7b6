import pytest

from arena.keys import Keys

KEYS = Keys("a secret of this test only")


def test_a_cookie_of_ours_has_a_digest_and_the_same_one_each_time():
    cookie = KEYS.new_cookie()
    assert KEYS.rater_digest(cookie) == KEYS.rater_digest(cookie) is not None


@pytest.mark.parametrize("forged", ["", "abc", "abc.def", "x" * 5000, "é.ü", "."])
def test_a_cookie_that_we_did_not_make_is_nobody(forged):
    assert KEYS.rater_digest(forged) is None


def test_a_changed_cookie_is_nobody():
    cookie = KEYS.new_cookie()
    assert KEYS.rater_digest("A" + cookie[1:] if cookie[0] != "A" else "B" + cookie[1:]) is None


def test_another_secret_knows_none_of_our_cookies():
    assert Keys("another secret, as long").rater_digest(KEYS.new_cookie()) is None


def test_a_vote_token_is_good_for_its_battle_and_rater_only():
    token = KEYS.vote_token("battle", "rater")
    assert KEYS.vote_token_is(token, "battle", "rater")
    assert not KEYS.vote_token_is(token, "battle", "someone else")
    assert not KEYS.vote_token_is(token, "another", "rater")
    assert not KEYS.vote_token_is("ö" + token, "battle", "rater")


def test_an_erasure_code_may_be_typed_in_small_letters_without_dashes():
    code = KEYS.erasure_code("rater")
    assert KEYS.erasure_digest(code) == KEYS.erasure_digest(code.replace("-", " ").lower())


def test_the_secret_is_not_shown():
    assert "secret" not in repr(KEYS)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="16 characters"):
        Keys("short")


def test_an_account_has_the_same_rater_each_time_and_another_account_another():
    digest = KEYS.rater_digest(KEYS.account_cookie("alice"))
    assert digest is not None
    assert digest == KEYS.rater_digest(KEYS.account_cookie("alice"))
    assert digest != KEYS.rater_digest(KEYS.account_cookie("bob"))
    assert digest != Keys("another secret, as long").rater_digest(KEYS.account_cookie("alice"))
    assert "alice" not in KEYS.account_cookie("alice")


def test_a_seal_is_good_for_its_purpose_and_its_text_only():
    seal = KEYS.seal("session", "text")
    assert seal == KEYS.seal("session", "text")
    assert len({seal, KEYS.seal("begun", "text"), KEYS.seal("session", "text2")}) == 3
