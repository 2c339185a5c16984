"""Where each name of some Python files is defined, imported, read and called, found by `ast`.

A question may be asked about a name only when every place where it stands is accounted for: one definition at
the left margin of a file, imports of that definition, and uses of those imports. Then its answer is certain.
"""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scenarios.documents.tasks.code_files import absolute, module_files

How = Literal["function", "constant", "imported", "read", "called", "other"]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Inside = tuple[tuple[str, int], ...]
Constant = int | float | str
Said = tuple[str, How, str]
"""A name, how it stands there, and the file that defines it, empty where that is not known."""

_MARGIN = re.compile(r"^(?:(?:async[ ]+)?def[ ]+(\w+)|([A-Z_][A-Z0-9_]{3,})[ ]*=)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place where a name stands."""

    path: str
    how: How
    target: str
    """The file that defines it, as far as this file's own imports tell; empty when they do not."""
    line: int
    """From 1."""
    last: int
    """The last line of the call or the assignment; of a function, the line of its `def`."""
    inside: Inside
    """Name and line of the functions round it, the outermost first."""
    value: Constant | None = None
    """Of a constant that is written out."""


@dataclass(frozen=True, kw_only=True)
class Index:
    places: Mapping[str, Sequence[Place]] = field(repr=False)
    """By the name, for names that one file alone defines at its left margin."""

    def definition(self, name: str) -> Place | None:
        """The one definition that all places of the name belong to; None when there is any doubt."""
        places = self.places[name]
        defined = [place for place in places if place.how in ("function", "constant")]
        if len(defined) != 1:
            return None
        passed_on = {place.path: place.target for place in places if place.how == "imported"}
        home = defined[0].path
        return defined[0] if all(_leads(place.target, home, passed_on) for place in places) else None

    def uses(self, name: str) -> list[Place]:
        return [place for place in self.places[name] if place.how in ("read", "called")]


def _leads(target: str, home: str, passed_on: Mapping[str, str]) -> bool:
    """Whether a name that comes from one file is defined in the other, over the imports between them."""
    seen = set[str]()
    while target != home and target not in seen:
        seen.add(target)
        target = passed_on.get(target, "")
    return target == home


def index(files: Mapping[str, str]) -> Index:
    """Raises `SyntaxError` for what this version of Python cannot read."""
    defined = Counter(match[1] or match[2] for text in files.values() for match in _MARGIN.finditer(text))
    places: dict[str, list[Place]] = {name: [] for name, count in defined.items() if count == 1}
    for path, text in files.items():
        for name, place in _File(path, parse(text), files).places():
            if name in places:
                places[name].append(place)
    return Index(places=places)


def parse(text: str) -> ast.Module:
    """Raises `SyntaxError`; what the compiler only warns of does not matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class _File:
    """What the names of a file stand for, and where they stand."""

    def __init__(self, path: str, tree: ast.Module, files: Mapping[str, str]) -> None:
        self._path = path
        self._tree = tree
        self._files = files
        self._own = {node: _defines(node) for node in tree.body if _defines(node)}
        self._sources = dict.fromkeys(self._own.values(), path)
        """The file that each defined or imported name comes from; empty where that is not known."""
        self._modules: dict[str, str] = {}
        """The file of each module that a name stands for."""
        bound = set[str]()
        for node in ast.walk(tree):
            bound.update(_binds(node))
            if isinstance(node, ast.ImportFrom):
                self._learn(node)
            elif isinstance(node, ast.Import):
                self._learn_modules(node)
        self._modules = {name: file for name, file in self._modules.items() if name not in bound}

    def _learn(self, node: ast.ImportFrom) -> None:
        module = absolute(self._path, node.level, node.module or "")
        for alias in node.names:
            name, inner = alias.asname or alias.name, self._found(f"{module}.{alias.name}")
            if inner:
                self._modules[name] = inner
            source = "" if inner or alias.asname else self._found(module)
            self._sources[name] = source if self._sources.get(name, source) == source else ""

    def _learn_modules(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname or "." not in alias.name:
                self._modules[alias.asname or alias.name] = self._found(alias.name)

    def _found(self, module: str) -> str:
        return next((file for file in module_files(module) if file in self._files), "")

    def places(self) -> Iterator[tuple[str, Place]]:
        stack: list[tuple[ast.AST, Inside, ast.Call | None]] = [(self._tree, (), None)]
        while stack:
            node, inside, call = stack.pop()
            if node in self._own:
                yield self._own[node], self._definition(node)
            else:
                for name, how, target in self._said(node, called=call is not None):
                    yield name, self._place(call or node, how, target, inside)
            if isinstance(node, Function):
                inside = (*inside, (node.name, node.lineno))
            for child in self._children(node):
                called = node if isinstance(node, ast.Call) and child is node.func else None
                stack.append((child, inside, called))

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.Assign) and node in self._own:
            return iter((node.value,))
        return ast.iter_child_nodes(node)

    def _definition(self, node: ast.AST) -> Place:
        if isinstance(node, ast.Assign):
            place = self._place(node, "constant", self._path, ())
            return replace(place, value=_literal(node.value))
        place = self._place(node, "function", self._path, ())
        return replace(place, last=place.line)

    def _place(self, node: ast.AST, how: How, target: str, inside: Inside) -> Place:
        line = getattr(node, "lineno", 0)
        last = getattr(node, "end_lineno", line)
        return Place(path=self._path, how=how, target=target, line=line, last=last, inside=inside)

    def _said(self, node: ast.AST, *, called: bool) -> Iterator[Said]:
        """What a node says of names, those left out that its children say."""
        how: How = "called" if called else "read"
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield name, how, self._sources.get(name, "")
            case ast.Attribute(value=ast.Name(id=module), attr=name, ctx=ast.Load()):
                yield name, how, self._modules.get(module, "")
            case ast.Attribute(attr=name):
                yield name, "other", ""
            case ast.ImportFrom(names=names):
                yield from ((alias.name, "imported", self._sources.get(alias.name, "")) for alias in names)
                yield from ((alias.asname, "other", "") for alias in names if alias.asname)
            case ast.Import(names=names):
                yield from ((part, "other", "") for alias in names for part in alias.name.split("."))
            case _:
                yield from ((name, "other", "") for name in _binds(node))


def _defines(node: ast.stmt) -> str:
    """The function or the constant that a statement at the left margin defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _binds(node: ast.AST) -> Iterator[str]:
    """The names that a node gives a meaning, imports left out, and those that name an argument in a call."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.keyword(arg=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names


def _literal(node: ast.expr) -> Constant | None:
    """A number or a text as it is written; a truth value is neither."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand)
        return -inner if isinstance(inner, int | float) else None
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, Constant)
        and not isinstance(node.value, bool)
    ):
        return node.value
    return None
