"""A picture with papers and a watermark: change the file, and see which of the two survives."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from demos.apps.provenance import credentials
from demos.apps.provenance.credentials import Credential
from demos.apps.provenance.report import bits_chart, papers, verdict
from demos.data.avatars.ahead import READERS, portrait, readers_portraits
from demos.kit import pictures
from demos.kit.app import Tab
from demos.kit.controls import Choice, Seed, Slider, Upload
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.pictures import Scene
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Download, File, Picture, Text
from demos.models.gan.functions import generate
from demos.models.gan.pretrained import card as gan_card
from demos.models.gan.pretrained import latents
from demos.models.watermark.edits import QUALITY, SIDE, Edit, edited, image_of, jpeg, to_read
from demos.models.watermark.functions import LARGEST_SIDE, mark, read
from demos.models.watermark.message import Message, bits_of

TILE = 264  # px of a file's picture as shown
LOUDER = 12  # times as strong as it is, the watermark can be seen
SAMPLE = 7  # the portrait whose file is verified until a reader brings one
MOST_PIXELS = 8_000_000  # of a reader's picture
NARROWEST = 0.5  # of its shorter side to its longer: in a strip there is too little to read
FORMATS = ("JPEG", "PNG", "WEBP")
# By what Pillow calls a file: “MPO” is a JPEG file with more pictures behind the first, as phones write it.
MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# What an editor that signs calls its changes, in the words of C2PA.
ACTIONS = {
    "kept": "c2pa.cropped", "painted": "c2pa.drawing", "turned": "c2pa.orientation", "scaled": "c2pa.resized",
    "blurred": "c2pa.filtered", "noise": "c2pa.filtered", "quality": "c2pa.transcoded",
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A portrait before and after it is marked (1, 3, 64, 64), and its file, which isn't signed yet."""

    original: Tensor
    marked: Tensor
    jpeg: bytes


class NotReadable(Exception):
    """A reader's file is no picture that can be read here. Holds the key of a sentence."""


# Change a picture


def change(
    run: Runner, words: Labels, *, source: str, seed: int, credential: str, quality: float, kept: float,
    painted: float, scaled: float, blurred: float, noise: float, turned: float, trust: str,
) -> dict[str, Any]:  # fmt: skip
    """The file as made and as changed, what is found in it, and what was hidden."""
    made = make(run, source, seed)
    before = sign(made, source, seed)
    edit = Edit(kept, painted, turned, scaled, blurred, noise, quality=int(quality))
    after = changed(before, edit, credential, seed)
    image = Image.open(io.BytesIO(after))
    message, papers_found = message_of(run, image), credentials.inspect(after, "image/jpeg", trust == "ours")
    return {
        "files": files(before, image),
        "verdict": verdict(words, papers_found, message, fresh(run), number_of(source, seed)),
        "bits": bits_chart(words, message, fresh(run), number_of(source, seed)),
        "papers": papers(words, papers_found),
        "hidden": hidden(run, source, seed),
        "file": Download(f"portrait-{seed}.jpg", after, "image/jpeg"),
    }


@remembered(64)
def make(run: Runner, source: str, seed: int) -> Made:
    """A seed's portrait, drawn or generated, marked with its number."""
    original = portrait(seed) if source == "drawn" else generated(run, seed)
    residual = run(mark, picture=original, bits=bits_of(number_of(source, seed))[None])
    marked = (original + residual).clamp(-1, 1)
    return Made(original, marked, jpeg(image_of(marked)))


def generated(run: Runner, seed: int) -> Tensor:
    made: Tensor = run(generate, z=latents(1, seed), truncation=torch.ones(1))
    return made


def number_of(source: str, seed: int) -> int:
    """What the watermark says: which seed, and by which of the two sources."""
    return 2 * seed + (source == "generated")


def sign(made: Made, source: str, seed: int) -> bytes:
    """The portrait's file with its credential."""
    drawn = source == "drawn"
    model = "avatars" if drawn else f"gan {gan_card().sha256[:12]}"
    kind = credentials.DRAWN if drawn else credentials.GENERATED
    return credentials.signed(made.jpeg, f"portrait-{seed}.jpg", model, kind, number_of(source, seed))


def changed(before: bytes, edit: Edit, credential: str, seed: int) -> bytes:
    """What a program makes of a signed file: it may strip the credential, copy it along, or sign anew."""
    if not edit.changes_pixels:
        return credentials.without(before) if credential == "stripped" else before
    after = jpeg(edited(Image.open(io.BytesIO(before)), edit), edit.quality)
    if credential == "along":
        return credentials.with_that_of(after, before)
    if credential == "signed":
        done = [code for name, code in ACTIONS.items() if getattr(edit, name) != getattr(Edit(), name)]
        return credentials.signed_again(after, before, f"portrait-{seed}.jpg", tuple(dict.fromkeys(done)))
    return after


def message_of(run: Runner, image: Image.Image) -> Message:
    """What the watermark in a picture says, if there is one."""
    found = run(read, picture=to_read(image, LARGEST_SIDE))
    return Message(tuple(found["products"][0].tolist()))


@remembered(1)
def fresh(run: Runner) -> float:
    """How clearly a bit is read in a file that nobody has changed."""
    message = message_of(run, Image.open(io.BytesIO(make(run, "drawn", SAMPLE).jpeg)))
    return sum(map(abs, message.products)) / len(message.products)


def files(before: bytes, after: Image.Image) -> Scene:
    """The file as it was made, an arrow, and the file as it is."""
    width = TILE * min(1, after.width / SIDE)
    return pictures.in_a_row(
        [
            pictures.raster(Image.open(io.BytesIO(before)), TILE),
            pictures.shape("arrow", 48),
            pictures.raster(after.convert("RGB"), width),
        ]
    )


@remembered(64)
def hidden(run: Runner, source: str, seed: int) -> Scene:
    """The portrait, what is added to it, many times as strong, and the sum."""
    made = make(run, source, seed)
    added = (made.marked - made.original) * LOUDER
    parts = [pictures.tile(part[0], 176) for part in (made.original, added, made.marked)]
    plus, equals = (pictures.shape(name, 28) for name in ("plus", "equals"))
    return pictures.in_a_row([parts[0], plus, parts[1], equals, parts[2]], gap=pictures.GAP)


# Verify a file


def verify(run: Runner, words: Labels, *, upload: str, trust: str) -> dict[str, Any]:
    """What is found in a reader's file, or in one of ours as long as there is none. Nothing of it is kept."""
    data = base64.b64decode(upload) if upload else sign(make(run, "drawn", SAMPLE), "drawn", SAMPLE)
    try:
        image, kind = opened(data)
    except NotReadable as fault:
        nothing = Message((0.0,) * len(bits_of(0)))
        return {
            "received": pictures.shape("disc", TILE),
            "verdict": words[str(fault)],
            "bits": bits_chart(words, nothing, 1.0),
            "papers": papers(words, Credential("unreadable")),
        }
    found = credentials.inspect(data, kind, trust == "ours")
    message = message_of(run, image)
    wide = pictures.raster(small(image, TILE), TILE if image.width >= image.height else 0)
    said = verdict(words, found, message, fresh(run))
    if not upload:
        said = "\n\n".join((words["sample"], said))
    return {
        "received": wide,
        "verdict": said,
        "bits": bits_chart(words, message, fresh(run)),
        "papers": papers(words, found),
    }


def opened(data: bytes) -> tuple[Image.Image, str]:
    """The picture in a file, upright and on white where it is transparent, and the file's media type. Raises
    NotReadable."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotReadable("too_many_pixels")
            if min(image.size) < NARROWEST * max(image.size):
                raise NotReadable("too_narrow")
            kind = MEDIA_TYPES[str(image.format)]
            return flattened(ImageOps.exif_transpose(image)), kind
    except NotReadable:
        raise
    except Exception:  # Pillow raises whatever a damaged file makes its decoders raise
        raise NotReadable("no_picture") from None


def flattened(image: Image.Image) -> Image.Image:
    """The picture as it looks on white paper."""
    if image.mode.startswith("I"):  # gray in 16 bits, which Pillow would cut off at 255 instead of scaling
        image = Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def small(image: Image.Image, size: int) -> Image.Image:
    image = image.copy()
    image.thumbnail((size, size))
    return image


TABS = (
    Tab(
        "change",
        (
            Choice("source", ("drawn", "generated"), "drawn"),
            Seed("seed", 7, high=READERS - 1),
            Choice("trust", ("ours", "stranger"), "ours"),
            Choice("credential", ("along", "signed", "stripped"), "along"),
            Slider("quality", 5, QUALITY, QUALITY, step=5),
        ),
        (
            Picture("files"),
            Text("verdict"),
            Chart("bits"),
            Text("papers"),
            File("file"),
            Picture("hidden"),
        ),
        change,
        more=(
            (
                Slider("kept", 60, 100, 100, step=2),
                Slider("painted", 0, 60, 0, step=5),
                Slider("scaled", 10, 100, 100, step=5),
                Slider("blurred", 0, 10, 0, step=0.5),
                Slider("noise", 0, 60, 0, step=4),
            ),
            (Slider("turned", 0, 10, 0, step=0.5),),
        ),
        above=2,
    ),
    Tab(
        "verify",
        (Choice("trust", ("ours", "stranger"), "ours"), Upload("upload")),
        (Picture("received"), Text("verdict"), Chart("bits"), Text("papers")),
        verify,
        above=1,
    ),
)
STILL = ("files", "hidden")
AHEAD = (readers_portraits,)
