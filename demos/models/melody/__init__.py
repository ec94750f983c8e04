"""Three small models of tunes, one for each technique that AWS DeepComposer offered: a transformer that goes
on with a tune, an AR-CNN that changes it note by note, and a GAN that accompanies it."""

from demos.models.melody.functions import accompany, edit, next_bar
from demos.models.melody.nets import WEIGHTS, load_editor, load_generator, load_writer

__all__ = ["WEIGHTS", "accompany", "edit", "load_editor", "load_generator", "load_writer", "next_bar"]
