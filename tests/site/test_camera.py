"""A face before a camera: a drawn one, whose landmarks are known, plays the reader's.

How well its points are followed is measured frame by frame; then, before Chromium's fake camera, that the
page does it, that the portrait follows, and that nothing but numbers is sent.
"""

from __future__ import annotations

import base64
import io
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, Request, expect

from demos.apps.avatarify.acting import CAMERA, NAMES
from demos.apps.avatarify.clips import CLIPS, value
from demos.apps.avatarify.people import Pose, posed
from demos.data.avatars import render
from demos.data.avatars.dataset import from_bytes, to_bytes
from demos.kit.functions import direct
from demos.kit.page import CAMERA_SCRIPT, CAMERA_WORDS
from demos.models.avatarify.keypoints import exact, named
from demos.models.avatarify.pairs import MOTION
from demos.models.judge.functions import read
from tests import serving
from tests.conftest import CHROMIUM_FLAGS, OPTIONS, Faults, system_chromium
from tests.ordlab import LANGUAGES
from tests.serving import Server
from tests.site.test_demos_in_browser import is_left_early

pytestmark = pytest.mark.browser

PERSON = 75
RATE, SHOTS = 32, 42  # frames a second of the clip, as cameras have them, and how many are drawn
FACE_SIZE, WIDTH, HEIGHT = 160, 320, 240  # px; the eyes are 63 px apart, as with a laptop's camera
AT = ((WIDTH - FACE_SIZE) // 2, HEIGHT - FACE_SIZE)
STEPS = (
    0.0,
    0.25,
    0.5,
    0.75,
    1.0,
)  # of what the fake camera sees: slow enough for a browser that gets little time
SHOWN, HELD = 10, 10  # frames a second before the fake camera, and for how many of them a step stands still
BITS, BIT = 3, 16  # a step's number, in black and white along the upper edge
OTHER = {"left": "right", "right": "left"}
TRACKER = CAMERA_SCRIPT.partition("// A reader's face")[0]


class Clip(NamedTuple):
    """Gray pictures (n, FACE_SIZE, FACE_SIZE), and where NAMES are in them (n, k, 2), in pixels."""

    pictures: np.ndarray
    points: np.ndarray


@pytest.fixture(scope="module")
def clip() -> Clip:
    """Somebody talks, nods, blinks and raises the brows."""
    tracks = CLIPS["talk"]
    return drawn([tuple(value(tracks.get(name, ()), i / RATE) for name in MOTION) for i in range(SHOTS)])


@pytest.fixture(scope="module")
def steps() -> Clip:
    """Somebody opens the mouth, raises the brows and tilts the head, step by step."""
    whole = {"mouth_open": 1.0, "brow_raise": 0.6, "roll": 0.3}
    return drawn([tuple(share * whole.get(name, 0.0) for name in MOTION) for share in STEPS])


def drawn(poses: list[Pose]) -> Clip:
    people = posed(PERSON, poses)
    colors = torch.cat([to_bytes(render(some, FACE_SIZE).images) for some in people.split(6)]).double()
    gray = torch.einsum("nchw,c->nhw", colors, torch.tensor([0.299, 0.587, 0.114]).double()).round()
    points = (exact(people).points[:, named(*NAMES)] + 1) * FACE_SIZE / 2 - 0.5
    return Clip(gray.to(torch.uint8).numpy(), points.numpy())


# The tracker


# Waves of several lengths, seen from elsewhere: shifted, and turned and scaled about (60, 50).
WAVES = """
window.waves = ({shift: [dx, dy], turn: [a, b], dark = 0, width = 120, height = 100}) => {
  const data = new Uint8ClampedArray(4 * width * height), size = a * a + b * b;
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i += 4) {
    const p = x - dx - 60, q = y - dy - 50;
    const u = (a * p + b * q) / size, v = (a * q - b * p) / size;
    const waves = 30 * Math.sin(u / 4 + v / 9) + 25 * Math.cos(v / 5 - u / 11) + 20 * Math.sin((u + v) / 17);
    data[i] = data[i + 1] = data[i + 2] = 120 + waves - dark;
  }
  return Tracker.pyramid({width, height, data});
};
"""


@pytest.fixture(scope="module")
def tracker(browser: Browser) -> Iterator[Page]:
    """A page that can follow points and does nothing else."""
    with browser.new_context() as context:
        page = context.new_page()
        page.add_script_tag(content=f"{TRACKER}; window.Tracker = Tracker; {WAVES}")
        yield page


@pytest.mark.parametrize(
    ("shift", "turn"),
    [
        ((0, 0), (1, 0)),
        ((0.3, -0.6), (1, 0)),
        ((2.4, -3.7), (1, 0)),
        ((7.5, 6.2), (1, 0)),
        ((1, 2), (1.05, 0.1)),
    ],
)
def test_a_shift_is_found_to_a_fraction_of_a_pixel(
    tracker: Page, shift: tuple[float, float], turn: tuple[float, float]
) -> None:
    seen = {"shift": shift, "turn": turn, "dark": 12}
    found = tracker.evaluate(
        """seen => {
          const before = waves({shift: [0, 0], turn: [1, 0]});
          return Tracker.follow(before, waves(seen), [60, 50], [60, 50], seen.turn);
        }""",
        seen,
    )
    assert found == pytest.approx([60 + shift[0], 50 + shift[1]], abs=0.1)


def test_what_is_flat_or_hidden_is_lost_and_what_comes_back_is_found(tracker: Page) -> None:
    states = tracker.evaluate("""() => {
      const names = ["a", "b", "c", "d", "flat"], places = [[30, 40], [90, 40], [50, 42], [70, 42], [60, 60]];
      const seen = waves({shift: [0, 0], turn: [1, 0]});
      const black = Tracker.pyramid({width: 120, height: 100, data: new Uint8ClampedArray(48000)});
      const face = new Tracker.Face(names.slice(0, 4), "d", {});
      names.forEach((name, i) => face.put(name, places[i], seen));
      face.rest(seen);
      return [seen, black, black, waves({shift: [1, 1], turn: [1, 0]})].map((frame) => {
        face.next(frame);
        const lost = names.map(name => face.points[name].lost);
        return [lost.some(Boolean), lost.every(Boolean), face.isLost, face.place("a")];
      });
    }""")
    kept, hidden, still_hidden, back = states
    assert kept[:3] == [False, False, False]
    assert hidden[1:3] == still_hidden[1:3] == [True, True]
    assert back[:3] == [False, False, False]
    assert back[3] == pytest.approx([31, 41], abs=0.2)


FOLLOWED = """([size, frames, names, places, anchors, asides]) => {
  const bytes = Uint8Array.from(atob(frames), c => c.charCodeAt(0)), length = size * size;
  const pyramids = Array.from({length: bytes.length / length}, (_, k) => {
    const data = new Uint8ClampedArray(4 * length);
    for (let i = 0; i < length; i++) data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = bytes[k * length + i];
    return Tracker.pyramid({width: size, height: size, data});
  });
  const face = new Tracker.Face(names.slice(0, anchors), names[anchors], asides);
  names.forEach((name, i) => face.put(name, places[i], pyramids[0]));
  face.rest(pyramids[0]);
  return [...pyramids, ...pyramids.toReversed()].map((frame) => {
    face.next(frame);
    return names.map(name => [...face.place(name), Number(face.points[name].lost)]);
  });
}"""


def test_a_talking_face_is_followed(tracker: Page, clip: Clip) -> None:
    """There and back again, with one blink. In pixels, with eyes 63 px apart."""
    frames = base64.b64encode(clip.pictures.tobytes()).decode()
    asides = {point.name: point.aside for point in CAMERA.points}
    given = [FACE_SIZE, frames, NAMES, clip.points[0].tolist(), CAMERA.anchors, asides]
    made = np.array(tracker.evaluate(FOLLOWED, given))
    true = np.concatenate([clip.points, clip.points[::-1]])
    errors = np.where(made[..., 2] > 0, np.nan, np.hypot(*np.moveaxis(made[..., :2] - true, -1, 0)))
    lost = dict(zip(NAMES, made[..., 2].mean(0), strict=True))
    means = dict(zip(NAMES, np.nanmean(errors, 0), strict=True))
    assert np.nanmean(errors) < 1.0, means
    assert all(means[name] < 0.6 for name in NAMES[: CAMERA.anchors]), means
    assert means["nose_tip"] < 0.5
    assert lost["nose_tip"] == lost["lip_lower"] == 0
    lip = NAMES.index("lip_lower")
    assert np.abs(clip.points[:, lip, 1] - clip.points[0, lip, 1]).max() > 9, "it opens the mouth"
    assert errors[:, lip].max() < 3
    assert np.mean(list(lost.values())) < 0.15, lost


# The page


def film(clip: Clip, path: Path) -> None:
    """A clip, forwards and back, as YUV4MPEG2; along its upper edge each frame's number."""
    order = [*range(len(STEPS)), *reversed(range(len(STEPS)))]
    gray = b"\x80" * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{SHOWN}:1 Ip A1:1 C420jpeg\n".encode())
        for k in order:
            frame = np.full((HEIGHT, WIDTH), 235, np.uint8)
            frame[AT[1] :, AT[0] : AT[0] + FACE_SIZE] = clip.pictures[k]
            for bit in range(BITS):
                frame[:BIT, bit * BIT : (bit + 1) * BIT] = 235 if k >> bit & 1 else 16
            file.write((b"FRAME\n" + frame.tobytes() + gray) * HELD)


# The frame's number in the mirrored picture on screen, and points as they stand there.
SEEN = """
window.streams = [];
const devices = navigator.mediaDevices, ask = devices?.getUserMedia.bind(devices);  // not on a blank page
if (ask) devices.getUserMedia = async (...of) => {
  streams.push(await ask(...of));
  return streams.at(-1);
};
window.number = (canvas) => {
  const pen = canvas.getContext("2d");
  return [...Array(BITS).keys()].reduce((sum, bit) => {
    const x = canvas.width - 1 - (bit + 0.5) * BIT;
    return sum + (pen.getImageData(x, BIT / 2, 1, 1).data[1] > 127 ? 2 ** bit : 0);
  }, 0);
};
window.places = (canvas) => [...document.querySelectorAll(".handle")].map(({style, dataset}) => [
  parseFloat(style.left) / 100 * canvas.width - 0.5, parseFloat(style.top) / 100 * canvas.height - 0.5,
  dataset.state]);
""".replace("BITS", str(BITS)).replace("BIT", str(BIT))

# Drag each handle to its place on the face at rest, and start, all on one frame.
PLACED = """(places) => {
  const canvas = document.querySelector("canvas");
  if (number(canvas) !== 0) return false;
  const picture = canvas.parentElement, box = canvas.getBoundingClientRect();
  const event = (type, [x, y]) => picture.dispatchEvent(new PointerEvent(type, {
    bubbles: true, buttons: 1, clientX: box.left + (x + 0.5) / canvas.width * box.width,
    clientY: box.top + (y + 0.5) / canvas.height * box.height}));
  for (const [name, place] of places) {
    const i = [...document.querySelectorAll(".handle")].findIndex(handle => handle.dataset.point === name);
    event("pointerdown", window.places(canvas)[i]);
    event("pointermove", place);
    event("pointerup", place);
  }
  document.querySelector("[data-does=start]").click();
  return true;
}"""

# The points at each step, until the face is at rest again.
WATCHED = """() => new Promise((done) => {
  const canvas = document.querySelector("canvas"), seen = new Map();
  let moved = false;
  const look = () => {
    const now = number(canvas);
    seen.set(now, places(canvas));
    moved ||= now === 4;
    if (moved && now === 0) done([...seen]);
    else requestAnimationFrame(look);
  };
  look();
})"""


def mirrored(clip: Clip, k: int) -> list[tuple[str, list[float]]]:
    """Where NAMES are on screen, in pixels of the camera's picture: the left of the picture is the left."""
    there = {}
    for name, (x, y) in zip(NAMES, clip.points[k].tolist(), strict=True):
        there[re.sub("left|right", lambda side: OTHER[side[0]], name)] = [WIDTH - 1 - (x + AT[0]), y + AT[1]]
    return [(name, there[name]) for name in NAMES]


@pytest.fixture(scope="module")
def with_camera(browser: Browser, steps: Clip, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = tmp_path_factory.mktemp("camera") / "face.y4m"
    film(steps, path)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    args = [*CHROMIUM_FLAGS, *fake, f"--use-file-for-fake-video-capture={path}"]
    running = browser.browser_type.launch(executable_path=system_chromium(), args=args)
    yield running
    running.close()


def open_camera(page: Page, server: Server, lang: str = "en") -> None:
    serving.open_demo(server, "avatarify", lang)
    page.goto(f"{server.url}/demos/avatarify/{lang}/?tab=camera")
    expect(page.locator("[data-does=on]")).to_be_visible(timeout=60_000)


def mouth(page: Page) -> float:
    """How far open the portrait's mouth is, as the judge reads it off the page: −1 to 1."""
    with Image.open(io.BytesIO(page.locator("main img:visible").first.screenshot())) as shown:
        left = shown.width - shown.height  # the portrait is a square on the right
        portrait = shown.convert("RGB").crop((left, 0, shown.width, shown.height))
    pixels = torch.from_numpy(np.array(portrait.resize((64, 64), Image.Resampling.BOX)))
    return float(direct(read, picture=from_bytes(pixels.permute(2, 0, 1)[None]))["mouth_open"])


def test_the_portrait_does_as_the_face_before_the_camera_and_only_numbers_are_sent(
    with_camera: Browser, faults: Faults, server: Server, steps: Clip
) -> None:
    context = with_camera.new_context(**OPTIONS)
    faults.watch(context)
    faults.expectations.append(is_left_early)
    requests: list[Request] = []
    context.on("request", lambda request: requests.append(request))
    context.add_init_script(SEEN)
    page = context.new_page()
    open_camera(page, server)
    page.locator("[data-does=on]").click()
    expect(page.locator(".handle")).to_have_count(len(NAMES))
    before, shut = len(requests), mouth(page)
    page.wait_for_function(PLACED, arg=mirrored(steps, 0), timeout=60_000)
    seen = dict(page.evaluate(WATCHED))
    errors = [
        np.hypot(x - there[0], y - there[1])
        for k, points in seen.items()
        for (x, y, state), (_, there) in zip(points, mirrored(steps, k), strict=True)
        if state == "followed"
    ]
    assert len(errors) > 0.7 * len(seen) * len(NAMES)
    assert np.mean(errors) < 2
    assert np.median(errors) < 1

    for _ in range(300):
        if (open_ := mouth(page)) > shut + 0.6:
            break
        page.wait_for_timeout(50)
    assert open_ > shut + 0.6

    sent = [request for request in requests[before:] if request.method != "GET"]
    assert sent
    fields = [check_sent(request) for request in sent]
    assert any(any(value for value in field) for field in fields), "something moved"
    assert all("image" not in request.headers.get("content-type", "") for request in requests)
    page.locator("[data-does=off]").click()
    assert page.evaluate("streams.at(-1).getTracks().map(track => track.readyState)") == ["ended"]
    expect(page.locator(".camera-picture")).to_be_hidden()

    for leave in ("pagehide", "visibilitychange", "tab"):
        page.locator("[data-does=on]").click()
        expect(page.locator(".handle")).to_have_count(len(NAMES))
        if leave == "tab":
            page.get_by_role("tab", name="Expression").click()
        else:
            page.evaluate(
                """type => {
              Object.defineProperty(document, "hidden", {get: () => true, configurable: true});
              (type === "pagehide" ? window : document).dispatchEvent(new Event(type));
              delete document.hidden;
            }""",
                leave,
            )
        page.wait_for_function("streams.at(-1).getTracks().every(track => track.readyState === 'ended')")
    assert page.evaluate("streams.length") == 4
    context.close()
    faults.check()


def check_sent(request: Request) -> list[float | None]:
    """Assert that a request is a small click with a motion's numbers; returns them."""
    assert re.search(r"/gradio_api/(queue/join|cancel|reset)(\?tab=camera)?$", request.url), request.url
    body: dict[str, Any] = json.loads(request.post_data or "")
    assert len(request.post_data or "") < 1500
    if "data" not in body:
        return []
    on_screen, motion, *others = body["data"]
    assert set(json.loads(on_screen)) == {"query", "sums", "turn"}
    assert all(isinstance(other, int) or other == "retargeted" for other in others)
    numbers: list[float | None] = json.loads(motion)
    assert len(numbers) == 1 + 2 * len(NAMES)
    assert all(value is None or isinstance(value, int | float) for value in numbers)
    return numbers


REFUSALS = {
    "insecure": "Object.defineProperty(navigator, 'mediaDevices', {value: undefined, configurable: true})",
    **{
        key: "Object.defineProperty(navigator, 'mediaDevices', {configurable: true, value: "
        f"{{getUserMedia: () => Promise.reject(new DOMException('no', '{name}'))}}}})"
        for key, name in (
            ("refused", "NotAllowedError"), ("none", "NotFoundError"), ("busy", "NotReadableError"),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_why_there_is_no_picture_is_said(demo_page: Page, server: Server, lang: str) -> None:
    open_camera(demo_page, server, lang)
    for key, change in REFUSALS.items():
        demo_page.evaluate(change)
        demo_page.locator("[data-does=on]").click()
        expect(demo_page.locator(".camera output")).to_have_text(LANGUAGES[lang].word(f"camera_{key}"))
        expect(demo_page.locator("[data-does=on]")).to_be_visible()
    assert all(LANGUAGES[lang].word(key) for key in CAMERA_WORDS)


# Who may ask for a camera


def permissions(server: Server, path: str) -> str:
    with urllib.request.urlopen(f"{server.url}/{path}", timeout=60) as got:
        found: str = got.headers["Permissions-Policy"]
    return found.partition(",")[0]


def test_this_demo_alone_may_ask_for_the_camera(page: Page, faults: Faults, server: Server) -> None:
    faults.expectations.append(is_left_early)
    for name, who in (("avatarify", "(self)"), ("generator", "()")):
        serving.open_demo(server, name, "nb")
        assert permissions(server, f"demos/{name}/nb/") == f"camera={who}"
    assert permissions(server, "glossary/avatarify/") == "camera=(self)", "else no frame on it may"
    assert permissions(server, "demos/status.json") == "camera=()"
    for term, name, allowed in (("avatarify", "avatarify", True), ("generator", "generator", False)):
        page.goto(f"{server.url}/glossary/{term}/")
        panel = page.locator(f".demo[data-demo={name}]")
        panel.scroll_into_view_if_needed()
        root = panel.frame_locator("iframe").locator("html")
        expect(panel).to_have_attribute("data-state", "live", timeout=60_000)
        assert root.evaluate("() => document.featurePolicy.allowsFeature('camera')") is allowed
