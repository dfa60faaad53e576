"""Meshes to files: glb, ply, obj, stl."""

import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.errors import UserError
from engine.gltf import encode_glb, y_up
from engine.png import encode_png
from engine.types import Mesh, Texture


def save(mesh: Mesh, path: Path, texture: Texture | None = None) -> None:
    """Write a mesh; the name's ending chooses the format.

    glTF and OBJ files are y up and face +z (their rule), PLY and STL keep the engine's z up; all in metres. Colours go
    into glb (COLOR_0, linear, as glTF asks), ply (sRGB bytes) and obj (sRGB after the position); STL has none. A
    texture takes the colours' place in glb, which holds its maps, and in obj, beside which NAME.mtl, NAME_color.png and
    NAME_normal.png are written. The files appear complete or not at all. Raises UserError for an unknown ending, for a
    texture in a format that carries none, and where a file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in _ENCODERS:
        raise UserError(f"{path.name} has no known ending; use .glb, .ply, .obj or .stl.")
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the name of a file.")
    if texture is None:
        return _write(path, _ENCODERS[ending](mesh))
    check_carries_textures(ending)
    if ending == ".glb":
        return _write(path, encode_glb(mesh, texture))
    _write_all({path.with_name(f"{path.stem}{end}"): data for end, data in _textured_obj(mesh, texture, path).items()})


def check_carries_textures(ending: str) -> None:
    """Raise UserError for the ending of a format without textures."""
    if ending not in (".glb", ".obj"):
        raise UserError(f"{ending[1:].upper()} files carry no textures; choose .glb or .obj, or leave out the texture.")


def _write_all(files: dict[Path, bytes]) -> None:
    """All or, where one cannot be written, none."""
    done: list[Path] = []
    try:
        for path, data in files.items():
            _write(path, data)
            done.append(path)
    except UserError:
        for path in done:
            path.unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes) -> None:
    """Write beside the target under another name, then rename; remove the rest of a failed attempt."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _default_mode(temporary)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        reason = error.strerror or "the file cannot be written"
        raise UserError(
            f"{path} cannot be saved ({reason.lower()}); choose another folder or free some space."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _default_mode(path: Path) -> None:
    """The rights that a newly made file has, instead of a temporary file's private ones."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _ply(mesh: Mesh) -> bytes:
    """Binary little-endian PLY with byte colours."""
    vertex = np.empty(len(mesh.vertices), [("p", "<f4", 3), ("c", "u1", 3)])
    vertex["p"], vertex["c"] = mesh.vertices, mesh.colors
    face = np.empty(len(mesh.faces), [("n", "u1"), ("v", "<i4", 3)])
    face["n"], face["v"] = 3, mesh.faces
    lines = [
        "ply", "format binary_little_endian 1.0", "comment metres, z up", f"element vertex {len(vertex)}",
        *(f"property float {axis}" for axis in "xyz"), *(f"property uchar {c}" for c in ("red", "green", "blue")),
        f"element face {len(face)}", "property list uchar int vertex_indices", "end_header", "",
    ]  # fmt: skip
    return "\n".join(lines).encode() + vertex.tobytes() + face.tobytes()


def _obj(mesh: Mesh) -> bytes:
    """Wavefront OBJ; colours in [0, 1] follow the position, as most programs read them."""
    rows = np.concatenate([y_up(mesh.vertices), mesh.colors / np.float32(255)], axis=1)
    vertices = ("v %.6f %.6f %.6f %.4f %.4f %.4f\n" * len(rows)) % tuple(rows.ravel().tolist())
    faces = ("f %d %d %d\n" * len(mesh.faces)) % tuple((mesh.faces + 1).ravel().tolist())
    return f"# metres, y up\no Person\n{vertices}{faces}".encode()


def _textured_obj(mesh: Mesh, texture: Texture, path: Path) -> dict[str, bytes]:
    """What the names of the files end in, and their contents; the obj file comes last."""
    corner, numbers = np.unique(texture.uv.reshape(-1, 2), axis=0, return_inverse=True)
    vertices = ("v %.6f %.6f %.6f\n" * len(mesh.vertices)) % tuple(y_up(mesh.vertices).ravel().tolist())
    places = ("vt %.6f %.6f\n" * len(corner)) % tuple((corner * [1, -1] + [0, 1]).ravel().tolist())
    both = np.stack([mesh.faces.ravel() + 1, numbers.ravel() + 1], axis=1)
    faces = ("f %d/%d %d/%d %d/%d\n" * len(mesh.faces)) % tuple(both.ravel().tolist())
    stem = path.stem
    head = f"# metres, y up\nmtllib {stem}.mtl\no Person\n"
    material = f"newmtl Person\nKd 1 1 1\nmap_Kd {stem}_color.png\nmap_Bump -bm 1 {stem}_normal.png\n"
    return {
        "_color.png": encode_png(texture.color),
        "_normal.png": encode_png(texture.normal),
        ".mtl": material.encode(),
        path.suffix: f"{head}{vertices}{places}usemtl Person\n{faces}".encode(),
    }


def _stl(mesh: Mesh) -> bytes:
    """Binary STL, z up, in metres."""
    corners = mesh.vertices[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    record = np.zeros(len(corners), [("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    record["n"], record["v"] = normals, corners
    return b"metres, z up".ljust(80) + struct.pack("<I", len(corners)) + record.tobytes()


_ENCODERS: dict[str, Callable[[Mesh], bytes]] = {".glb": encode_glb, ".ply": _ply, ".obj": _obj, ".stl": _stl}
