from pathlib import Path

import pytest
from small_task import Photos


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    def make(*names: str) -> Path:
        folder = tmp_path / "photos"
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"picture {name}")
        return folder

    return make
