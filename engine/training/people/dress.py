"""What a person wears, and in which colours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.training.people.drape import Drape, sample_drape
from engine.training.people.fitting import Fit
from engine.training.people.footwear import PUMP, Shoe, sample_shoe
from engine.training.people.garment import Garment
from engine.training.people.headwear import CROP, sample_shell
from engine.training.people.material import IDENTITY, LUMA, Material, color_change, dye, random_color
from engine.training.people.outfit import sample_coat, sample_outfit, sample_upper
from engine.training.people.phenotype import ADULT
from engine.training.people.procedural import PLACED, two_colors
from engine.training.people.wardrobe import Wardrobe

Float32 = NDArray[np.float32]

_DESIGNED, _COATS = 0.3, 0.3
"""Share of people in the wardrobe's designed clothes, and of coats over the others."""

_SHOES_OVER = 0.4
"""Share of shoes that are over slim trousers rather than under them."""

UNDERWEAR = "young_caucasian_female_special_suit"
"""The one skin with a suit painted on."""

_HAIR_COLORS = np.array(
    [
        [0.03, 0.025, 0.02],
        [0.07, 0.045, 0.03],
        [0.16, 0.1, 0.06],
        [0.3, 0.2, 0.11],
        [0.55, 0.42, 0.25],
        [0.36, 0.15, 0.07],
    ],
    dtype=np.float32,
)
_GREY_HAIR = np.array([[0.35, 0.34, 0.33], [0.62, 0.61, 0.6], [0.82, 0.81, 0.78]], dtype=np.float32)

_SKIN_TONES = {
    "african": np.array([[0.22, 0.14, 0.1], [0.48, 0.32, 0.23]], dtype=np.float32),
    "asian": np.array([[0.6, 0.43, 0.33], [0.86, 0.7, 0.58]], dtype=np.float32),
    "caucasian": np.array([[0.66, 0.48, 0.4], [0.92, 0.76, 0.67]], dtype=np.float32),
}
"""Darkest and lightest mean skin colour."""

_SHORT_HAIR = ("short01", "short02", "short03", "short04", CROP)


@dataclass(frozen=True)
class Worn:
    """A garment with one material per group (shoes with a sole: of the upper and the sole).

    group: the only group that is worn, None for all. drape: unevenness of one that follows the base mesh. fit: how a
    sewn one sits. shoe: its sole and heel.
    """

    garment: Garment
    materials: tuple[Material, ...]
    group: int | None = None
    drape: Drape | None = None
    fit: Fit | None = None
    shoe: Shoe | None = None

    @property
    def bulk(self) -> float:
        """Metres by which trunk and thighs become wider."""
        return 0.0 if self.fit is None else self.fit.bulk

    @property
    def hangs(self) -> bool:
        """Whether cloth hangs around the thighs."""
        return self.fit is not None and self.garment.kind in ("dress", "skirt", "coat") and self.fit.length > 0.25

    def hidden(self) -> NDArray[np.bool_]:
        """(BODY_VERTICES,) skin that lies under what is worn."""
        hidden = self.garment.hidden
        return hidden.any(axis=0) if self.group is None else hidden[self.group]


def sample_clothes(rng: np.random.Generator, wardrobe: Wardrobe, phenotype: dict[str, float]) -> list[Worn]:
    """Everything but the skin, from the outermost clothes inward: outfit, shoes, brows, lashes, eyes, hair or hat."""
    female = phenotype["gender"] > 0.5
    hair = _hair_color(rng, phenotype["age"])
    worn = _outfit(rng, wardrobe, female) if rng.uniform() < _DESIGNED else _sewn(rng, wardrobe, female)
    if rng.uniform() < 0.95:
        over = any(_is_slim(cloth) for cloth in worn) and rng.uniform() < _SHOES_OVER
        worn.insert(0 if over else len(worn), _shoes(rng, wardrobe, female))
    worn += _head(rng, wardrobe, phenotype, hair)
    return worn


def _is_slim(worn: Worn) -> bool:
    return worn.garment.kind == "trousers" and worn.fit is not None and worn.fit.hem < 0.012


def _shoes(rng: np.random.Generator, wardrobe: Wardrobe, female: bool) -> Worn:
    """The wardrobe's designed shoes or some made by numbers."""
    designed = rng.uniform() < 0.3
    choice = [g for g in wardrobe.garments["shoes"] if (g.sewing is None) == designed and (female or g.name != PUMP)]
    shoes = _pick(rng, choice)
    if designed:
        return Worn(shoes, _cloth(rng, wardrobe, shoes))
    shoe = sample_shoe(rng, shoes.name, female)
    return Worn(shoes, (_plain(rng), _plain(rng)), fit=sample_upper(rng, shoe), shoe=shoe)


def _sewn(rng: np.random.Generator, wardrobe: Wardrobe, female: bool) -> list[Worn]:
    """Clothes made by numbers, often with a coat over them."""
    clothes = sample_outfit(rng, wardrobe.garments, female)
    if rng.uniform() < _COATS:
        clothes.insert(0, sample_coat(rng, wardrobe.garments))
    return [Worn(c.garment, _cloth(rng, wardrobe, c.garment), fit=c.fit) for c in clothes]


def sample_skin(rng: np.random.Generator, wardrobe: Wardrobe, phenotype: dict[str, float]) -> Material:
    """A skin texture of fitting sex and age, moved toward a random tone of the person's descent."""
    names = [name for name in wardrobe.skins if name != UNDERWEAR]
    sex = "_female" if phenotype["gender"] > 0.5 else "_male"
    names = [name for name in names if sex in name]
    old = "old" if phenotype["age"] > 0.88 else "middleage" if phenotype["age"] > 0.76 else "young"
    names = [name for name in names if name.startswith(old)] or names
    race = max(_SKIN_TONES, key=lambda key: phenotype[key])
    shade = "dark" if race == "african" else "light"
    names = [name for name in names if shade in name] or names
    texture = names[rng.integers(len(names))]
    dark, light = _SKIN_TONES[race]
    tone = dark + (light - dark) * rng.uniform() + rng.normal(0, 0.015, 3)
    gain = 0.85 * tone / wardrobe.tones[texture] + 0.15
    return Material(texture, np.hstack([np.diag(gain), np.zeros((3, 1))]).astype(np.float32))


def _pick(rng: np.random.Generator, garments: Sequence[Garment]) -> Garment:
    return garments[rng.integers(len(garments))]


def _outfit(rng: np.random.Generator, wardrobe: Wardrobe, female: bool) -> list[Worn]:
    """A whole outfit as it was designed, or the top of one with the bottom of another."""
    first = _pick(rng, _outfits(rng, wardrobe, female))
    if first.groups == 1 or rng.uniform() < 0.35:
        return [Worn(first, _cloth(rng, wardrobe, first), None, _drape(rng))]
    second = _pick(rng, [g for g in _outfits(rng, wardrobe, female) if g.groups == 2])
    top = Worn(first, _cloth(rng, wardrobe, first), 0, _drape(rng))
    bottom = Worn(second, _cloth(rng, wardrobe, second), 1, _drape(rng))
    return [top, bottom]


def _drape(rng: np.random.Generator) -> Drape:
    return sample_drape(rng, 0.0, rng.uniform(0, 0.003))


def _outfits(rng: np.random.Generator, wardrobe: Wardrobe, female: bool) -> list[Garment]:
    """The own sex's clothes; women often wear the men's."""
    as_woman = female != (rng.uniform() < (0.2 if female else 0.03))
    prefix = "female" if as_woman else "male"
    return [garment for garment in wardrobe.garments["outfit"] if garment.name.startswith(prefix)]


def _cloth(rng: np.random.Generator, wardrobe: Wardrobe, garment: Garment) -> tuple[Material, ...]:
    if garment.texture is None:
        return tuple(_pattern(rng, wardrobe, garment.sewing is not None) for _ in range(garment.groups))
    texture = garment.texture
    original = rng.uniform() < 0.2
    tone = float(wardrobe.tones[texture] @ LUMA)
    return tuple(Material(texture, IDENTITY if original else _recolor(rng, tone)) for _ in range(garment.groups))


def _pattern(rng: np.random.Generator, wardrobe: Wardrobe, placed: bool) -> Material:
    """Plain cloth half of the time, else a pattern of two colours; `placed`: patterns with one place are allowed."""
    names = [name for name in wardrobe.patterns if placed or name not in PLACED]
    plain = rng.uniform() < 0.5
    name = names[0] if plain else names[rng.integers(len(names))]
    return Material(name, two_colors(random_color(rng), random_color(rng)))


def _plain(rng: np.random.Generator) -> Material:
    color = random_color(rng)
    return Material("pattern_plain", two_colors(color, color))


def _recolor(rng: np.random.Generator, tone: float) -> Float32:
    """Either other hues of the same pattern, or dyed cloth that keeps some of the pattern."""
    if rng.uniform() < 0.35:
        return color_change(rng.uniform(), rng.uniform(0.2, 1.0), rng.uniform(0.5, 1.2))
    return dye(random_color(rng), tone, rng.uniform(0.75, 1), rng.uniform(0.5, 1))


def _hair_color(rng: np.random.Generator, age: float) -> Float32:
    grey = rng.uniform() < np.clip((age - 0.78) * 5, 0, 0.9)
    palette = _GREY_HAIR if grey else _HAIR_COLORS
    return np.clip(palette[rng.integers(len(palette))] * rng.uniform(0.75, 1.3), 0, 1).astype(np.float32)


def _head(rng: np.random.Generator, wardrobe: Wardrobe, phenotype: dict[str, float], color: Float32) -> list[Worn]:
    garments = wardrobe.garments
    worn = [_tinted(wardrobe, _pick(rng, garments["eyebrows"]), 0.8 * color)]
    lashes = _pick(rng, garments["eyelashes"])
    worn.append(Worn(lashes, (Material(str(lashes.texture), IDENTITY),)))
    iris = wardrobe.irises[rng.integers(len(wardrobe.irises))]
    change = IDENTITY if rng.uniform() < 0.4 else color_change(0, 0.9, rng.uniform(0.7, 1))
    worn.append(Worn(garments["eyes"][0], (Material(iris, change),)))
    return worn + _hair(rng, wardrobe, phenotype, color)


def _hair(rng: np.random.Generator, wardrobe: Wardrobe, phenotype: dict[str, float], color: Float32) -> list[Worn]:
    """Hair or a hat, and on some men a beard."""
    female, adult = phenotype["gender"] > 0.5, phenotype["age"] > ADULT
    beard = _shell(rng, wardrobe, wardrobe.garments["beard"][0], color)
    worn = [beard] if adult and not female and rng.uniform() < 0.3 else []
    if rng.uniform() < 0.16:
        hat = _pick(rng, (*wardrobe.garments["hat"], *wardrobe.garments["cap"], *wardrobe.garments["cap"]))
        fit = None if hat.sewing is None else sample_shell(rng, hat.name)
        return [*worn, Worn(hat, _cloth(rng, wardrobe, hat), fit=fit)]
    if adult and rng.uniform() < (0.02 if female else 0.1):
        return worn
    short = rng.uniform() < (0.15 if female else 0.93)
    choice = _pick(rng, [g for g in wardrobe.garments["hair"] if (g.name in _SHORT_HAIR) == short])
    return [*worn, _shell(rng, wardrobe, choice, color)]


def _shell(rng: np.random.Generator, wardrobe: Wardrobe, garment: Garment, color: Float32) -> Worn:
    worn = _tinted(wardrobe, garment, color)
    return worn if garment.sewing is None else replace(worn, fit=sample_shell(rng, garment.name))


def _tinted(wardrobe: Wardrobe, garment: Garment, color: Float32) -> Worn:
    texture = garment.texture or garment.name
    tone = float(wardrobe.tones[texture] @ LUMA)
    return Worn(garment, (Material(texture, dye(color, tone, 1.0, 0.8)),))
