import hypothesis
import pytest

# No test is a test of speed: a busy machine must not fail one.
hypothesis.settings.register_profile("untimed", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a mistake shows early."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
