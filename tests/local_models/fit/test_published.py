"""Every model of the catalog on eight kinds of GPU, against what others publish."""

import pytest

from local_models.catalog import load_catalog
from local_models.fit.gpu import read_gpus
from local_models.fit.rank import Fit, Wanted, rank
from scripts.fit_table import KINDS, WINDOW
from tests.local_models.fit.published import CLAIMS, Claim

CATALOG = load_catalog()


def answers(claim: Claim) -> list[Fit]:
    """The layouts that the claim is about."""
    model = CATALOG[claim.model]
    window = claim.window or min(WINDOW, model.context)
    weights = {claim.weights: model.weights_called(claim.weights)}
    found = rank(model.architecture, weights, read_gpus(claim.gpus), Wanted(window=window))
    return [fit for fit in found if claim.layout in {None, str(fit.parallel)}]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: "-".join(map(str, claim)))
def test_what_is_published_is_what_is_reckoned(claim: Claim) -> None:
    found = answers(claim)
    assert found
    assert any(fit.fits for fit in found) == claim.fits, [fit.why for fit in found]


def test_something_is_published_of_every_model() -> None:
    assert {claim.model for claim in CLAIMS} == set(CATALOG)


@pytest.mark.parametrize("name", CATALOG)
@pytest.mark.parametrize("kind", KINDS)
def test_every_model_gets_an_answer_on_every_kind(name: str, kind: str) -> None:
    model = CATALOG[name]
    window = min(WINDOW, model.context)
    found = rank(model.architecture, model.weights, read_gpus(f"8x{kind}"), Wanted(window=window))
    assert found
    assert all(fit.why for fit in found)
    assert [fit.fits for fit in found] == sorted((fit.fits for fit in found), reverse=True)
    for fit in found:
        if fit.fits:
            assert fit.load is not None
            used = fit.load.weights + fit.load.activations + fit.load.overhead
            states = fit.load.sequence * fit.sequences / fit.parallel.dp
            held = fit.window * fit.load.token * fit.sequences / fit.parallel.dp
            assert used + states + held <= fit.load.budget
            assert fit.load.budget < read_gpus(kind).kind.bytes


def test_more_gpus_never_serve_less() -> None:
    for name, model in CATALOG.items():
        fits = [
            rank(model.architecture, model.weights, read_gpus(f"{n}xH100-80"), Wanted(window=8192))[0].fits
            for n in (1, 2, 4, 8, 16)
        ]
        assert fits == sorted(fits), name
