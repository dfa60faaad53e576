import pytest
from zips import NAMES, Zip

from build_steps import extension
from build_steps.targets import TARGETS


@pytest.fixture(scope="session", params=NAMES)
def built(request: pytest.FixtureRequest) -> Zip:
    """A zip, built once for all tests."""
    target = TARGETS[request.param]
    return Zip(target, extension.build(target))
