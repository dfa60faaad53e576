"""Meshes to files: glb, ply, obj, stl."""

import json
import os
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import UserError
from engine.types import Mesh


def save(mesh: Mesh, path: Path) -> None:
    """Write a mesh; the name's ending chooses the format.

    glTF and OBJ files are y up and face +z (their rule), PLY and STL keep the engine's z up; all in metres. Colours go
    into glb (COLOR_0, linear, as glTF asks), ply (sRGB bytes) and obj (sRGB after the position); STL has none. The
    file appears complete or not at all. Raises UserError for an unknown ending and where the file cannot be written.
    """
    path = Path(path)
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise UserError(f"{path.name} has no known ending; use .glb, .ply, .obj or .stl.")
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the name of a file.")
    _write(path, encode(mesh))


def linear(colors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB bytes -> linear light in [0, 1] (IEC 61966-2-1)."""
    s = np.arange(256) / 255
    table = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return table[colors]


def y_up(vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    """z up, facing -y -> y up, facing +z."""
    return np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], axis=1)


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


def _glb(mesh: Mesh) -> bytes:
    """Binary glTF 2.0 (Khronos specification): one mesh, positions, linear 16 bit colours, 32 bit indices."""
    positions = np.ascontiguousarray(y_up(mesh.vertices), "<f4")
    colors = np.full((len(positions), 4), 65535, "<u2")
    colors[:, :3] = np.rint(linear(mesh.colors) * 65535)
    chunks = [positions.tobytes(), colors.tobytes(), np.ascontiguousarray(mesh.faces, "<u4").tobytes()]
    body = b"".join(chunks)
    text = json.dumps(_gltf(mesh, positions, [len(c) for c in chunks]), separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(body)
    return b"".join([
        struct.pack("<4sII", b"glTF", 2, total), struct.pack("<I4s", len(text), b"JSON"), text,
        struct.pack("<I4s", len(body), b"BIN\0"), body,
    ])  # fmt: skip


def _gltf(mesh: Mesh, positions: NDArray[np.float32], sizes: list[int]) -> dict[str, object]:
    starts = [0, sizes[0], sizes[0] + sizes[1]]
    targets = [34962, 34962, 34963]
    low, high = (
        (positions.min(axis=0).tolist(), positions.max(axis=0).tolist()) if len(positions) else ([0.0] * 3, [0.0] * 3)
    )
    return {
        "asset": {"version": "2.0", "generator": "2K2K"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "Person"}],
        "materials": [
            {"name": "Skin and clothes", "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.9}}],
        "meshes": [{"name": "Person", "primitives": [
            {"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2, "material": 0, "mode": 4}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(positions), "type": "VEC3", "min": low, "max": high},
            {"bufferView": 1, "componentType": 5123, "normalized": True, "count": len(positions), "type": "VEC4"},
            {"bufferView": 2, "componentType": 5125, "count": 3 * len(mesh.faces), "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": s, "byteLength": n, "target": t}
            for s, n, t in zip(starts, sizes, targets, strict=True)
        ],
        "buffers": [{"byteLength": sum(sizes)}],
    }  # fmt: skip


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


def _stl(mesh: Mesh) -> bytes:
    """Binary STL, z up, in metres."""
    corners = mesh.vertices[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    record = np.zeros(len(corners), [("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    record["n"], record["v"] = normals, corners
    return b"metres, z up".ljust(80) + struct.pack("<I", len(corners)) + record.tobytes()


_ENCODERS: dict[str, Callable[[Mesh], bytes]] = {".glb": _glb, ".ply": _ply, ".obj": _obj, ".stl": _stl}
