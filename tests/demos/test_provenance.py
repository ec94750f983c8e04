"""What the provenance demo answers, with real files and real damage."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from html import unescape
from typing import Any

import c2pa
import pytest
from cryptography import x509
from PIL import Image

from demos.apps.provenance import app, credentials, report
from demos.apps.provenance.credentials import Credential, Step
from demos.kit.charts import Bar
from demos.kit.functions import direct
from demos.kit.secret import adopt, shared
from demos.kit.shows import Download
from demos.models.watermark.edits import QUALITY, Edit
from demos.models.watermark.message import NEEDED, Message, bits_of
from tests.demos.kit import answer, demos, differ, words

JPEG = "image/jpeg"
LABELS = words("provenance", "en")


def change(**changed: Any) -> dict[str, Any]:
    return answer("provenance", "change", "en", **changed)


def verify(data: bytes = b"", lang: str = "en", **changed: Any) -> dict[str, Any]:
    upload = base64.b64encode(data).decode()
    return answer("provenance", "verify", lang, upload=upload, **changed)


def preset(name: str) -> dict[str, Any]:
    """A preset's answer."""
    from demos.kit.state import parse
    from tests.demos.kit import app as declared

    parsed = parse(declared("provenance"), {"preset": name})
    return answer("provenance", parsed.tab.name, "en", **parsed.state)


def says(shown: dict[str, Any], credential: str, watermark: str) -> bool:
    """Whether both verdicts begin as these labels do."""
    both = shown["verdict"].split("\n\n")[-2:]
    starts = (LABELS[f"credential_{credential}"], LABELS[f"watermark_{watermark}"])
    return all(text.startswith(start.split("**")[1], 2) for text, start in zip(both, starts, strict=True))


def original(source: str = "drawn", seed: int = 7) -> bytes:
    return app.sign(app.make(direct, source, seed), source, seed)


# What the page promises


def test_an_unchanged_file_carries_both() -> None:
    assert says(change(), "trusted", "found")
    assert "48 of 48 bits" in change()["verdict"]
    assert "drawn portrait no. 7" in change()["verdict"]


@pytest.mark.parametrize(
    ("name", "credential", "watermark"),
    [
        ("painted_over", "invalid", "found"),
        ("stripped", "missing", "found"),
        ("signed_edit", "trusted", "found"),
        ("stranger", "unknown_signer", "found"),
        ("washed_out", "missing", "lost"),
    ],
)
def test_a_preset_shows_what_its_sentence_says(name: str, credential: str, watermark: str) -> None:
    assert set(demos()["provenance"].presets) == {
        "painted_over", "stripped", "signed_edit", "stranger", "washed_out"
    }  # fmt: skip
    assert says(preset(name), credential, watermark)


def test_the_presets_say_true_details() -> None:
    assert "drawn portrait no. 7" in preset("stripped")["verdict"]
    assert "assertion.dataHash.mismatch" in unescape(preset("painted_over")["verdict"])
    assert "Step 2" in preset("signed_edit")["papers"]
    assert "Step 2" not in preset("stripped")["papers"]
    assert LABELS["hash_fits"] in preset("stranger")["papers"]
    assert LABELS["hash_differs"] in preset("painted_over")["papers"]


@pytest.mark.parametrize(
    "other",
    [{"source": "generated"}, {"seed": 8}, {"quality": 10}, {"kept": 70}, {"painted": 30}, {"scaled": 20},
     {"blurred": 5}, {"noise": 32}, {"turned": 5}],
    ids=str,
)  # fmt: skip
def test_every_control_of_the_picture_changes_it(other: dict[str, Any]) -> None:
    before, after = change(), change(**other)
    assert before["file"].data != after["file"].data
    if before["files"].width == after["files"].width:
        assert differ(before["files"], after["files"]) > 0.3


def test_who_verifies_changes_the_verdict_and_not_the_file() -> None:
    ours, stranger = change(), change(trust="stranger")
    assert ours["file"].data == stranger["file"].data
    assert ours["verdict"] != stranger["verdict"]


def test_what_is_hidden_is_the_residual_enlarged() -> None:
    made = app.make(direct, "drawn", 7)
    assert differ(change()["hidden"], change(painted=30)["hidden"]) == 0
    assert (made.marked - made.original).abs().max() > 0
    assert (made.marked - made.original).square().mean().sqrt() < 0.03


def test_the_number_says_which_portrait_and_which_source() -> None:
    numbers = {app.number_of(source, seed) for source in ("drawn", "generated") for seed in range(50)}
    assert len(numbers) == 100
    assert "generated portrait no. 12" in change(source="generated", seed=12)["verdict"]


# The credential


@pytest.mark.parametrize("source", ["drawn", "generated"])
def test_the_credential_says_who_when_and_with_what(source: str) -> None:
    found = credentials.inspect(original(source), JPEG, trusts_us=True)
    (step,) = found.steps
    assert found.state == "trusted"
    assert (step.tool, step.signer) == (credentials.TOOL, credentials.ORGANIZATION)
    assert step.source_type == {"drawn": credentials.DRAWN, "generated": credentials.GENERATED}[source]
    (made, when, model), (marked, _, binding) = step.actions
    assert (made, marked, binding) == ("c2pa.created", "c2pa.watermarked", credentials.BINDING)
    assert abs((datetime.now().astimezone() - datetime.fromisoformat(when)).total_seconds()) < 3600
    assert model == ("avatars" if source == "drawn" else f"gan {app.gan_card().sha256[:12]}")


def test_any_change_of_the_picture_makes_it_invalid() -> None:
    file = original()
    for place in (len(file) // 2, -500, -3):
        broken = bytearray(file)
        broken[place] ^= 1
        assert credentials.inspect(bytes(broken), JPEG, trusts_us=True).state == "invalid"


def test_a_change_of_the_credential_makes_it_invalid() -> None:
    file = original()
    assert file.count(credentials.TOOL.encode()) > 0
    forged = credentials.inspect(file.replace(b"algorithmicMedia", b"digitalCapture!!"), JPEG, trusts_us=True)
    assert forged.state in ("invalid", "unreadable")


def test_stripping_leaves_the_picture_as_it_is() -> None:
    file = original()
    bare = credentials.without(file)
    assert credentials.inspect(bare, JPEG, trusts_us=True) == Credential("missing")
    pictures = [Image.open(io.BytesIO(data)).tobytes() for data in (file, bare)]
    assert pictures[0] == pictures[1]
    assert len(bare) < len(file)


def test_a_credential_moved_to_another_picture_is_invalid() -> None:
    moved = credentials.with_that_of(credentials.without(original(seed=8)), original(seed=7))
    found = credentials.inspect(moved, JPEG, trusts_us=True)
    assert (found.state, found.faults) == ("invalid", ("assertion.dataHash.mismatch",))
    assert not found.hash_fits
    Image.open(io.BytesIO(moved)).load()


def test_an_editor_that_signs_adds_a_step() -> None:
    shown = change(credential="signed", kept=80, blurred=1, quality=60)
    found = credentials.inspect(shown["file"].data, JPEG, trusts_us=True)
    assert found.state == "trusted"
    assert [step.tool for step in found.steps] == [credentials.TOOL, credentials.EDITOR]
    done = [code for code, _, _ in found.steps[1].actions]
    assert done == ["c2pa.opened", "c2pa.cropped", "c2pa.filtered", "c2pa.transcoded"]
    assert credentials.inspect(shown["file"].data, JPEG, trusts_us=False).state == "unknown_signer"


def test_an_editor_that_changes_nothing_has_nothing_to_sign() -> None:
    assert change(credential="signed")["file"].data == change()["file"].data == original()


def test_each_edit_has_a_name_in_c2pa() -> None:
    assert app.ACTIONS.keys() | {"light"} == Edit.__dataclass_fields__.keys()
    for code in app.ACTIONS.values():
        assert f"action_{code.removeprefix('c2pa.')}" in demos()["provenance"].labels


def test_the_certificate_is_a_short_lived_test_whose_key_stays_here() -> None:
    own = credentials.authority(credentials.period())
    leaf, root = x509.load_pem_x509_certificates(own.chain.encode())
    leaf.verify_directly_issued_by(root)
    assert "test" in leaf.subject.rfc4514_string()
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days <= 91
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert own.key not in own.chain
    secret = base64.b64decode("".join(own.key.splitlines()[1:-1]))[-32:]
    assert secret not in original()


def test_another_process_does_not_know_our_root() -> None:
    """What becomes of a file after the server was started anew."""
    file, ours = original(), shared()
    try:
        renew(b"of another server")
        assert credentials.inspect(file, JPEG, trusts_us=True).state == "unknown_signer"
    finally:
        renew(ours)


def renew(value: bytes) -> None:
    adopt(value)
    for kept in (
        credentials.authority, credentials.context, credentials._signed, credentials._signed_again,
    ):  # fmt: skip
        kept.cache_clear()


def test_all_processes_of_a_server_know_what_one_of_them_has_signed() -> None:
    file, before = original(), credentials.authority(credentials.period())
    renew(shared())  # as a worker begins
    assert credentials.authority(credentials.period()) == before
    assert credentials.inspect(file, JPEG, trusts_us=True).state == "trusted"


def test_a_server_that_runs_for_months_goes_on_signing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificates are renewed before they end, and what was signed shortly before is still trusted."""
    now, file = credentials.period(), original()
    begin = datetime.fromtimestamp((now + 1) * credentials.RENEWED.total_seconds(), UTC)
    leaf = x509.load_pem_x509_certificates(credentials.authority(now).chain.encode())[0]
    assert leaf.not_valid_after_utc > begin + credentials.RENEWED
    monkeypatch.setattr(credentials, "period", lambda: now - 1)
    earlier = original()
    assert earlier != file
    monkeypatch.undo()
    assert credentials.inspect(earlier, JPEG, trusts_us=True).state == "trusted"
    monkeypatch.setattr(credentials, "period", lambda: now - 2)
    long_ago = original()
    monkeypatch.undo()
    assert credentials.inspect(long_ago, JPEG, trusts_us=True).state == "unknown_signer"


def test_a_report_of_another_form_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's assertion may hold a list where C2PA has a record."""
    odd = {
        "active_manifest": "a",
        "manifests": {"a": {"assertions": [{"label": "c2pa.actions.x", "data": [1]}]}},
    }
    monkeypatch.setattr("json.loads", lambda _: odd)
    assert credentials.inspect(original(), JPEG, trusts_us=True) == Credential("unreadable")


def test_the_library_is_kept_from_asking_the_network() -> None:
    verify_settings = credentials.SETTINGS["verify"]
    assert verify_settings["remote_manifest_fetch"] is False
    assert verify_settings["ocsp_fetch"] is False
    assert isinstance(credentials.context(True, credentials.period()), c2pa.Context)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\xff\xd8\xff\xeb\x00", b"\xff\xd8" + b"\xff" * 50])
def test_what_is_no_picture_has_an_unreadable_credential(data: bytes) -> None:
    assert credentials.inspect(data, JPEG, trusts_us=True).state == "unreadable"


# A file of the reader's own


def test_a_downloaded_file_is_verified_as_it_was_shown() -> None:
    for state in ({}, {"painted": 30}, {"credential": "signed", "quality": 60}, {"credential": "stripped"}):
        shown = change(**state)
        assert isinstance(shown["file"], Download)
        verified = verify(shown["file"].data)
        mine, theirs = (part["verdict"].split("In all")[0].strip() for part in (shown, verified))
        assert mine == theirs
        assert shown["papers"] == verified["papers"]


def test_without_a_file_it_shows_our_own_and_says_so() -> None:
    assert verify()["verdict"].startswith(LABELS["sample"])
    assert not verify(original())["verdict"].startswith(LABELS["sample"])
    assert says(verify(), "trusted", "found")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_saved_anew_as_another_kind_it_loses_its_papers_and_keeps_its_mark(kind: str) -> None:
    saved = io.BytesIO()
    Image.open(io.BytesIO(original(seed=9))).resize((200, 200)).save(saved, kind)
    shown = verify(saved.getvalue())
    assert says(shown, "missing", "found")
    assert "drawn portrait no. 9" in shown["verdict"]


def test_a_phones_file_with_more_pictures_behind_the_first_is_read() -> None:
    saved = io.BytesIO()
    first = Image.open(io.BytesIO(original(seed=9)))
    first.save(saved, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))])
    assert Image.open(saved).format == "MPO"
    assert says(verify(saved.getvalue()), "missing", "found")


def test_a_file_that_says_how_it_is_turned_is_read_upright() -> None:
    saved, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees
    Image.open(io.BytesIO(original(seed=9))).rotate(90).save(saved, "JPEG", exif=exif)
    assert says(verify(saved.getvalue()), "missing", "found")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_transparent_picture_is_shown_on_white(mode: str) -> None:
    clear = Image.new("RGBA", (80, 60), (0, 0, 0, 0)).convert(mode)
    saved = io.BytesIO()
    clear.save(saved, "PNG", **({"transparency": clear.getpixel((0, 0))} if mode == "P" else {}))
    image, kind = app.opened(saved.getvalue())
    assert (kind, image.getextrema()) == ("image/png", ((255, 255),) * 3)


def test_of_a_moving_picture_the_first_one_is_read() -> None:
    frames = [Image.new("RGB", (80, 60), color) for color in ("red", "blue")]
    saved = io.BytesIO()
    frames[0].save(saved, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    image, kind = app.opened(saved.getvalue())
    assert (kind, image.getpixel((0, 0))) == ("image/webp", (255, 0, 0))


def test_a_gray_picture_in_16_bits_keeps_its_grays() -> None:
    saved = io.BytesIO()
    Image.radial_gradient("L").point(lambda gray: gray * 257, "I").convert("I;16").save(saved, "PNG")
    assert Image.open(saved).mode.startswith("I")
    image, _ = app.opened(saved.getvalue())
    assert image.tobytes() == Image.radial_gradient("L").convert("RGB").tobytes()


def test_any_other_picture_is_unknown() -> None:
    saved = io.BytesIO()
    Image.radial_gradient("L").save(saved, "PNG")
    assert says(verify(saved.getvalue()), "missing", "lost")


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"no picture at all", "no_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no_picture"),
        (b"GIF89a" + b"\0" * 40, "no_picture"),
        ("cut", "no_picture"),
        ((4000, 2001), "too_many_pixels"),
        ((100, 300), "too_narrow"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_in_the_readers_language(data: Any, key: str, lang: str) -> None:
    if data == "cut":
        data = original()[: len(original()) // 2]
    elif isinstance(data, tuple):
        saved = io.BytesIO()
        Image.new("RGB", data).save(saved, "PNG")
        data = saved.getvalue()
    shown = verify(data, lang)
    assert shown["verdict"] == words("provenance", lang)[key]
    assert shown["papers"] == words("provenance", lang)["no_papers"]


def test_a_bomb_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = io.BytesIO()
    Image.new("1", (9000, 9000)).save(saved, "PNG")

    def load(image: Image.Image) -> None:
        raise AssertionError("the pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    with pytest.raises(app.NotReadable, match="too_many_pixels"):
        app.opened(saved.getvalue())


def test_a_strangers_words_are_only_words() -> None:
    evil = "www.evil.example <script>alert(1)</script> | [x](http://evil.example) **bold**\n# head"
    step = Step(evil, evil, evil, (("c2pa.created", evil, evil), (evil, "", "")))
    table = report.papers(LABELS, Credential("unknown_signer", (step,), (evil,)))
    verdict = report.verdict(LABELS, Credential("invalid", (step,), (evil,)), Message((0.0,) * 48), 1.0)
    for text in (table, verdict):
        assert "<" not in text
        assert "](" not in text
        assert "http:" not in text
        assert "www." not in text
    assert all(line.count("|") == 3 for line in table.splitlines())


def test_a_number_that_is_hardly_read_is_said_to_be_unsure() -> None:
    clear = [2 * bit - 1 for bit in bits_of(14).tolist()]
    unclear = [*clear[:-1], 0.1]
    for products, unsure in ((clear, False), (unclear, True)):
        said = report.verdict(LABELS, Credential("missing"), Message(tuple(products)), 1.0)
        assert (LABELS["number_unclear"] in said) == unsure


# The chart


def bars(shown: dict[str, Any]) -> list[Bar]:
    return [thing for thing in shown["bits"].things if isinstance(thing, Bar)]


def test_the_chart_has_a_bar_for_each_bit_and_wrong_ones_are_marked() -> None:
    assert len(bars(change())) == len(bits_of(0))
    assert {bar.color for bar in bars(change())} == {0}
    lost = change(turned=8)
    wrong = sum(bar.color == 1 for bar in bars(lost))
    assert f"{48 - wrong} of 48 bits" in lost["verdict"]
    assert sum(bar.height for bar in bars(change(quality=5))) < sum(bar.height for bar in bars(change()))


def test_chinese_sentences_follow_each_other_without_a_space() -> None:
    assert "。 " not in answer("provenance", "change", "zh")["verdict"]
    assert ". In all" in change()["verdict"]


def test_the_verdict_says_the_threshold() -> None:
    for lang in ("nb", "en", "zh"):
        labels = words("provenance", lang)
        shown = answer("provenance", "change", lang)
        assert labels.percent(NEEDED) in shown["verdict"]


def test_the_slider_begins_where_the_file_was_saved() -> None:
    quality = next(c for c in app.TABS[0].settings if c.name == "quality")
    assert quality.default == QUALITY == Edit().quality
