"""Shows the coarse mesh of a person under way in the 3D views, where the fine one will stand.

It is drawn over the scene and is no part of it: in Blender every change of a scene has to be a step of undo, but only
the finished person shall be one. So nothing of a draft can stay behind, whatever is undone, saved, deleted or stopped
meanwhile, and it is to be seen in all modes.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import bpy
import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader
from mathutils import Matrix
from numpy.typing import NDArray

from .identity import scene_of
from .mesh_data import MeshData, srgb
from .photo_job import PhotoJob
from .session import session
from .studio_light import studio_light

if TYPE_CHECKING:
    from engine.normals import vertex_normals
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.normals import vertex_normals

Float = NDArray[np.float32]

_batches: list[tuple[MeshData, Matrix, Any]] = []
"""The drafts that were drawn last, how the view was turned, and what the graphics card has been given of each."""

_handles: list[Any] = []


def drafts() -> Iterator[PhotoJob]:
    """The jobs whose drafts belong into the context's scene."""
    for job in session.queue.all("working", "ready"):
        if isinstance(job, PhotoJob) and job.draft is not None and scene_of(job) == bpy.context.scene:
            yield job


def shaded(draft: MeshData, turn: Matrix) -> Float:
    """(N, 4) sRGB of the vertices, opaque, in the Solid view's light. turn: from the scene's axes to the view's."""
    normals = vertex_normals(draft.vertices, draft.faces) @ np.array(turn, np.float32).T
    linear = (draft.colors[:, :3] * studio_light(normals)).clip(0, 1)
    return np.c_[srgb(linear), np.ones(len(linear), np.float32)]


def _draw() -> None:
    turn = bpy.context.region_data.view_matrix.to_3x3()
    jobs = list(drafts())
    _batches[:] = [(job.draft, turn, _batch_of(job.draft, turn)) for job in jobs if job.draft is not None]
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    gpu.state.depth_test_set("LESS_EQUAL")
    gpu.state.depth_mask_set(True)
    for job, (draft, _, batch) in zip(jobs, _batches, strict=True):
        with gpu.matrix.push_pop():
            gpu.matrix.translate(job.location(bpy.context, draft))
            gpu.matrix.scale_uniform(1 / bpy.context.scene.unit_settings.scale_length)
            batch.draw(shader)
    gpu.state.depth_mask_set(False)
    gpu.state.depth_test_set("NONE")


def _batch_of(draft: MeshData, turn: Matrix) -> Any:
    known = (batch for other, other_turn, batch in _batches if other is draft and other_turn == turn)
    if batch := next(known, None):
        return batch
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    content = {"pos": draft.vertices, "color": shaded(draft, turn)}
    return batch_for_shader(shader, "TRIS", content, indices=draft.faces)


def register() -> None:
    _handles.append(bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW"))


def unregister() -> None:
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")
    _batches.clear()
