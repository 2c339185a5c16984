"""One module per verb of the command line; each holds the `app` that `harness.cli` calls."""
