"""Settings as custom properties, and back."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from twok2k_blender.provenance import describe, mask_source, photo_source, read, scaled_settings, settings

FACTS = {
    "seconds": {"a": 1.0},
    "weights": "default",
    "licence": "CC0-1.0",
    "commercial": True,
    "person": 0,
    "people": 1,
    "warnings": [],
}


@given(
    detail=st.sampled_from(["full", "low"]),
    height=st.floats(0.3, 3.0).map(lambda value: round(value, 4)),
    person=st.integers(0, 99),
    weights=st.sampled_from(["default", "my weights"]),
)
def test_settings_come_back(detail: str, height: float, person: int, weights: str) -> None:
    chosen = {"detail": detail, "height": height, "person": person, "weights": weights, "device": "auto"}
    known = settings(describe("a, b.jpg", chosen, FACTS, "1").items())
    assert known == {name: str(value) for name, value in chosen.items()}


def test_taller_person_asks_for_more_height() -> None:
    properties = describe("a.jpg", {"detail": "low", "height": 1.6}, FACTS, "1")
    properties |= scaled_settings(properties.items(), 1.25)
    assert settings(properties.items()) == {"detail": "low", "height": "2.0000"}
    assert scaled_settings([("2K2K Photo", "a.jpg")], 2.0) == {}
    assert scaled_settings([("2K2K Settings", "detail low, height tall")], 2.0) == {}


def test_photo_is_a_file_or_an_image() -> None:
    assert read(photo_source(Path("folder", "a.jpg")).items()) == {"Photo File": str(Path("folder", "a.jpg"))}
    assert read(photo_source("Painted").items()) == {"Photo Image": "Painted"}


def test_mask_is_a_file_an_image_or_none() -> None:
    assert read(mask_source(Path("folder", "m.png")).items()) == {"Mask File": str(Path("folder", "m.png"))}
    assert read(mask_source("anna mask").items()) == {"Mask Image": "anna mask"}
    assert mask_source(None) == {}
