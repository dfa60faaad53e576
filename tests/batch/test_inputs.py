"""Files, folders and patterns become pictures, and pictures get names that are theirs alone."""

from pathlib import Path

import pytest
from small_task import Photos

from engine.batch.inputs import Picture, find_pictures, is_collection
from engine.batch.names import mesh_files, remove_leftovers
from engine.errors import UserError


def _names(inputs: list[Path | str], recursive: bool = False) -> list[str]:
    return [picture.name for picture in find_pictures([str(text) for text in inputs], recursive)]


def test_a_folder_gives_its_pictures_only(photos: Photos) -> None:
    folder = photos("b.JPG", "a.png", "c.webp", "notes.txt", "._a.jpg", "deeper/d.jpg")
    (folder / "album.jpg").mkdir()
    assert _names([folder]) == ["a", "b", "c"]


def test_recursive_keeps_the_folders(photos: Photos) -> None:
    assert _names([photos("anna/front.jpg", "ben/front.jpg", "x.tif")], True) == ["anna/front", "ben/front", "x"]


def test_patterns(photos: Photos) -> None:
    folder = photos("anna/front.jpg", "anna/back.jpg", "ben/front.jpg", "ben/front.txt", "ben/[1].jpg")
    assert _names([f"{folder}/*/front.*"]) == ["anna/front", "ben/front"]
    assert _names([f"{folder}/**/*.jpg"]) == ["anna/back", "anna/front", "ben/[1]", "ben/front"]
    assert _names([f"{folder}/a*"]) == ["anna/back", "anna/front"]
    assert _names([f"{folder}/ben/[1].jpg"]) == ["[1]"]


def test_a_named_file_may_have_any_ending_and_counts_once(photos: Photos) -> None:
    folder = photos("a.jpg", "b.jpg", "scan.photo")
    assert _names([folder / "scan.photo", folder / "b.jpg", folder]) == ["scan", "b", "a"]


def test_pictures_know_their_state(photos: Photos) -> None:
    (picture,) = find_pictures([str(photos("a.jpg"))])
    assert picture.path.is_absolute()
    assert picture.size == len("picture a.jpg")


@pytest.mark.parametrize(
    ("text", "part"),
    [("nowhere.jpg", "does not exist"), ("*.jpg", "matches"), (".", "--recursive"), ("deep*", "matches")],
)
def test_mistakes(text: str, part: str, photos: Photos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photos("deeper/notes.txt"))
    with pytest.raises(UserError, match=part):
        find_pictures([text])


def test_collections(photos: Photos) -> None:
    folder = photos("a[1].jpg")
    assert is_collection(str(folder))
    assert is_collection("x/*.jpg")
    assert not is_collection(str(folder / "a[1].jpg"))
    assert not is_collection("nowhere.jpg")


def _picture(path: str) -> Picture:
    return Picture(Path(path), Path(path).stem, 1, 1)


def test_one_name_is_never_given_twice() -> None:
    pictures = [_picture("/x/a.jpg"), _picture("/x/A.png"), _picture("/y/a.jpg"), _picture("/x/b.jpg")]
    assert list(mesh_files(pictures, {}, ".ply").values()) == ["a.ply", "A-2.ply", "a-3.ply", "b.ply"]


def test_a_further_picture_does_not_take_a_name_away() -> None:
    first, second, third = _picture("/x/a.bmp"), _picture("/x/a.jpg"), _picture("/x/a.png")
    earlier = {str(second.path): "a.glb", str(third.path): "a-2.glb", "/gone/a.jpg": "a-3.glb"}
    assert list(mesh_files([first, second, third], earlier, ".glb").values()) == ["a-4.glb", "a.glb", "a-2.glb"]


@pytest.mark.parametrize("mesh", ["../a.glb", "/etc/a.glb", "b.glb", "a-x.glb", "a"])
def test_a_record_cannot_lead_elsewhere(mesh: str) -> None:
    assert mesh_files([_picture("/x/a.jpg")], {"/x/a.jpg": mesh}, ".glb")[_picture("/x/a.jpg")] in ("a.glb", "a-2.glb")


def test_only_own_leftovers_are_removed(tmp_path: Path) -> None:
    kept = [".other-abcdefgh.part", "a-abcdefgh.part", ".a-abcdefgh.txt"]
    for name in (".a-abcdefgh.part", ".a-front-a_1b2c3d.part", *kept):
        (tmp_path / name).touch()
    remove_leftovers([tmp_path / "a.glb", tmp_path / "a-front.glb"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
