"""A photo of a person -> a closed, coloured, life-size mesh. Knows nothing of Blender."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.pipeline import reconstruct
    from engine.types import Settings

__all__ = ["Settings", "__version__", "reconstruct"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import engine` stays instant and needs no torch."""
    if name == "reconstruct":
        from engine.pipeline import reconstruct

        return reconstruct
    if name == "Settings":
        from engine.types import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
