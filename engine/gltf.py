"""Binary glTF 2.0 (Khronos specification)."""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.png import encode_png
from engine.types import Mesh, Texture

_VERTICES, _INDICES = 34962, 34963
_KINDS = {"<f4": 5126, "<u4": 5125, "<u2": 5123}


def encode_glb(mesh: Mesh, texture: Texture | None = None) -> bytes:
    """One mesh, y up, facing +z, in metres.

    Without a texture: linear 16 bit colours (COLOR_0). With one: base colour and normal map, normals and tangents; no
    COLOR_0, because it would multiply the texture.
    """
    parts = _Parts()
    primitive = _textured(parts, mesh, texture) if texture else _colored(parts, mesh)
    document = {
        "asset": {"version": "2.0", "generator": "2K2K"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "Person"}],
        "meshes": [{"name": "Person", "primitives": [{**primitive, "material": 0, "mode": 4}]}],
        **_material(parts, texture),
        "accessors": parts.accessors,
        "bufferViews": parts.views,
        "buffers": [{"byteLength": parts.length}],
    }
    return _container(json.dumps(document, separators=(",", ":")).encode(), b"".join(parts.chunks))


def y_up(vertices: NDArray[np.float32]) -> NDArray[np.float32]:
    """z up, facing -y -> y up, facing +z."""
    return np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], axis=1)


def linear(colors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB bytes -> linear light in [0, 1] (IEC 61966-2-1)."""
    s = np.arange(256) / 255
    table = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return table[colors]


class _Parts:
    """The binary part, with what describes it."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, Any]] = []
        self.length = 0

    def view(self, data: bytes, **more: int) -> int:
        """Add bytes; the number of their buffer view."""
        self.views.append({"buffer": 0, "byteOffset": self.length, "byteLength": len(data), **more})
        self.chunks.append(data + bytes(-len(data) % 4))
        self.length += len(self.chunks[-1])
        return len(self.views) - 1

    def array(self, values: NDArray, kind: str, target: int = _VERTICES, **more: Any) -> int:
        """Add an array (N,) or (N, C); the number of its accessor."""
        values = np.ascontiguousarray(values, kind)
        shape = f"VEC{values.shape[1]}" if values.ndim == 2 else "SCALAR"
        view = self.view(values.tobytes(), target=target)
        described = {"bufferView": view, "componentType": _KINDS[kind], "count": len(values), "type": shape}
        self.accessors.append({**described, **more})
        return len(self.accessors) - 1


def _colored(parts: _Parts, mesh: Mesh) -> dict[str, Any]:
    colors = np.full((len(mesh.vertices), 4), 65535)
    colors[:, :3] = np.rint(linear(mesh.colors) * 65535)
    attributes = {
        "POSITION": _positions(parts, y_up(mesh.vertices)),
        "COLOR_0": parts.array(colors, "<u2", normalized=True),
    }
    return {"attributes": attributes, "indices": parts.array(mesh.faces.ravel(), "<u4", _INDICES)}


def _textured(parts: _Parts, mesh: Mesh, texture: Texture) -> dict[str, Any]:
    from engine.texture.tangents import frames

    corner, faces = split_corners(mesh.faces, texture.uv)
    frame = frames(mesh.vertices, mesh.faces, texture.uv)
    normal, tangent, bitangent = (
        values.reshape(-1, 3)[corner] for values in (frame.normal, frame.tangent, frame.bitangent)
    )
    sign = np.where((np.cross(normal, tangent) * bitangent).sum(axis=1) < 0, -1, 1)
    attributes = {
        "POSITION": _positions(parts, y_up(mesh.vertices[mesh.faces.ravel()[corner]])),
        "NORMAL": parts.array(y_up(normal), "<f4"),
        "TANGENT": parts.array(np.column_stack([y_up(tangent), sign]), "<f4"),
        "TEXCOORD_0": parts.array(texture.uv.reshape(-1, 2)[corner], "<f4"),
    }
    return {"attributes": attributes, "indices": parts.array(faces.ravel(), "<u4", _INDICES)}


def split_corners(faces: NDArray[np.int32], uv: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One vertex for every pair of vertex and texture coordinates.

    The corner (K,) in 0 .. 3 M - 1 that each new vertex repeats, and the triangles (M, 3) of the new vertices.
    """
    rows = np.column_stack([faces.reshape(-1, 1), uv.reshape(-1, 2)]).astype(np.float64)
    order = np.lexsort(rows.T[::-1])
    new = np.concatenate([[True], (rows[order[1:]] != rows[order[:-1]]).any(axis=1)])
    number = np.empty(len(rows), np.int64)
    number[order] = np.cumsum(new) - 1
    return order[new], number.reshape(-1, 3)


def _positions(parts: _Parts, positions: NDArray[np.float32]) -> int:
    low, high = (positions.min(axis=0), positions.max(axis=0)) if len(positions) else (np.zeros(3), np.zeros(3))
    return parts.array(positions, "<f4", min=low.tolist(), max=high.tolist())


def _material(parts: _Parts, texture: Texture | None) -> dict[str, Any]:
    surface: dict[str, Any] = {"metallicFactor": 0, "roughnessFactor": 0.9}
    material = {"name": "Skin and clothes", "pbrMetallicRoughness": surface}
    if texture is None:
        return {"materials": [material]}
    surface["baseColorTexture"] = {"index": 0}
    material["normalTexture"] = {"index": 1}
    images = [
        {"name": name, "mimeType": "image/png", "bufferView": parts.view(encode_png(picture))}
        for name, picture in (("Color", texture.color), ("Normal", texture.normal))
    ]
    textures = [{"source": k, "sampler": 0} for k in range(len(images))]
    smooth_and_clamped = {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}
    return {"materials": [material], "images": images, "textures": textures, "samplers": [smooth_and_clamped]}


def _container(text: bytes, body: bytes) -> bytes:
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(body)
    return b"".join([
        struct.pack("<4sII", b"glTF", 2, total), struct.pack("<I4s", len(text), b"JSON"), text,
        struct.pack("<I4s", len(body), b"BIN\0"), body,
    ])  # fmt: skip
