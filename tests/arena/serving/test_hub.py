import httpx2
import pytest
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

from arena.serving.hub import hub_problem, is_cached

ANSWER = httpx2.Response(403, request=httpx2.Request("GET", "http://hub.invalid"))


def asked(error):
    def ask(_model):
        if error:
            raise error

    return hub_problem("org/model", ask=ask, cached=lambda _model: False)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (GatedRepoError("no", response=ANSWER), "org/model is gated: accept its licence"),
        (RepositoryNotFoundError("no", response=ANSWER), "there is no model org/model that you may see"),
        (HFValidationError("bad id"), "there is no model org/model"),
    ],
)
def test_a_model_that_cannot_be_had_is_told_with_the_remedy(error, sentence):
    assert asked(error).startswith(sentence)


@pytest.mark.parametrize(
    "error", [None, httpx2.ConnectError("no route"), HfHubHTTPError("500", response=ANSWER), OSError("offline")]
)
def test_a_model_that_is_there_and_a_hub_that_does_not_answer_are_no_problem(error):
    assert asked(error) == ""


def test_of_a_model_that_has_been_downloaded_the_hub_is_not_asked():
    def ask(_model):
        raise AssertionError

    assert hub_problem("org/model", ask=ask, cached=lambda _model: True) == ""


def test_what_is_no_id_is_not_cached():
    assert not is_cached("a b/c/d")
