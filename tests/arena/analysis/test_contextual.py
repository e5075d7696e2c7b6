from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from arena.analysis.contextual import rate_contextual
from arena.analysis.results import Ci, Method, Options
from arena.analysis.style import FEATURES, measure_text, style_of
from arena.errors import DataError
from tests.arena.analysis.samples import simulated

STYLED = Options(method=Method.CONTEXTUAL)


def styled(raters: int = 25, effect: float = 0.0) -> pd.DataFrame:
    """Votes with random styles; `effect` turns some votes to the longer answer."""
    votes = simulated(raters, 3)
    rng = np.random.default_rng(9)
    for name in FEATURES:
        for side in "ab":
            votes[f"{name}_{side}"] = rng.integers(0, 100, len(votes))
    swayed = rng.random(len(votes)) < effect
    longer = np.where(votes["length_a"] > votes["length_b"], "model_a", "model_b")
    return votes.assign(winner=np.where(swayed, longer, votes["winner"]))


def test_estimates_are_those_of_a_general_minimiser() -> None:
    votes = styled()
    found = rate_contextual(votes, Options(method=Method.CONTEXTUAL, position=True, ci=Ci.MODEL))
    style = style_of(votes)
    a, b = (votes[side].str[1].astype(int).to_numpy() for side in ("model_a", "model_b"))
    y = votes["winner"].map({"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "both_bad": 0.5}).to_numpy()

    def loss(beta: np.ndarray) -> float:
        eta = beta[a] - beta[b] + style.differences @ beta[3:7] + beta[7]
        return float((y * np.logaddexp(0, -eta) + (1 - y) * np.logaddexp(0, eta)).sum())

    free = minimize(loss, np.zeros(8), method="BFGS", options={"gtol": 1e-8})
    wanted = free.x[:3] - free.x[:3].mean()
    assert [found.find(f"m{k}").theta for k in range(3)] == pytest.approx(wanted, abs=1e-5)
    assert [term.estimate for term in found.features] == pytest.approx(free.x[3:7], abs=1e-5)
    assert found.position is not None and found.position.estimate == pytest.approx(free.x[7], abs=1e-5)
    assert found.log_likelihood == pytest.approx(-free.fun, rel=1e-9)


def test_features_are_scaled_by_the_root_mean_square_of_their_differences() -> None:
    votes = styled()
    style = style_of(votes)
    gap = (votes["length_a"] - votes["length_b"]).to_numpy()
    assert style.scales[0] == pytest.approx(np.sqrt((gap**2).mean()))
    assert np.allclose(style.differences[:, 0], gap / style.scales[0])
    found = rate_contextual(votes, STYLED)
    assert next((term.name, term.scale) for term in found.features) == ("length", pytest.approx(style.scales[0]))


def test_liking_for_length_is_found_and_taken_out() -> None:
    found = rate_contextual(styled(effect=0.5), STYLED)
    length, *others = found.features
    assert (length.lower or 0) > 0.2
    assert all(abs(term.estimate) < length.estimate / 2 for term in others)


def test_intervals_are_by_rater_where_raters_are_known() -> None:
    votes = styled()
    assert rate_contextual(votes, STYLED).ci is Ci.CLUSTER
    assert rate_contextual(votes.drop(columns="rater"), STYLED).ci is Ci.SANDWICH
    drawn = rate_contextual(votes, Options(method=Method.CONTEXTUAL, ci=Ci.RATER_BOOTSTRAP, bootstraps=200))
    assert drawn.find("m0").se == pytest.approx(rate_contextual(votes, STYLED).find("m0").se, rel=0.3)


def test_votes_that_do_not_count_bring_no_style() -> None:
    votes = styled()
    counted = np.arange(len(votes)) % 5 > 0
    some = rate_contextual(votes.assign(counted=counted), Options(method=Method.CONTEXTUAL, ci=Ci.NONE))
    assert some.n_votes == counted.sum() and some.excluded == (~counted).sum()


def test_metadata_of_the_public_data_set_is_read() -> None:
    votes = styled()
    meta = [
        {
            f"{key}_{side}": value
            for side in "ab"
            for key, value in (
                ("sum_assistant", None),
                ("header_count", {"h1": row[f"headers_{side}"], "h2": 0}),
                ("list_count", {"ordered": 0, "unordered": row[f"lists_{side}"]}),
                ("bold_count", {"**": row[f"bold_{side}"], "__": 0}),
            )
        }
        | {f"sum_assistant_{side}_tokens": row[f"length_{side}"] for side in "ab"}
        for row in votes.to_dict("records")
    ]
    public = votes[["model_a", "model_b", "winner"]].assign(conv_metadata=meta)
    assert np.allclose(style_of(public).differences, style_of(votes).differences)


def test_texts_are_measured_where_there_is_nothing_else() -> None:
    assert measure_text("# 标题\n\n- 一\n2. two **bold** and __more__\n") == {
        "length": 39,
        "headers": 1,
        "lists": 2,
        "bold": 2,
    }
    says = [
        [{"role": "user", "content": "# hi"}, {"role": "assistant", "content": text}] for text in ("# a", "**b** long")
    ]
    public = [[{"role": "assistant", "content": [{"type": "text", "text": text}]}] for text in ("x", "- y")]
    votes = pd.DataFrame({"model_a": ["m", "n"], "model_b": ["n", "m"], "winner": ["tie", "tie"]})
    style = style_of(votes.assign(conversation_a=says, conversation_b=public))
    assert style.names == FEATURES
    assert (style.differences * style.scales).tolist() == [[2, 1, 0, 0], [7, 0, -1, 1]]


def test_missing_styles_are_refused_with_what_is_needed() -> None:
    with pytest.raises(DataError, match=r"length_a.*conv_metadata"):
        rate_contextual(simulated(3, 2), STYLED)
    with pytest.raises(DataError, match="'bold', row 3"):
        style_of(styled().assign(bold_a=lambda t: t["bold_a"].where(t.index != 2)))
    alike = styled()
    for name in FEATURES:
        alike[f"{name}_b"] = alike[f"{name}_a"]
    with pytest.raises(DataError, match="nothing to control"):
        style_of(alike)
