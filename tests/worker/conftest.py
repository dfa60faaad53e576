import importlib.util
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "extension_under_test"


@pytest.fixture(scope="session")
def extension() -> Iterator[ModuleType]:
    """The extension as the package that Blender makes of its folder; only modules without `bpy` can be imported."""
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def worker_client(extension: ModuleType) -> ModuleType:
    return import_module(f"{PACKAGE}.twok2k_blender.worker_client")


@pytest.fixture(scope="session")
def mesh_data(extension: ModuleType) -> ModuleType:
    return import_module(f"{PACKAGE}.twok2k_blender.mesh_data")
