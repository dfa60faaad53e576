import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from small_engine import box

from engine.depth import network_of
from engine.errors import UserError
from engine.networks.graph import GraphConfig, TwoK2K
from engine.types import Settings, Texture
from engine.weights import save
from engine.worker.backend import Backend, parse_settings, save_mesh


def test_settings_left_out_keep_their_defaults() -> None:
    assert parse_settings({}) == Settings()
    assert parse_settings({"mask": "m.png", "height": 2}) == Settings(mask=Path("m.png"), height=2)
    assert parse_settings({"keypoints": {"nose": [1, 2.5]}}) == Settings(keypoints={"nose": (1.0, 2.5)})


@pytest.mark.parametrize(
    "values",
    [
        {"detail": "most"},
        {"detail": ["full"]},
        {"height": 0.1},
        {"height": True},
        {"height": float("nan")},
        {"height": "1.7"},
        {"person": -1},
        {"person": 0.5},
        {"device": 3},
        {"weights": None},
        {"mask": 5},
        {"texture": 1000},
        {"texture": True},
        {"texture": 2048.0},
        {"keypoints": [1, 2]},
        {"keypoints": {"tail": [1, 2]}},
        {"keypoints": {"nose": [1]}},
        {"colour": "red"},
    ],
)
def test_settings_nobody_can_choose_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(values))):
        parse_settings(values)


def test_mesh_is_handed_over_unchanged(tmp_path: Path) -> None:
    mesh = box(1.8)
    save_mesh(mesh, tmp_path / "mesh.npz")
    with np.load(tmp_path / "mesh.npz", allow_pickle=False) as file:
        assert sorted(file) == ["colors", "corner_edges", "edges", "faces", "vertices"]
        assert np.array_equal(file["vertices"], mesh.vertices)
        assert file["faces"].dtype == np.int32


def test_texture_is_handed_over_as_png_files(tmp_path: Path) -> None:
    mesh = box(1.8)
    color, normal = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    texture = Texture(np.zeros((len(mesh.faces), 3, 2), np.float32), color, normal)
    save_mesh(mesh, tmp_path / "mesh.npz", texture)
    with np.load(tmp_path / "mesh.npz", allow_pickle=False) as file:
        assert file["uv"].shape == texture.uv.shape
        for name, picture in (("color_map", color), ("normal_map", normal)):
            assert np.array_equal(Image.open(BytesIO(file[name].tobytes())), picture)


def test_full_disk_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs the device /dev/full")
    link = tmp_path / "mesh.npz"
    link.symlink_to(full)
    with pytest.raises(UserError, match="No space left"):
        save_mesh(box(1.8), link)
    assert not link.is_symlink()


def test_real_engine_describes_itself_in_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWOK2K_DATA", str(tmp_path))
    facts = json.loads(json.dumps(Backend().hello(), allow_nan=False))
    assert facts["devices"][-1].keys() == {"name", "label", "free", "total"}
    default = facts["available"][0]
    assert default["bundled"]
    assert default["bytes"] > 10**6
    assert default["figures"]
    assert Path(default["file"]).is_file()
    assert facts["program"] == sys.executable


def test_network_is_forgotten_with_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other weights may come under the same name."""
    monkeypatch.setenv("TWOK2K_DATA", str(tmp_path))
    torch.manual_seed(0)
    save(TwoK2K(GraphConfig(1 / 16, prior=True)), tmp_path / "mine.safetensors", {"licence": "CC0", "source": "chance"})
    backend = Backend()
    for change in (
        lambda: backend.import_weights(str(tmp_path / "mine.safetensors")),
        lambda: backend.remove_weights("mine"),
    ):
        network_of("default", "cpu")
        names = [weights["name"] for weights in change()["available"]]
        assert network_of.cache_info().currsize == 0
    assert names == ["default"]


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        save_mesh(box(1.8), tmp_path / "nowhere" / "mesh.npz")
