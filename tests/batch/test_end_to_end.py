"""The real engine over a few pictures, by way of the command line."""

import json
from pathlib import Path

import pytest
from PIL import Image

from engine.cli import main
from engine.cli.reconstruct import SOME_FAILED

SAMPLE = Path(__file__).parents[2] / "docs/images/sample_person.jpg"


@pytest.mark.slow
def test_a_folder_with_a_broken_picture(tmp_path: Path) -> None:
    folder, output = tmp_path / "photos", tmp_path / "meshes"
    folder.mkdir()
    with Image.open(SAMPLE) as photo:
        photo.resize((300, 400)).save(folder / "one.jpg")
        photo.resize((330, 440)).save(folder / "two.png")
    (folder / "broken.jpg").write_bytes((folder / "one.jpg").read_bytes()[:3000])
    call = ["reconstruct", str(folder), "-o", str(output), "--detail", "low", "--device", "cpu", "--workers", "1"]
    assert main(call) == SOME_FAILED
    assert {path.name for path in output.glob("*.glb")} == {"one.glb", "two.glb"}
    facts = json.loads((output / "summary.json").read_text())
    assert facts["failures"] == {
        str(folder / "broken.jpg"): "broken.jpg is damaged or incomplete; save or download the picture again."
    }
    assert min(mesh["triangles"] for mesh in facts["meshes"]) > 1000
    lines = (output / "record.jsonl").read_bytes()
    assert main(call) == SOME_FAILED
    assert (output / "record.jsonl").read_bytes() == lines
