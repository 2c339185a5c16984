"""What servers of a run's models said of themselves, as `harness.watching` kept it."""

from collections import defaultdict
from collections.abc import Iterable

from harness.runs.record import ModelVariant
from harness.runs.store import RunFolder
from local_models.metrics import Sample


def sessions(folder: RunFolder, model: ModelVariant) -> list[dict[str, list[Sample]]]:
    """All looks of each session in their order, by server."""
    found: defaultdict[str, defaultdict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for name, data in folder.samples(model):
        for sample in _read(data.splitlines()):
            found[name.rpartition("-")[0]][sample.server].append(sample)
    return [dict(servers) for servers in found.values()]


def _read(lines: Iterable[bytes]) -> Iterable[Sample]:
    for line in lines:
        try:
            yield Sample.model_validate_json(line)
        except ValueError:  # of another version: a look that tells nothing
            yield Sample(at="", server="", missed="the line cannot be read")
