"""The private names of other packages that the engine uses are listed, and still exist."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.resources
import inspect
import re
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

import glossary
from glossary.privates import PRIVATES, Private

ENGINE = Path(glossary.__file__).parent


@pytest.mark.parametrize("private", PRIVATES, ids=lambda private: f"{private.module}:{private.name}")
def test_what_is_private_elsewhere_is_what_it_was(private: Private) -> None:
    version = importlib.metadata.version(private.package)
    what = f"{private.module} {private.name} of {private.package} {version}, which {private.use}"
    if "/" in private.module:
        package, _, path = private.module.partition("/")
        file = importlib.resources.files(package) / path
        assert file.is_file(), f"there is no more {what}"
        source = file.read_text("utf-8")
    else:
        module = import_module(private.module)
        try:
            found = reduce(getattr, private.name.split("."), module)
        except AttributeError:
            pytest.fail(f"there is no more {what}")
        if private.parameters is not None:
            assert tuple(inspect.signature(found).parameters) == private.parameters, f"changed: {what}"
        source = inspect.getsource(found) if private.contains else ""
    for text in private.contains:
        assert text in source, f"`{text}` is gone from {what}"


def test_no_other_private_name_is_used() -> None:
    known = {
        name
        for private in PRIVATES
        for text in (private.module, private.name, *private.contains)
        for name in re.findall(r"\b_\w+", text)
    }
    strange = [
        f"{path.relative_to(ENGINE)}:{line}: {name}"
        for path in sorted(ENGINE.rglob("*.py"))
        for line, name in private_names(ast.parse(path.read_text("utf-8")))
        if name not in known
    ]
    assert not strange, "list these in glossary/privates.py, or do without them"


def private_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names with an underscore in front that are taken from another package, with their lines."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_self(node.value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from ((node.lineno, name) for name in names if is_private(name))
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr", "hasattr"):
            name = node.args[1].value if isinstance(node.args[1], ast.Constant) else ""
            if is_private(str(name)):
                yield node.lineno, str(name)


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_private_names_are_seen() -> None:
    source = "from mkdocs.build import _one\nimport x\nx._two()\ngetattr(x, '_three')\nfrom . import _ours\n"
    assert sorted(private_names(ast.parse(source))) == [(1, "_one"), (3, "_two"), (4, "_three")]


def test_only_the_plugin_imports_mkdocs() -> None:
    importing = importers("mkdocs")
    assert importing
    assert {name.split("/")[0] for name in importing} == {"plugin"}


def test_nothing_imports_the_demos() -> None:
    assert not importers("demos")


def importers(package: str) -> list[str]:
    """The engine's modules that import a package."""
    return [
        path.relative_to(ENGINE).as_posix()
        for path in ENGINE.rglob("*.py")
        if any(name.split(".")[0] == package for name in imported(ast.parse(path.read_text("utf-8"))))
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules that a module imports from other packages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
