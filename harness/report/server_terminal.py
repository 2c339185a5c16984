"""What servers said of themselves, on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.report.figures import ModelFigures
from harness.report.server_wording import LEGEND, level, ours, pair, remarks, told
from harness.report.wording import percent, whole


def print_servers(models: Sequence[ModelFigures], console: Console) -> None:
    """Nothing where nobody looked at a server."""
    found = told(models)
    if found:
        load = _table("server of", "cache hits", "KV mean/max", "run.", "waiting", "preempted")
        times = _table("ms p50/p95", "TTFT server", "TTFT ours", "queue", "prefill")
        for one in found:
            server = one.server
            load.add_row(
                Text(one.label),
                *(percent(server.hit_rate), _short(level(server.kv_use, share=True))),
                *(_short(level(server.running)), _short(level(server.waiting)), whole(server.preemptions)),
            )
            times.add_row(
                Text(one.label),
                *(_short(pair(server, "ttft")), _short(ours(one.model.ttft_ms))),
                *(_short(pair(server, "queue")), _short(pair(server, "prefill"))),
            )
        console.print()
        console.print(load)
        console.print(times)
        console.print(Text(LEGEND, "dim"))
    for line in remarks(models):
        console.print(Text(line, "yellow"))


def _short(text: str) -> str:
    return text.replace(" / ", "/").replace(" %", "").replace("≤ ", "≤").replace("> ", ">")


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim underline")
    table.add_column(Text(first), overflow="fold", min_width=12)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table
