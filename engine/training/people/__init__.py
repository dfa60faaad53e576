"""Synthetic clothed people: bodies, poses, clothes, hair and skin from licence-clean material."""

from engine.training.people.person import SyntheticPerson, sample_person
from engine.training.people.wardrobe import Wardrobe, load_wardrobe

__all__ = ["SyntheticPerson", "Wardrobe", "load_wardrobe", "sample_person"]
