"""Everything of Gradio that is used here and is not documented, in one place. `tests/demos/test_gradio.py`
says after an upgrade which of it is still there.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.components import _Keywords

SESSIONS = 64  # readers of one page of whom Gradio keeps a record; ours need none


def id_of(component: Any) -> int:
    """The number by which Gradio's page knows a component."""
    number: int = component._id
    return number


class Blocks(gr.Blocks):
    """Blocks whose handlers give what a browser takes, and that remember nothing of a reader.

    Gradio's own make every component anew for each reader, and describe it by a JSON schema, when an event
    leaves it as it is: 1.5 ms for each output of each event. They also keep what they sent, pictures and all,
    for 10,000 readers of each page.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.state_session_capacity = SESSIONS

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        self.validate_outputs(block_fn, predictions)
        return [None if value is _Keywords.FINISHED_ITERATING else value for value in predictions]


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
