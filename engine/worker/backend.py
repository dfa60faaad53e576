"""The engine's functions in terms that JSON can carry. Heavy imports wait until a request needs them."""

import os
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from engine import __version__
from engine.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.types import Mesh, Progress, Reconstruction, Settings, Texture
    from engine.weights import WeightsInfo

FINDING = "Finding the person"
"""What is said to be under way during a preview."""


class Backend:
    """Implements `server.Engine` with the real engine."""

    def hello(self) -> dict[str, Any]:
        """Versions, devices and weights; importing the whole pipeline shows at once whether something lacks."""
        import torch

        import engine.pipeline  # noqa: F401
        from engine.device_info import device_infos

        return {
            "version": __version__,
            "python": platform.python_version(),
            "program": sys.executable,
            "torch": torch.__version__,
            "devices": [asdict(info) for info in device_infos()],
            **self.weights(),
        }

    def check(self, weights: str, device: str) -> dict[str, Any]:
        """Let every part work for a moment with these weights on this device."""
        from engine.self_check import self_check

        return asdict(self_check(weights, device))

    def reconstruct(
        self,
        photo: str,
        settings: Mapping[str, Any],
        result: str,
        draft: str,
        progress: "Progress",
        drafted: Callable[[], None],
    ) -> dict[str, Any]:
        """Reconstruct `photo`, write the mesh to the .npz `result` and return the facts about it.

        draft: .npz for a coarse mesh, after which `drafted` is called; empty for none.
        """
        from engine.pipeline import reconstruct

        def show_draft(mesh: "Mesh") -> None:
            save_mesh(mesh, Path(draft))
            drafted()

        parsed = parse_settings(settings)
        reconstruction = reconstruct(Path(photo), parsed, progress, show_draft if draft else None)
        save_mesh(reconstruction.mesh, Path(result), reconstruction.texture)
        return {**facts_of(reconstruction), **self.weights()}

    def preview(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> dict[str, Any]:
        """Draw what is found in `photo` into the .npy `result`, (H, W, 3) uint8, and return the facts about it."""
        from engine.corrections import named_points
        from engine.person.preview import preview
        from engine.photo import load_photo

        parsed = parse_settings(settings)
        progress(FINDING, 0.0)
        picture = load_photo(photo)
        found = preview(picture, parsed.person, parsed.mask, parsed.keypoints, lambda: progress(FINDING, 0.5))
        save_array(found.picture, Path(result))
        return {
            "people": len(found.boxes),
            "person": found.person,
            "boxes": [list(box) for box in found.boxes],
            "size": list(picture.rgb.shape[1::-1]),
            "keypoints": named_points(found.keypoints),
            "warnings": list(found.warnings),
        }

    def mask(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> dict[str, Any]:
        """Write the chosen person's mask, to be painted on, as the picture `result` of the photo's size."""
        from PIL import Image

        from engine.person.preview import paintable_mask
        from engine.photo import load_photo

        parsed = parse_settings(settings)
        progress(FINDING, 0.0)
        levels = paintable_mask(load_photo(photo), parsed.person, parsed.mask, lambda: progress(FINDING, 0.5))
        with _writing(Path(result), "mask"):
            Image.fromarray(levels).save(result, compress_level=1)
        return {"size": list(levels.shape[::-1])}

    def keypoints(self, photo: str, settings: Mapping[str, Any], result: str, progress: "Progress") -> dict[str, Any]:
        """Write the photo, upright and reduced, as the JPEG `result`, and return the chosen person's key points."""
        from PIL import Image

        from engine.corrections import named_points
        from engine.person.preview import key_points_picture
        from engine.photo import load_photo

        parsed = parse_settings(settings)
        progress(FINDING, 0.0)
        picture = load_photo(photo)
        small, points = key_points_picture(picture, parsed.person, lambda: progress(FINDING, 0.5))
        with _writing(Path(result), "picture"):
            Image.fromarray(small).save(result, quality=90)
        return {"size": list(picture.rgb.shape[1::-1]), "keypoints": named_points(points)}

    def weights(self) -> dict[str, Any]:
        """All weights that can be chosen."""
        from engine.weights import available

        return {"available": [_describe(info) for info in available()]}

    def import_weights(self, file: str) -> dict[str, Any]:
        """Check a checkpoint file and add it to the user's weights; its name, and all weights."""
        from engine.weights import import_checkpoint

        return self._imported(import_checkpoint(Path(file)))

    def download_weights(self, address: str, sha256: str, size: int, progress: "Progress") -> dict[str, Any]:
        """Fetch a checkpoint file and add it to the user's weights; its name, and all weights. size: 0 = unknown."""
        from engine.weights.download import Source, download

        return self._imported(download(Source.of(address, sha256, size), progress))

    def _imported(self, info: "WeightsInfo") -> dict[str, Any]:
        from engine.depth import release_networks

        release_networks()  # the loaded network may have the same name
        return {"imported": info.name, **self.weights()}

    def remove_weights(self, name: str) -> dict[str, Any]:
        """Delete imported weights; all others."""
        from engine.depth import release_networks
        from engine.weights import remove

        remove(name)
        release_networks()
        return self.weights()


def parse_settings(values: Mapping[str, Any]) -> "Settings":
    """Settings from a message; what is not given keeps its default.

    Raises UserError where a value is not one that the user can choose; names of devices and weights are left to
    those who know them.
    """
    from engine.corrections import parse_corrections
    from engine.types import HEIGHTS, TEXTURE_SIZES, Detail, Settings

    parsers: dict[str, Callable[[Any], Any]] = {"mask": Path, "keypoints": parse_corrections}
    checks = {
        "detail": lambda value: value in get_args(Detail),
        "height": lambda value: type(value) in (int, float) and HEIGHTS[0] <= value <= HEIGHTS[1],
        "weights": lambda value: isinstance(value, str),
        "device": lambda value: isinstance(value, str),
        "person": lambda value: type(value) is int and value >= 0,
        "mask": lambda value: isinstance(value, str),
        "texture": lambda value: value is None or (type(value) is int and value in TEXTURE_SIZES),
        "keypoints": lambda value: isinstance(value, dict),
    }
    for name, value in values.items():
        if name not in checks or not checks[name](value):
            raise UserError(f"The setting {name!r} cannot be {value!r}; choose another value.")
    parsed = {name: parsers[name](value) for name, value in values.items() if name in parsers}
    return Settings(**{**values, **parsed})


def save_mesh(mesh: "Mesh", path: Path, texture: "Texture | None" = None) -> None:
    """Write vertices (N, 3) float32, faces (M, 3) int32, colors (N, 3) uint8, and what `edges_of` finds in the faces,
    edges and corner_edges, for which Blender would take long; with a texture also uv (M, 3, 2) float32 and the PNG
    files color_map and normal_map, each (K,) uint8. Raises UserError as `save_arrays` does."""
    from engine.edges import edges_of

    edges, corner_edges = edges_of(mesh.faces)
    arrays = {name: getattr(mesh, name) for name in ("vertices", "faces", "colors")}
    arrays |= {"edges": edges, "corner_edges": corner_edges}
    if texture is not None:
        import numpy as np

        from engine.png import encode_png

        maps = {"color_map": texture.color, "normal_map": texture.normal}
        arrays["uv"] = texture.uv
        arrays.update({name: np.frombuffer(encode_png(picture), np.uint8) for name, picture in maps.items()})
    save_arrays(arrays, path)


def save_arrays(arrays: Mapping[str, "np.ndarray"], path: Path) -> None:
    """Write an uncompressed .npz; an unfinished file is removed. Raises UserError where it cannot be written."""
    import numpy as np

    with _writing(path, "mesh"), zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def save_array(array: "NDArray", path: Path) -> None:
    """Write an array as .npy; an unfinished file is removed."""
    import numpy as np

    with _writing(path, "picture"), path.open("wb") as file:
        np.save(file, array, allow_pickle=False)


@contextmanager
def _writing(path: Path, what: str) -> Iterator[None]:
    """A file that cannot be written is the user's to mend, and leaves nothing behind."""
    try:
        yield
    except OSError as error:
        path.unlink(missing_ok=True)
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UserError(f"The {what} cannot be written to {path} ({reason}); make room there.") from error


def facts_of(reconstruction: "Reconstruction") -> dict[str, Any]:
    """What the user may want to know about a result besides the mesh itself."""
    mesh, person = reconstruction.mesh, reconstruction.person
    return {
        "vertices": len(mesh.vertices),
        "triangles": len(mesh.faces),
        "weights": reconstruction.weights,
        "licence": reconstruction.licence,
        "commercial": reconstruction.commercial,
        "warnings": list(reconstruction.warnings),
        "seconds": reconstruction.seconds,
        "person": person.index,
        "people": person.count,
        "version": __version__,
    }


def _describe(info: "WeightsInfo") -> dict[str, Any]:
    return {
        "name": info.name,
        "licence": info.licence,
        "source": info.source,
        "commercial": info.commercial,
        "bundled": info.bundled,
        "bytes": info.bytes,
        "width": info.config.width,
        "figures": info.figures,
        "file": str(info.path),
    }
