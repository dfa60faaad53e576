"""Synthetic clothed people: bodies, poses, clothes, hair and skin from licence-clean material."""

from engine.training.people.pack import PackedPeople, load_people, pack_people
from engine.training.people.person import SyntheticPerson, sample_person
from engine.training.people.wardrobe import Wardrobe, load_wardrobe

__all__ = [
    "PackedPeople",
    "SyntheticPerson",
    "Wardrobe",
    "load_people",
    "load_wardrobe",
    "pack_people",
    "sample_person",
]
