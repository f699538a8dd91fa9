"""A folder against a folder, with measurements made up and with real ones."""

import csv
import io
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.support.house import shared_caches
from onmodel import identity
from onmodel.identity.calibration import SHIPPED
from onmodel.identity.folders import NoPicturesError, listing, sheet
from onmodel.identity.judge import Judge, Measured, NoCalibrationError, NotComparableError
from tests.support.faces import embedding
from tests.support.photos import Photos


def _measured(name: str, person: int, picture: int) -> Measured:
    vector = np.asarray(embedding(person, picture), np.float32)
    return Measured(Path(name), None, {"dlib-resnet-v1": vector}, {})


REFERENCES = [_measured(f"reference {n}.png", 1, n) for n in range(4)]
SHOTS = [_measured(f"shot {n:02d}.png", 1, 50 + n) for n in range(6)]
NO_FACE = Measured(Path("wall.png"), "no_face", {}, {})


def test_every_picture_has_a_row_and_none_is_silently_nothing() -> None:
    stranger = _measured("stranger.png", 2, 1)
    found = sheet([*SHOTS, NO_FACE, stranger], REFERENCES, Judge())
    assert [row.name for row in found.rows][-2:] == ["wall.png", "stranger.png"]
    assert found.measured == 7
    assert found.reasons == {"no_face": 1}
    assert found.rows[-2].score is None
    assert found.rows[0].score is not None
    assert found.rows[0].score.p_same > 0.9
    assert found.rows[-1].score is not None
    assert found.rows[-1].score.p_same < 0.1


def test_the_table_and_the_document_say_the_same() -> None:
    found = sheet([*SHOTS, NO_FACE], REFERENCES, Judge())
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    document = json.loads(json.dumps(found.to_json()))
    assert len(rows) == len(document["pictures"]) == 7
    assert float(rows[0]["p_same"]) == document["pictures"][0]["p_same"]
    assert rows[-1]["reason"] == "no_face"
    assert document["coverage"] == {"measured": 6, "expected": 7, "reasons": {"no_face": 1}}
    assert document["references"] == 4


def test_the_order_of_files_changes_no_score() -> None:
    turned, others = list(SHOTS), list(REFERENCES)
    random.Random(1).shuffle(turned)
    random.Random(2).shuffle(others)
    one, other = sheet(SHOTS, REFERENCES, Judge()), sheet(turned, others, Judge())
    scores = {row.name: row.score.p_same for row in one.rows if row.score}
    for row in other.rows:
        assert row.score is not None
        assert row.score.p_same == pytest.approx(scores[row.name], abs=1e-6)
    assert one.coherence.mean == pytest.approx(other.coherence.mean)


def test_references_without_a_face_are_named_and_all_of_them_end_it() -> None:
    found = sheet(SHOTS, [*REFERENCES, NO_FACE], Judge())
    assert found.references == 4
    assert list(found.refused) == ["wall.png"]
    with pytest.raises(NotComparableError, match=r"wall\.png"):
        sheet(SHOTS, [NO_FACE], Judge())


def test_a_picture_without_a_face_is_refused_and_not_zero() -> None:
    with pytest.raises(NotComparableError, match="no_face"):
        Judge().compare(NO_FACE, SHOTS[0])
    assert Judge().compare(SHOTS[0], SHOTS[1]) == pytest.approx(Judge().compare(SHOTS[0], SHOTS[1]))


def test_an_encoder_without_calibration_is_refused() -> None:
    with pytest.raises(NoCalibrationError):
        Judge(encoder="unheard-of")


def test_a_calibration_judges_its_own_encoder_only() -> None:
    other = replace(SHIPPED["dlib-resnet-v1"], encoder="fitted-elsewhere")
    assert Judge(calibration=other).encoder == "fitted-elsewhere"
    with pytest.raises(NoCalibrationError, match="fitted-elsewhere's"):
        Judge(encoder="dlib-resnet-v1", calibration=other)


def test_an_empty_folder_is_no_set(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(NoPicturesError):
        listing(tmp_path)
    with pytest.raises(NoPicturesError):
        listing(tmp_path / "missing")


@pytest.mark.functions
async def test_real_pictures_of_every_kind(tmp_path: Path, photos: Photos) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    with Image.open(photos.person_a[0]) as picture:
        picture.convert("RGB").save(shots / "1-as-tiff.tiff")
        picture.convert("RGB").save(shots / "2-as-jpeg.jpg", quality=90)
        picture.convert("RGB").save(shots / "3-as-webp.webp", quality=90)
    with Image.open(photos.person_b[0]) as picture:
        picture.save(shots / "4-somebody-else.png")
    with Image.open(photos.no_face[0]) as picture:
        picture.save(shots / "5-no-face.png")
    (shots / "6-broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (shots / "7-text.jpg").write_text("no picture")
    with Judge(home=shared_caches(), processes=2) as judge:
        found = identity.score(shots, against=photos.person_a[3:8], judge=judge)
    by_name = {row.name[0]: row for row in found.rows}
    same = [by_name[n].score for n in "123"]
    assert all(one is not None and one.p_same > 0.9 for one in same)
    # stable under re-encoding
    values = [one.p_same for one in same if one is not None]
    assert max(values) - min(values) < 0.02
    assert by_name["4"].score is not None
    assert by_name["4"].score.p_same < 0.1
    assert [by_name[n].reason for n in "567"] == ["no_face", "unreadable", "unreadable"]
