"""The face of who is seen from behind, in the colour of the skin."""

from engine.head.depth import covered, place_of
from engine.pixels import Float
from engine.surface.clean import Shell
from engine.surface.halves import overlap
from engine.types import Head


def with_face_behind(back: Float, shell: Shell, head: Head) -> Float:
    """Colours (H, W, 3) of the far sheet with the face of a head that is turned away from the camera."""
    here, there = overlap(shell, head)
    part = head.within(there)
    mirrored, mask = -shell.far[here], shell.mask[here]
    place = place_of(part, mirrored, mask)
    if place is None or part.skin is None:
        return back
    share = part.bare * part.near.weight * (1 - covered(part, mirrored, place))
    back = back.copy()
    back[here] += share[..., None] * (part.skin - back[here])
    return back
