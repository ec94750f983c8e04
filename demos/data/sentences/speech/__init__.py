"""How each language says a meaning: one method for each kind of sentence."""

from demos.data.sentences.speech.chinese import Chinese
from demos.data.sentences.speech.common import Speech
from demos.data.sentences.speech.english import English
from demos.data.sentences.speech.norwegian import Norwegian

SPEECH: dict[str, Speech] = {"nb": Norwegian(), "en": English(), "zh": Chinese()}
