"""`longspan models`: what is known of any model, and what is done with those that we serve."""

import typer

from harness.lazy_verbs import Verbs, add_verbs, group_of

VERBS: Verbs = {
    "show": (
        "harness.verbs.model_show:show",
        "Show what is known of a model and by whom, and whether it could be asked now.",
    ),
    "fit": (
        "harness.verbs.fit:fit",
        "Say which layouts of a model fit which GPUs, and the command that serves it.",
    ),
    "install": ("harness.verbs.install:install_model", "Prepare a model's weights and an engine."),
    "serve": ("harness.verbs.serve:serve_model", "Serve a model of ours until Ctrl-C."),
    "doctor": ("harness.verbs.doctor:doctor", "Examine an endpoint: what works, what does not, and why."),
    "bench": ("harness.verbs.bench:bench", "Measure a model under load: TTFT, TPOT, throughput, goodput."),
}

app = typer.Typer(
    cls=group_of(VERBS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _models() -> None:
    """Show, fit, install, serve, examine and measure models."""


add_verbs(app, VERBS)
