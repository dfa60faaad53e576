"""A worker with a very small engine, for tests of everything around the engine. It needs no torch and reads no photo.

What it does depends on the photo's name: "slow" takes its time, "die" kills the process, "crash" aborts it, "exit"
ends it with a word on stderr, "fail" raises an error of its own, "user" a user's, "nan" and "index" give damaged
meshes, "noise" prints to stdout at all levels, "endless" never looks at cancels, "large"
gives many vertices, "two" shows two people. Each of these after "late-" happens a while after a draft; "blur" gives a
damaged draft.
"""

import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from engine.edges import edges_of  # noqa: E402
from engine.errors import UserError  # noqa: E402
from engine.types import Mesh, Settings  # noqa: E402
from engine.worker.backend import parse_settings, save_array, save_arrays, save_mesh  # noqa: E402
from engine.worker.process import serve_process  # noqa: E402

FACTS = {"bytes": 9_900_000, "width": 0.25, "figures": "Chamfer 1.90", "file": __file__}
WEIGHTS = [
    {"name": "default", "licence": "CC0-1.0", "source": "synthetic", "commercial": True, "bundled": True, **FACTS},
    {"name": "published", "licence": "CC BY-NC 4.0", "source": "2K2K", "commercial": False, "bundled": False, **FACTS},
]
DEVICES = [
    {"name": "cuda:0", "label": "Small Graphics", "free": 3_000_000_000, "total": 8_000_000_000},
    {"name": "cpu", "label": "Small Processor", "free": 0, "total": 16_000_000_000},
]


class SmallEngine:
    """Implements `engine.worker.server.Engine`."""

    def __init__(self) -> None:
        self._weights = list(WEIGHTS)

    def hello(self) -> dict[str, Any]:
        versions = {"version": "0", "python": "3", "program": sys.executable, "torch": "none"}
        return {**versions, "devices": DEVICES, **self.weights()}

    def check(self, weights: str, device: str) -> dict[str, Any]:
        if device == "mps":
            raise UserError("The device 'mps' is not usable; choose auto or cpu.")
        taken = "cuda:0" if device == "auto" else device
        return {"device": taken, "seconds": 1.5, "triangles": 12, "warnings": ["Close other programs."]}

    def reconstruct(
        self,
        photo: str,
        settings: Mapping[str, Any],
        result: str,
        draft: str,
        progress: Callable[[str, float], None],
        drafted: Callable[[], None],
    ) -> dict[str, Any]:
        chosen = parse_settings(settings)
        late, behaviour = Path(photo).stem.startswith("late-"), Path(photo).stem.removeprefix("late-")
        for step in range(10):
            progress("Finding the person" if step < 5 else "Building the mesh", step / 10)
            if step == 5 and draft:
                save_mesh(box(chosen.height, "nan" if behaviour == "blur" else ""), Path(draft))
                drafted()
                time.sleep(0.4 if late else 0)
            if step > 5 or not late:
                misbehave(behaviour)
        mesh = box(chosen.height, behaviour)
        if chosen.texture:
            save_arrays(textured(mesh, chosen.texture), Path(result))
        else:
            save_mesh(mesh, Path(result))
        return {
            "vertices": len(mesh.vertices),
            "triangles": len(mesh.faces),
            "weights": chosen.weights,
            "licence": "CC0-1.0",
            "commercial": chosen.weights == "default",
            "warnings": ["The feet are outside the picture."] if behaviour == "feet" else told(chosen),
            "seconds": {"Building the mesh": 1.25},
            "person": chosen.person,
            "people": chosen.person + 1,
            "version": "0",
            **self.weights(),
        }

    def preview(
        self, photo: str, settings: Mapping[str, Any], result: str, progress: Callable[[str, float], None]
    ) -> dict[str, Any]:
        chosen, behaviour = parse_settings(settings), Path(photo).stem
        for step in range(5):
            progress("Finding the person", step / 10)
            misbehave(behaviour)
        people = 2 if behaviour == "two" else 1
        person = min(chosen.person, people - 1)
        picture = np.zeros((20, 10, 3), np.uint8)
        picture[:5] = (255, 0, 10 * person)
        save_array(picture, Path(result))
        return {
            "people": people,
            "person": person,
            "boxes": [[0, 0, 100, 200]] * people,
            "size": [100, 200],
            "keypoints": {},
            "warnings": told_mask(chosen),
        }

    def mask(
        self, photo: str, settings: Mapping[str, Any], result: str, progress: Callable[[str, float], None]
    ) -> dict[str, Any]:
        misbehave(Path(photo).stem)
        levels = np.zeros((300, 200), np.uint8)
        levels[100:] = 255
        Path(result).write_bytes(grey_png(levels))
        return {"size": [200, 300]}

    def keypoints(
        self, photo: str, settings: Mapping[str, Any], result: str, progress: Callable[[str, float], None]
    ) -> dict[str, Any]:
        misbehave(Path(photo).stem)
        Path(result).write_bytes(grey_png(np.zeros((200, 100), np.uint8)))
        return {"size": [100, 200], "keypoints": {"nose": [50.5, 20], "left_wrist": [80, 90], "left_elbow": [70, 60]}}

    def weights(self) -> dict[str, Any]:
        return {"available": self._weights}

    def import_weights(self, file: str) -> dict[str, Any]:
        if Path(file).suffix != ".safetensors":
            raise UserError(f"The file {file} holds no weights; choose another.")
        self._weights = list(WEIGHTS)
        return {"imported": "published", **self.weights()}

    def download_weights(
        self, address: str, sha256: str, size: int, progress: Callable[[str, float], None]
    ) -> dict[str, Any]:
        behaviour = Path(address).stem
        for step in range(10):
            progress("Downloading the weights", step / 10)
            misbehave(behaviour)
        if behaviour == "cut":
            raise UserError(f"Cut off after {size} bytes, digest {sha256}; download again to go on.")
        return self.import_weights(address)

    def remove_weights(self, name: str) -> dict[str, Any]:
        self._weights = [weights for weights in self._weights if weights["name"] != name]
        return self.weights()


def told(chosen: Settings) -> list[str]:
    points = (chosen.keypoints or {}).items()
    return [f"The {name} is at {x:g}, {y:g}." for name, (x, y) in points] + told_mask(chosen)


def told_mask(chosen: Settings) -> list[str]:
    return [f"The mask is {chosen.mask.name}."] if chosen.mask else []


def misbehave(behaviour: str) -> None:
    if behaviour == "slow":
        time.sleep(0.4)
    elif behaviour == "endless":
        time.sleep(1000)
    elif behaviour == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif behaviour == "crash":
        os.abort()
    elif behaviour == "exit":
        print("the engine has lost its way", file=sys.stderr, flush=True)
        os._exit(3)
    elif behaviour == "fail":
        raise ZeroDivisionError("nothing to divide by")
    elif behaviour == "user":
        raise UserError("The picture shows no person; choose another photo.")
    elif behaviour == "noise":
        print("a library says hello")
        os.write(1, b"and C code too\n")
        subprocess.run([sys.executable, "-c", "print('and a child'); input()"], check=False)


def grey_png(levels: np.ndarray) -> bytes:
    """(H, W) uint8 -> a PNG file; Blender's Python has no picture library."""
    header = struct.pack(">IIBBBBB", *levels.shape[::-1], 8, 0, 0, 0, 0)
    rows = np.pad(levels, ((0, 0), (1, 0))).tobytes()
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def box(height: float, behaviour: str = "") -> Mesh:
    """A closed box with feet at z = 0, red on top and black below."""
    corners = np.array([[x, y, z] for x in (-0.3, 0.3) for y in (-0.15, 0.15) for z in (0, height)], np.float32)
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    colors = np.where(corners[:, 2:] > 0, np.array([[255, 128, 0]]), 0).astype(np.uint8)
    if behaviour == "nan":
        corners[0, 0] = np.nan
    if behaviour == "index":
        faces[0, 0] = 99
    if behaviour == "large":
        shift = 8 * np.arange(20_000, dtype=np.int32)
        corners, colors = np.tile(corners, (len(shift), 1)), np.tile(colors, (len(shift), 1))
        faces = (faces + shift[:, None, None]).reshape(-1, 3)
    return Mesh(corners, faces, colors)


def textured(mesh: Mesh, size: int) -> dict[str, np.ndarray]:
    """What `save_mesh` writes of a mesh whose triangles show all of a red picture, and of a flat normal map."""
    uv = np.broadcast_to(np.array([[0, 0], [1, 0], [1, 1]], np.float32), (len(mesh.faces), 3, 2)).copy()
    maps = {"color_map": png((255, 0, 0), size), "normal_map": png((128, 128, 255), size)}
    edges, corner_edges = edges_of(mesh.faces)
    geometry = {"vertices": mesh.vertices, "faces": mesh.faces, "edges": edges, "corner_edges": corner_edges}
    return {**geometry, "colors": mesh.colors, "uv": uv, **maps}


def png(color: tuple[int, int, int], size: int) -> np.ndarray:
    """A PNG file of one colour, without any picture library."""
    rows = (b"\0" + bytes(color) * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return np.frombuffer(b"\x89PNG\r\n\x1a\n" + body, np.uint8)


if __name__ == "__main__":
    serve_process(SmallEngine(), float(sys.argv[1]) if len(sys.argv) > 1 else None)
