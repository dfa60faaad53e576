"""The coarse mesh that is shown while the fine one is being made."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import draft, pipeline
from engine.draft import draft_mesh
from engine.errors import UserError
from engine.self_check import _small_body
from engine.surface.health import check
from engine.types import Canvas, Maps, Mesh, Settings

PHOTO = Path(__file__).resolve().parents[1] / "docs/images/sample_person.jpg"


def box_maps(mask: np.ndarray) -> Maps:
    """A slab between two levels of depth."""
    return Maps(np.where(mask, 1.9, 0).astype(np.float32), np.where(mask, 2.1, 0).astype(np.float32))


@pytest.fixture
def body() -> Canvas:
    return _small_body()


def drafted(canvas: Canvas, height: float = 1.75) -> Mesh:
    return draft_mesh(box_maps(canvas.mask), canvas, Settings(height=height))


def test_draft_is_closed_coarse_and_life_size(body: Canvas) -> None:
    mesh = drafted(body, 1.6)
    health = check(mesh)
    assert health.watertight
    assert health.manifold_edges
    assert health.outward
    assert np.allclose([mesh.vertices[:, 2].min(), mesh.vertices[:, 2].max()], [0, 1.6], atol=1e-5)
    assert len(mesh.faces) < 40_000


def test_colors_are_the_bodys_not_the_backgrounds(body: Canvas) -> None:
    rgb = np.where(body.mask[..., None], np.uint8(200), np.uint8(10)).repeat(3, axis=2)
    assert drafted(replace(body, rgb=rgb)).colors.min() == 200


def test_body_that_is_all_border_has_colors_all_the_same(body: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "BORDER", 1000)
    assert len(drafted(body).colors)


def test_nobody_is_told(body: Canvas) -> None:
    with pytest.raises(UserError, match="No body"):
        drafted(replace(body, mask=np.zeros_like(body.mask)))


@pytest.mark.slow
def test_draft_comes_before_the_result_and_stands_where_it_does() -> None:
    seen: list[tuple[str, Mesh | None]] = []
    result = pipeline.reconstruct(
        PHOTO,
        Settings(detail="low"),
        lambda stage, _: seen.append((stage, None)),
        lambda mesh: seen.append(("draft", mesh)),
    )
    at = [name for name, _ in seen].index("draft")
    assert seen[at - 1][0] == "Estimating depth"
    mesh = seen[at][1]
    assert mesh is not None
    for bound in (np.min, np.max):
        assert np.allclose(bound(mesh.vertices, axis=0), bound(result.mesh.vertices, axis=0), atol=0.03)


@pytest.mark.parametrize("error", [MemoryError(), UserError("The disk is full.")])
def test_draft_that_cannot_be_made_is_left_out(monkeypatch: pytest.MonkeyPatch, body: Canvas, error: Exception) -> None:
    def fail(*_: object) -> Mesh:
        raise error

    monkeypatch.setattr(pipeline, "draft_mesh", fail)
    pipeline._draft(body, Settings(), lambda mesh: pytest.fail("there is none"), box_maps(body.mask))
