"""Everything of Gradio that is used here and is not documented, in one place. `tests/demos/test_gradio.py`
says after an upgrade which of it is still there.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

SESSIONS = 64  # readers of one page for whom Gradio keeps the last values it sent; ours need none of them


def id_of(component: Any) -> int:
    """The number by which Gradio's page knows a component."""
    number: int = component._id
    return number


def key_of(component: Any) -> str | int:
    """What an event's target and the component on our page have in common.

    Where an event leaves an output as it is, Gradio makes that component anew for the reader, with another
    number; its `elem_id` stays. Outputs that are targets too therefore need one.
    """
    return component.elem_id or id_of(component)


def keep_few_sessions(blocks: gr.Blocks) -> None:
    """Gradio keeps what it sent, pictures and all, for 10,000 readers of each page."""
    blocks.state_session_capacity = SESSIONS


def picture_value(address: str) -> dict[str, Any]:
    """What Gradio's page takes for a picture whose address holds its bytes, as Gradio itself does for SVG."""
    kind = address.partition(":")[2].partition(",")[0].partition(";")[0]
    return {
        "path": None, "url": address, "size": None, "orig_name": None, "mime_type": kind, "is_stream": False,
        "meta": {"_type": "gradio.FileData"},
    }  # fmt: skip


SKIP = gr.skip()
EVENT: dict[str, Any] = {
    "show_progress": "hidden",  # answers come before it could be read, and it makes pictures flicker
    "api_visibility": "private",
    # Values are checked by our own controls and come encoded from our own shows: Gradio would hand each of
    # them to a thread and write pictures to files.
    "preprocess": False,
    "postprocess": False,
}
