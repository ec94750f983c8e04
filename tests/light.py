"""Python as it is where only the engine is installed, without what the demos need."""

from __future__ import annotations


def without(*packages: str) -> str:
    """Python code after which none of the packages can be imported."""
    return f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {packages!r}:
            raise ImportError(f"{{name}} is not part of the light install")
sys.meta_path.insert(0, Refuse())
"""


LIGHT = without("torch", "gradio", "numpy", "demos")
