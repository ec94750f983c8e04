"""What the demo of reenactment answers: clips, sliders, landmarks, failures; and that it takes no face."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from demos.apps.avatarify import acting, clips, handles
from demos.apps.avatarify import app as shown
from demos.apps.avatarify.people import REST, in_pose, moved, person, posed, still
from demos.data.avatars import replace
from demos.data.avatars.ahead import portrait
from demos.data.avatars.factors import FACTORS
from demos.kit.controls import Upload
from demos.kit.functions import direct
from demos.kit.metrics import psnr
from demos.kit.pictures import Strokes
from demos.kit.state import parse, query
from demos.models.avatarify.cases import CASES
from demos.models.avatarify.keypoints import exact, named
from demos.models.avatarify.pairs import MOTION, NEUTRAL
from demos.models.judge.functions import read
from tests.demos.kit import answer, app, demos, differ, words

FRAMES = clips.FRAMES


def parts(**changed: Any) -> list[dict[str, Any]]:
    """A clip's answer, part by part, without its pauses."""
    tab = app("avatarify").tab("clip")
    made = tab.answer(direct, words("avatarify", "en"), **tab.defaults | changed)
    return [part for part in made if part]


# Clips


@pytest.mark.parametrize("clip", clips.CLIPS)
def test_a_clip_begins_at_rest_and_moves_within_bounds(clip: str) -> None:
    values = clips.motion(clip)
    assert all(float(values[name][0]) == 0 for name in MOTION)
    assert max(float(x.abs().max()) for x in values.values()) <= 1
    assert sum(float(x.diff().abs().sum()) > 0.5 for x in values.values()) >= 4
    replace(person(1).repeat(FRAMES), **values)  # raises what is out of a factor's range


def test_between_key_frames_a_factor_moves_steadily() -> None:
    track = ((1.0, 0.0), (2.0, 1.0), (3.0, 1.0), (4.0, -1.0))
    assert [clips.value(track, x) for x in (0, 0.5, 1, 1.5, 2, 2.5, 3.5, 4, 9)] == pytest.approx(
        [0, 0, 0, 0.5, 1, 1, 0, -1, -1]
    )
    assert clips.value((), 2.0) == 0


def test_a_clip_comes_frame_by_frame_and_ends_with_some_of_them() -> None:
    made = parts()
    assert len(made) == FRAMES + 1
    assert list(made[0]) == ["stage", "inside", "gallery"]
    assert all(list(part) == ["stage", "inside"] for part in made[1:-1])
    assert list(made[-1]) == ["strip", "facts"]
    assert len({part["stage"].address for part in made[:-1]}) > 0.8 * FRAMES


def test_frames_are_paced_like_a_film() -> None:
    tab = app("avatarify").tab("clip")
    assert tab.streams
    assert 15 <= 1 / tab.pace <= 30


def test_the_first_frame_of_a_clip_shows_the_driver_at_rest() -> None:
    frames, truth = shown.recorded(direct, 5, 12, "talk", 0, 3)
    assert torch.equal(frames.pictures[:1], in_pose(direct, 5, REST).pictures)
    assert torch.equal(truth[:1], in_pose(direct, 12, REST).pictures)
    assert len(frames) == len(truth) == 3


def test_a_still_portrait_is_the_person_that_other_demos_show() -> None:
    assert torch.equal(still(direct, 12).pictures, portrait(12))
    there = posed(12, [REST])
    for factor in FACTORS:
        same = torch.equal(there[factor.name], person(12)[factor.name])
        assert same or factor.name in MOTION


def test_a_click_chooses_a_portrait() -> None:
    state = app("avatarify").tab("clip").defaults
    for i, number in enumerate(shown.GALLERY):
        x = i * (shown.MINI + 8) + 20
        assert shown.choose((x, 30), state) == {"portrait": number}
    assert differ(*(shown.chosen_of(number) for number in shown.GALLERY[:2])) > 0


# Sliders


def test_sliders_move_driver_portrait_and_truth_alike() -> None:
    calm, open_ = (answer("avatarify", "pose", mouth_open=value) for value in (0.0, 1.0))
    assert differ(calm["stage"], open_["stage"]) > 0
    assert "En dommer som ikke var med i treningen" in open_["facts"]


def test_an_opened_mouth_and_shut_eyes_are_read_by_the_judge() -> None:
    """For most of the portraits on the page, whoever drives them."""
    rest = in_pose(direct, 75, REST)
    for name in ("mouth_open", "blink"):
        poses = [tuple({**NEUTRAL, name: value}.values()) for value in (0.0, 1.0)]
        right = 0
        for number in shown.GALLERY:
            shots = [
                moved(direct, still(direct, number), rest, in_pose(direct, 75, pose), "retargeted")
                for pose in poses
            ]
            before, after = (float(direct(read, picture=shot.pictures)[name]) for shot in shots)
            right += after > before + 0.6
        assert right >= len(shown.GALLERY) - 1, name


def test_the_ways_of_transfer_differ_and_the_learned_one_is_the_nearest() -> None:
    pose = tuple({**NEUTRAL, "yaw": 0.5, "mouth_open": 0.8, "smile": 0.5}.values())
    scores: dict[str, list[float]] = {}
    for number in shown.GALLERY:
        source, rest, driver = still(direct, number), in_pose(direct, 75, REST), in_pose(direct, 75, pose)
        truth = in_pose(direct, number, pose).pictures
        for way in ("retargeted", "relative", "absolute"):
            made = moved(direct, source, rest, driver, way).pictures
            scores.setdefault(way, []).append(psnr(made, truth))
    means = {way: sum(some) / len(some) for way, some in scores.items()}
    assert max(means, key=lambda way: means[way]) == "retargeted"


# Landmarks


def test_a_click_moves_the_nearest_landmark_there() -> None:
    driver = person(75)
    for label, handle in enumerate(handles.HANDLES[1:], start=1):
        before = handles.shaped(driver, ()).points[0]
        k = handles.POINTS[label]
        x, y = (before[k] + torch.tensor([0.012, -0.014])).tolist()
        places = handles.set_to(driver, (), x, y)
        (place,) = places
        assert place[2] == label
        after = handles.shaped(driver, places).points[0]
        assert torch.allclose(after[k], torch.tensor([x, y]), atol=0.011), "places have a hundred steps"
        along = named(handle.point, *handle.along)
        still_ = [j for j in range(len(after)) if j not in along]
        assert torch.equal(after[still_], before[still_])


def test_the_nose_turns_the_head() -> None:
    driver = handles.at_rest(person(75))
    nose = handles.POINTS[handles.NOSE]
    x, y = exact(replace(driver, yaw=0.5, pitch=-0.25)).points[0, nose].tolist()
    turned = handles.turned(driver, ((x, y, handles.NOSE),))
    assert float(turned["yaw"]) == pytest.approx(0.5, abs=0.05)
    assert float(turned["pitch"]) == pytest.approx(-0.25, abs=0.05)


def test_a_landmark_of_a_turned_head_goes_where_the_click_was() -> None:
    driver = person(75)
    nose = exact(handles.at_rest(driver)).points[0, handles.POINTS[handles.NOSE]]
    places = handles.set_to(driver, (), *(nose + torch.tensor([0.08, -0.06])).tolist())
    assert places[0][2] == handles.NOSE
    corner = handles.POINTS[9]
    x, y = (handles.shaped(driver, places).points[0, corner] + torch.tensor([-0.04, -0.05])).tolist()
    both = handles.set_to(driver, places, x, y)
    assert len(both) == 2
    assert torch.allclose(handles.shaped(driver, both).points[0, corner], torch.tensor([x, y]), atol=0.011)
    again = handles.set_to(driver, both, x + 0.03, y)
    assert len(again) == 2, "a landmark that is moved again is counted once"


def test_clicks_on_the_face_are_places_in_the_picture() -> None:
    tab = app("avatarify").tab("landmarks")
    rest = {**tab.defaults, "places": ()}
    points = handles.shaped(person(tab.defaults["driver"]), ()).points[0, handles.POINTS]
    x, y = ((points[10] + 1) * (shown.FACE / 2)).tolist()
    change = shown.drag((x, y + 14), rest)
    assert [place[2] for place in change["places"]] == [10]
    made = answer("avatarify", "landmarks", **change)
    assert differ(made["face"], answer("avatarify", "landmarks", places=())["face"]) > 0
    assert shown.drag((shown.FACE + 20, y), rest) == {}, "the portrait on the right does not move so"
    undo, clear = (action.change for action in tab.actions)
    assert undo(rest | change) == {"places": ()} == clear(rest | change)


# A camera


def seen_by_camera(number: int, **pose: float) -> tuple[float, ...]:
    """What a browser would send of a person in a pose, whose landmarks it follows exactly."""
    names = named(*acting.NAMES)
    rest, now = (exact(posed(number, [some])).points for some in (REST, tuple({**NEUTRAL, **pose}.values())))
    tilt = acting.eyes(now)[1].angle() - acting.eyes(rest)[1].angle()
    moved = torch.view_as_real((acting.framed(now) - acting.framed(rest))[0, names]).flatten()
    return tuple(torch.cat([tilt, moved]).tolist())


@pytest.mark.parametrize(
    ("pose", "most"),
    [
        ({"yaw": 0.6}, 0.04),
        ({"pitch": 0.5}, 0.02),
        ({"roll": -0.4}, 0.01),
        ({"mouth_open": 1.0}, 0.01),
        ({"smile": 0.8}, 0.01),
        ({"brow_raise": 0.7}, 0.01),
    ],
)
def test_a_face_before_a_camera_is_made_by_the_driver(pose: dict[str, float], most: float) -> None:
    """Another person's motion, whose eyes are as far apart; `most` is how far off a landmark may be."""
    wanted = exact(posed(75, [tuple({**NEUTRAL, **pose}.values())]))
    made = acting.acting(75, seen_by_camera(5, **pose))
    names = named(*acting.NAMES)
    assert float((made.points - wanted.points)[0, names].norm(dim=1).max()) < most


def test_the_size_of_a_face_before_the_camera_makes_no_difference_and_lids_shut_with_the_readers() -> None:
    lid, lower = named("left_eyelid_upper", "left_eyelid_lower")
    motion: list[float | None] = [0.0] * (1 + 2 * len(acting.NAMES))
    at = 2 + 2 * acting.NAMES.index("left_eyelid_upper")
    rest = acting.acting(75, tuple(motion)).points[0]
    assert torch.allclose(rest, exact(handles.at_rest(person(75))).points[0], atol=0.01)
    for down, shut in ((acting.EYE_HEIGHT / 2, 0.5), (acting.EYE_HEIGHT, 1.0), (0.4, 1.0)):
        motion[at] = down
        points = acting.acting(75, tuple(motion)).points[0]
        closed = (points[lid, 1] - rest[lid, 1]) / (rest[lower, 1] - rest[lid, 1])
        assert float(closed) == pytest.approx(shut, abs=0.02)


def test_a_lost_point_goes_with_the_head() -> None:
    motion = list(seen_by_camera(5, mouth_open=1.0, roll=0.4))
    lip = 1 + 2 * acting.NAMES.index("lip_lower")
    open_ = acting.acting(75, tuple(motion)).points
    shut = acting.acting(75, (*motion[:lip], None, None, *motion[lip + 2 :])).points
    k = named("lip_lower")[0]
    where = exact(posed(75, [tuple({**NEUTRAL, "roll": 0.4}.values())])).points
    assert torch.allclose(shut[0, k], where[0, k], atol=0.01)
    assert float((open_ - shut)[0, k].norm()) > 0.1
    lost = acting.acting(75, (None,) * len(motion)).points
    assert torch.allclose(lost, exact(handles.at_rest(person(75))).points, atol=1e-5)


def test_the_portrait_does_what_a_reader_does_before_the_camera() -> None:
    calm = answer("avatarify", "camera")
    made = answer("avatarify", "camera", "en", camera=seen_by_camera(5, mouth_open=1.0))
    assert differ(calm["acted"], made["acted"]) > 0
    assert "13 of 13" in made["said"]


@pytest.mark.parametrize(
    "sent", ["[", "{}", "[1]", 7, ["[]"], "[" * 900, f"[{'9,' * 26}9]", f"[{'true,' * 26}true]", "[0]" * 999]
)
def test_what_is_no_motion_of_a_face_is_refused(sent: object) -> None:
    with pytest.raises(ValueError, match="not"):
        acting.CAMERA.clean(sent)


def test_a_face_comes_with_an_event_and_stays_nowhere() -> None:
    motion = acting.CAMERA.clean(json.dumps([0.25, None, None, *[0.5] * 24]))
    assert motion == (0.25, None, None, *[0.5] * 24)
    assert acting.CAMERA.clean(acting.CAMERA.sent(motion)) == motion
    assert acting.CAMERA.clean("") == acting.CAMERA.clean(None) == ()
    tab = app("avatarify").tab("camera")
    state = {**tab.defaults, "camera": motion}
    assert "camera" not in tab.kept(state)
    assert query(app("avatarify"), tab, state) == "tab=camera"
    assert parse(app("avatarify"), "tab=camera&camera=%5B0%5D").faults == ("camera",)


# Failures


@pytest.mark.parametrize("case", CASES)
def test_a_failure_stands_beside_the_truth(case: str) -> None:
    made = answer("avatarify", "failures", "en", case=case)
    shot, truth = shown.failure(
        direct, case, app("avatarify").tab("failures").defaults["example"], "retargeted"
    )
    assert f"{psnr(shot.pictures, truth):.1f} dB" in made["why"]
    assert not torch.equal(shot.source.pictures, truth)


# What is seen inside, and what is not taken


def test_keypoints_motion_and_mask_are_in_sight() -> None:
    things = answer("avatarify", "pose")["inside"].things
    strokes = [thing for _, _, thing in things if isinstance(thing, Strokes)]
    assert [len(some.lines) for some in strokes[:3]] == [34, 34, 34]
    assert len(strokes[3].lines) > 10, "the motion field of a face that moves"


def test_no_picture_can_be_given() -> None:
    """Only drawn people are moved here; a camera moves them, and sends no picture."""
    for tab in app("avatarify").tabs:
        assert not any(isinstance(control, Upload) for control in tab.all_controls)
    assert all(
        word in demos()["avatarify"].see["en"]
        for word in ("no detector finds your face", "never leaves the browser", "cannot be uploaded")
    )


def test_the_page_says_that_keypoints_were_supervised() -> None:
    for lang, said in (("nb", "fikk vite"), ("en", "ours learned from where"), ("zh", "告知")):
        assert said in demos()["avatarify"].see[lang]
