"""Network weights: bundled and imported ones, by name or file."""

from engine.weights.registry import (
    WeightsInfo,
    available,
    build,
    import_checkpoint,
    load,
    remove,
    save,
    verify,
)

__all__ = ["WeightsInfo", "available", "build", "import_checkpoint", "load", "remove", "save", "verify"]
