import pytest
from zips import LIGHT, NAMES, Zip

from build_steps import extension
from build_steps.targets import TARGETS


@pytest.fixture(scope="session", params=[*NAMES, LIGHT])
def built(request: pytest.FixtureRequest) -> Zip:
    """A zip, built once for all tests."""
    target = TARGETS.get(request.param)
    return Zip(target, extension.build(target))
