"""Tools that work in a second Blender, and what may happen meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from result_tools import assert_same_surface, colors, extent, lives, open_edges, positions

Part = Callable[[str], ModuleType]

ANOTHER_SIDE = Path(__file__).with_name("another_side.py")
PATIENCE = 120.0

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@pytest.fixture
def sides() -> Iterator[list[Any]]:
    """What is in here is closed at the end."""
    opened: list[Any] = []
    yield opened
    for side in opened:
        side.close()


@pytest.fixture
def beside(part: Part, sides: list[Any]) -> Callable[..., Any]:
    """A second Blender that is done."""

    def work(tool: str, mesh: bpy.types.Mesh, *numbers: float) -> Any:
        sides.append(part("side_blender").SideBlender(tool, mesh, numbers))
        sides[-1]._process.wait(PATIENCE)
        assert not sides[-1].running
        return sides[-1]

    return work


@pytest.fixture
def quads(part: Part, sides: list[Any]) -> Callable[..., Any]:
    """The work of Quad Remesh for a person, done in a second Blender."""

    def work(person: bpy.types.Object, replaces: bool = True) -> Any:
        sides.append(part("side_work").SideWork("quads", person, person.data, [1000], replaces))
        sides[-1]._side._process.wait(PATIENCE)
        return sides[-1]

    return work


@pytest.mark.parametrize(("tool", "faces", "corners"), [("quads", 1000, 4), ("decimate", 3000, 3)])
def test_second_blender_makes_the_same_mesh(
    person: bpy.types.Object, part: Part, beside: Callable[..., Any], tool: str, faces: int, corners: int
) -> None:
    person.vertex_groups.new(name="Head").add([0, 1, 2], 1.0, "REPLACE")
    known = [len(data) for data in (bpy.data.meshes, bpy.data.materials, bpy.data.images, bpy.data.libraries)]
    mesh = beside(tool, person.data, faces).result()
    now = [len(data) for data in (bpy.data.meshes, bpy.data.materials, bpy.data.images, bpy.data.libraries)]
    assert now == [known[0] + 1, *known[1:]]
    assert np.median([len(polygon.vertices) for polygon in mesh.polygons]) == corners
    assert_same_surface(mesh, person.data, 0.02)
    here = part("mesh_tools").MESH_TOOLS[tool](bpy.context, person.data, faces)
    assert np.allclose(positions(mesh), positions(here))
    person.data = mesh
    assert person.vertex_groups.keys() == ["Head"]


def test_second_blender_makes_the_print(person: bpy.types.Object, beside: Callable[..., Any]) -> None:
    mesh = beside("printable", person.data, 0.15, 0.01).result()
    assert open_edges(mesh) == 0
    assert extent(mesh) == pytest.approx(0.15, abs=1e-6)
    assert positions(mesh)[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert colors(mesh).std(axis=0)[:3].min() > 0.05


def test_second_blender_tells_why_it_cannot(part: Part, beside: Callable[..., Any]) -> None:
    fan = bpy.data.meshes.new("Fan")
    fan.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 0, -1)], [], [(0, 1, 2), (0, 1, 3), (0, 1, 4)])
    fan.color_attributes.new("Color", "FLOAT_COLOR", "POINT")
    with pytest.raises(part("result").ToolError, match="Quadriflow cannot remesh this mesh"):
        beside("quads", fan, 1000).result()


def test_second_blender_that_is_ended_is_told(person: bpy.types.Object, part: Part, sides: list[Any]) -> None:
    side = part("side_blender").SideBlender("quads", person.data, [1000])
    sides.append(side)
    side._process.kill()
    side._process.wait(60)
    with pytest.raises(part("result").ToolError, match=rf"has crashed \(exit code {side._process.returncode}\)"):
        side.result()


def test_cause_of_a_crash_reaches_the_report(
    person: bpy.types.Object, part: Part, beside: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = part("operators.copy_report")
    crash = "import ctypes, faulthandler; faulthandler.enable(); ctypes.string_at(0)"
    for command, cause in (
        (("-c", crash), "Segmentation fault"),
        ((str(part("side_blender").SCRIPT),), "KeyError: 'nonsense'"),
    ):
        monkeypatch.setattr(part("side_blender"), "_blender", lambda command=command: (sys.executable, *command))
        with pytest.raises(part("result").ToolError, match="has crashed"):
            beside("nonsense", person.data, 1).result()
        assert cause in module.failure_report()


def test_second_blender_that_cannot_start_is_told(
    person: bpy.types.Object, part: Part, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(part("side_blender"), "_blender", lambda: (str(tmp_path / "blender"),))
    known = {mesh.name for mesh in bpy.data.meshes}
    with pytest.raises(part("result").ToolError, match=r"cannot work on the mesh \(.*No such file"):
        part("side_blender").SideBlender("quads", person.data, [1000])
    assert {mesh.name for mesh in bpy.data.meshes} == known


@needs_proc
def test_killed_blender_leaves_no_second_one(tmp_path: Path) -> None:
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "other"), "TMPDIR": str(tmp_path)}
    blender = subprocess.Popen([sys.executable, str(ANOTHER_SIDE)], env=environment, stdout=subprocess.PIPE, text=True)
    assert blender.stdout is not None
    side = int(next(line for line in blender.stdout if line.startswith("side ")).split()[1])
    time.sleep(5)  # into Quadriflow's work
    assert lives(side)
    blender.send_signal(signal.SIGKILL)
    blender.wait()
    end = time.monotonic() + 15
    while lives(side) and time.monotonic() < end:
        time.sleep(0.1)
    ended = not lives(side)
    if not ended:
        os.kill(side, signal.SIGKILL)
    assert ended


def test_work_is_put_where_nothing_has_changed(person: bpy.types.Object, quads: Callable[..., Any]) -> None:
    work = quads(person)
    person.name, person.location = person.name, (1, 2, 3)
    assert work.result(bpy.context)[0] == person


@pytest.mark.parametrize("what", ["place", "color", "uv", "mesh"])
def test_edit_made_meanwhile_is_never_overwritten(
    person: bpy.types.Object, part: Part, quads: Callable[..., Any], what: str
) -> None:
    person.data.uv_layers.new(name="UVMap")
    work = quads(person)
    if what == "place":
        person.data.vertices[5].co.x += 0.001
    elif what == "color":
        person.data.color_attributes.active_color.data[5].color[0] += 0.1
    elif what == "uv":
        person.data.uv_layers.active.uv[5].vector.x += 0.1
    else:
        person.data = person.data.copy()
    known = len(bpy.data.meshes)
    with pytest.raises(part("result").ToolError, match="has changed meanwhile"):
        work.result(bpy.context)
    assert len(bpy.data.meshes) == known


def test_edit_made_meanwhile_does_not_keep_a_copy_from_coming(
    person: bpy.types.Object, quads: Callable[..., Any]
) -> None:
    work = quads(person, replaces=False)
    person.data.vertices[5].co.x += 0.001
    assert work.result(bpy.context)[0] == person


def test_person_deleted_meanwhile(person: bpy.types.Object, part: Part, quads: Callable[..., Any]) -> None:
    work, known = quads(person), len(bpy.data.meshes)
    bpy.data.objects.remove(person)
    with pytest.raises(part("result").ToolError, match="no longer in the scene"):
        work.result(bpy.context)
    assert len(bpy.data.meshes) <= known


def test_undo_meanwhile(person: bpy.types.Object, part: Part, quads: Callable[..., Any]) -> None:
    bpy.ops.ed.undo_push(message="Before")
    person.data.vertices[5].co.x += 0.001
    bpy.ops.ed.undo_push(message="Edit")
    work = quads(person)
    bpy.ops.ed.undo()
    with pytest.raises(part("result").ToolError, match="has changed meanwhile"):
        work.result(bpy.context)
    bpy.ops.ed.redo()
    found, mesh = work.result(bpy.context)
    assert found == bpy.context.object
    assert mesh in list(bpy.data.meshes)


class Standing:
    """Stands for the operator in a window, whose end goes wrong."""

    bl_label = "Quad Remesh"

    def __init__(self, operator: type, error: Exception) -> None:
        self._operator, self._error, self._timer = operator, error, object()
        self.closed = self.reported = False
        scene = bpy.context.scene.session_uid
        self._side = SimpleNamespace(running=False, close=self._close, result=self._result, scene=scene)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operator, name).__get__(self)

    def _close(self) -> None:
        self.closed = True

    def _result(self, _: object) -> None:
        raise self._error

    def report(self, *_: object) -> None:
        self.reported = True


def test_work_finds_its_person_under_another_name_while_another_scene_is_shown(
    person: bpy.types.Object, part: Part, quads: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, mesh_name = part("mesh_operator"), person.name, person.data.name
    twin = person.copy()
    twin.data = person.data.copy()
    bpy.context.collection.objects.link(twin)
    operator, before = Standing(module.MeshOperator, ValueError("?")), len(person.data.polygons)
    operator._side = quads(person)
    person.name = person.data.name = "Heroine"
    twin.name, twin.data.name = name, mesh_name
    monkeypatch.setattr(module, "is_user_busy", lambda: False)
    bpy.context.window.scene = bpy.data.scenes.new("Other")
    assert operator.modal(window_context(), SimpleNamespace(type="TIMER", value="")) == {"FINISHED"}
    assert len(person.data.polygons) < before / 10
    assert len(twin.data.polygons) == before
    assert person.data.name == "Heroine"


def test_status_bar_tells_of_the_work_until_it_ends(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    module, told = part("mesh_operator"), []
    header = SimpleNamespace(layout=SimpleNamespace(label=lambda text, **_: told.append(text)))
    monkeypatch.setattr(module.MeshOperator, "at_work", "Decimate of anna")
    operator = Standing(module.MeshOperator, ValueError("?"))
    operator._side.running, operator._side.seconds = True, 7
    assert operator.modal(window_context(), SimpleNamespace(type="TIMER", value="")) == {"PASS_THROUGH"}
    part("status_bar").draw(header, bpy.context)
    assert told == ["Decimate of anna: 7 s; go on with your work, ESC stops this"]
    assert operator.modal(window_context(), SimpleNamespace(type="ESC", value="PRESS")) == {"CANCELLED"}
    part("status_bar").draw(header, bpy.context)
    assert len(told) == 1


def window_context() -> SimpleNamespace:
    """Stands for the context of a window."""
    window = SimpleNamespace(event_timer_remove=lambda _: None)
    return SimpleNamespace(window_manager=window)


@pytest.mark.parametrize("expected", [True, False])
def test_whatever_goes_wrong_the_tools_can_be_used_again(
    person: bpy.types.Object, part: Part, monkeypatch: pytest.MonkeyPatch, expected: bool
) -> None:
    module, session = part("mesh_operator"), part("session").session
    monkeypatch.setattr(module, "is_user_busy", lambda: False)
    monkeypatch.setattr(module.MeshOperator, "at_work", "Quad Remesh of a person")
    error = part("result").ToolError("It cannot be done.") if expected else ValueError("?")
    operator = Standing(module.MeshOperator, error)
    context = window_context()
    assert not bpy.ops.twok2k.quad_remesh.poll()
    if expected:
        assert operator.modal(context, SimpleNamespace(type="TIMER", value="")) == {"CANCELLED"}
        assert operator.reported
        assert (session.message, session.failed) == ("It cannot be done.", True)
    else:
        with pytest.raises(ValueError, match=r"\?"):
            operator.modal(context, SimpleNamespace(type="TIMER", value=""))
    assert operator.closed
    assert bpy.ops.twok2k.quad_remesh.poll()
    session.say("")


def test_tools_that_block_show_a_wait_cursor(part: Part) -> None:
    seen: list[str] = []
    window = SimpleNamespace(cursor_modal_set=seen.append, cursor_modal_restore=lambda: seen.append("restored"))
    operator = Standing(part("result").ResultOperator, ValueError())
    operator.work = lambda *_: seen.append("work") or ""
    assert operator._work(SimpleNamespace(window=window, object=None)) == {"FINISHED"}
    assert seen == ["WAIT", "work", "restored"]
