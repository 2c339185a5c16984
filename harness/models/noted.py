"""What a run keeps of the models that we serve: of those under test, of the user's and of the judge."""

from harness.models.opened import OpenModel
from harness.runs.store import RunFolder


def note_engine(folder: RunFolder, opened: OpenModel) -> None:
    """Write into the run what serves a model of ours, and what it runs on."""
    record, name = folder.record, opened.model.variant.label
    engines = record.engines if opened.engine is None else {**record.engines, name: opened.engine}
    hosting = record.hosting if opened.hosting is None else {**record.hosting, name: opened.hosting}
    if (engines, hosting) != (record.engines, record.hosting):
        folder.write_record(record.model_copy(update={"engines": engines, "hosting": hosting}))
