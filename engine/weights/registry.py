"""The weights that can be chosen by name: the bundled ones and those the user has imported.

The bundled file lies beside this module. Imported files lie in the user's data folder.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from engine.data_folder import SUFFIX, data_folder
from engine.errors import UserError
from engine.networks.devices import memory_errors
from engine.networks.graph import GraphConfig, TwoK2K
from engine.networks.lean import make_lean
from engine.weights import checkpoint
from engine.weights.card import figures
from engine.weights.checkpoint import COUNTER, State

BUNDLED = Path(__file__).parent
DEFAULT = "default"
PUBLISHED = "published"

PUBLISHED_LICENCE = "CC BY-NC 4.0 (non-commercial)"
PUBLISHED_SOURCE = "2K2K, Han et al., CVPR 2023"
UNKNOWN_LICENCE = "unknown (treated as non-commercial)"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MAX_TEXT = 200


@dataclass(frozen=True)
class WeightsInfo:
    """licence, source: one line each. sha256: of the tensors. commercial: whether results may be used commercially.

    path: the file. figures: what the model card says about the error, one line; empty where it says nothing.
    """

    name: str
    licence: str
    source: str
    config: GraphConfig
    sha256: str
    commercial: bool
    path: Path
    figures: str

    @property
    def bytes(self) -> int:
        """The file's size; 0 if it has gone."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def bundled(self) -> bool:
        """Whether they belong to the engine and cannot be removed."""
        return self.path.parent == BUNDLED


def available() -> list[WeightsInfo]:
    """All weights that have a name, the bundled ones first; files that cannot be read are left out."""
    infos = []
    for name, path in _files().items():
        try:
            infos.append(_info(name, path, checkpoint.read_metadata(path)))
        except UserError:
            continue
    return infos


def load(name_or_path: str | Path, device: torch.device | str = "cpu") -> tuple[TwoK2K, WeightsInfo]:
    """The network ready for `predict` (float32, folded, in evaluation mode) on a device, and what its weights are.

    name_or_path: a name of `available` or a checkpoint file. Raises UserError where it does not exist, is damaged
    or does not fit into the device's memory.
    """
    device = torch.device(device)
    with memory_errors(device):
        network, info = _read_network(name_or_path)
        return make_lean(network).to(device), info


def _read_network(name_or_path: str | Path) -> tuple[TwoK2K, WeightsInfo]:
    name, path = _find(name_or_path)
    state, metadata = checkpoint.read(path)
    return build(state), _info(name, path, _described(state, metadata))


def build(state: State) -> TwoK2K:
    """A trainable float32 network with the given tensors (names and shapes as `checkpoint.read` checks them)."""
    with torch.device("meta"):
        network = TwoK2K(GraphConfig.of(state))
    # Copies: the tensors of a file are views of it, and the file may change.
    tensors = {
        name: tensor.clone() if name.endswith(COUNTER) else tensor.to(torch.float32, copy=True)
        for name, tensor in state.items()
    }
    network.load_state_dict(tensors, assign=True)
    return network


def save(network: TwoK2K, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a trained network as float16 safetensors.

    metadata: 'licence' and 'source' in one line each, 'commercial' ('yes', the default, or 'no'), and any facts for
    the model card. Raises UserError where the file cannot be written or a value does not fit into float16.
    """
    state = network.state_dict()
    halves = {name: tensor if name.endswith(COUNTER) else tensor.half() for name, tensor in state.items()}
    if any(not torch.isfinite(tensor).all() for tensor in halves.values()):
        raise UserError("The network's weights are not finite numbers in half precision; train it again.")
    checkpoint.write(halves, {"commercial": "yes", **metadata, "config": _config_text(network.config)}, path)


def import_checkpoint(file: str | Path, name: str | None = None) -> WeightsInfo:
    """Check a checkpoint file and copy its weights into the user's folder under a name (given, or a fitting one).

    Raises UserError where the file is no 2K2K network, the name is not possible, or the folder cannot be written.
    """
    state, metadata = _read_unchanged(Path(file))
    metadata = _described(state, metadata)
    name = name or (PUBLISHED if metadata["source"] == PUBLISHED_SOURCE else _name_of(Path(file)))
    if not _NAME.fullmatch(name) or name == DEFAULT:
        raise UserError(f"The weights cannot be called '{name}'; choose a name of letters, digits, '-' and '_'.")
    path = data_folder() / f"{name}{SUFFIX}"
    checkpoint.write(state, metadata, path)
    return _info(name, path, checkpoint.read_metadata(path))


def remove(name: str) -> None:
    """Delete imported weights. Raises UserError for bundled and unknown ones, and where the file stays."""
    path = _files().get(name)
    if path is None:
        raise UserError(f"There are no weights called '{name}'; they may have been removed already.")
    if path.parent == BUNDLED:
        raise UserError(f"The weights '{name}' belong to the engine and stay; choose imported ones.")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"The file {path} cannot be deleted ({reason}); close other programs that use it.") from error


def verify(name: str) -> WeightsInfo:
    """Read all tensors of named weights and compare them with their digest. Raises UserError where they differ."""
    name, path = _find(name)
    return _info(name, path, _described(*_read_unchanged(path)))


def _read_unchanged(path: Path) -> tuple[State, dict[str, str]]:
    state, metadata = checkpoint.read(path)
    if metadata.get("sha256") not in (None, checkpoint.digest(state)):
        raise UserError(f"{path.name} has changed since it was written; get the file again.")
    return state, metadata


def _files() -> dict[str, Path]:
    """Names and files, the bundled ones first; an imported file cannot take a bundled one's name."""
    bundled, imported = ({path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))} for folder in _folders())
    return bundled | {name: path for name, path in imported.items() if name not in bundled and _NAME.fullmatch(name)}


def _folders() -> tuple[Path, Path]:
    return BUNDLED, data_folder()


def _find(name_or_path: str | Path) -> tuple[str, Path]:
    """Name and file of weights given by either."""
    files = _files()
    if (name := str(name_or_path)) in files:
        return name, files[name]
    if Path(name_or_path).is_file():
        return _name_of(Path(name_or_path)), Path(name_or_path)
    if name == DEFAULT:
        raise UserError("The default weights are missing from this installation; install it again.")
    known = ", ".join(files) or "none yet"
    raise UserError(f"There are no weights called '{name}'; choose a file or one of these: {known}.")


def _name_of(path: Path) -> str:
    """A name that can be typed, from the file's."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", path.name.split(".")[0]).strip("-")[:64]
    return "imported" if name in ("", DEFAULT) else name


def _described(state: State, metadata: Mapping[str, str]) -> dict[str, str]:
    """The file's own description completed by what its tensors tell.

    A file that names no licence is taken for the published checkpoint if it has that size.
    """
    config = GraphConfig.of(state)
    described = {**metadata, "config": _config_text(config)}
    described["sha256"] = metadata.get("sha256") or checkpoint.digest(state)
    if "licence" in metadata:
        return {"source": "unknown", **described}
    published = config == GraphConfig()
    licence, source = (PUBLISHED_LICENCE, PUBLISHED_SOURCE) if published else (UNKNOWN_LICENCE, "unknown")
    return {**described, "licence": licence, "source": source, "commercial": "no"}


def _config_text(config: GraphConfig) -> str:
    return json.dumps(asdict(config))


def _info(name: str, path: Path, metadata: Mapping[str, str]) -> WeightsInfo:
    try:
        config = GraphConfig(**json.loads(metadata["config"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"The weights '{name}' lack their description; import them again.") from error
    licence, source, sha256 = (_line(metadata.get(key, "unknown")) for key in ("licence", "source", "sha256"))
    commercial = metadata.get("commercial") == "yes"
    return WeightsInfo(name, licence, source, config, sha256, commercial, path, figures(path.with_suffix(".md")))


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_MAX_TEXT]
