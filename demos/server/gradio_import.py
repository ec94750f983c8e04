"""Imports Gradio without the type stubs (`.pyi`) that it writes beside the code of each component whenever it
is imported. They take half of the time, and only an editor reads them."""

from __future__ import annotations

import inspect
from typing import Any

file_of = inspect.getfile


def file_unless_gradios(of: Any) -> str:
    """Gradio writes no stub for a class that comes from no file. Other threads ask for files of their own."""
    if isinstance(of, type) and of.__module__.split(".")[0] == "gradio":
        raise OSError("while Gradio is imported")
    return file_of(of)


inspect.getfile = file_unless_gradios  # type: ignore[assignment]
try:
    import gradio  # noqa: F401
finally:
    inspect.getfile = file_of
