"""Where photo and made-up colours meet: on the sides, which the camera sees at a grazing angle or not at all.

A pixel that covers a long way into the depth would be a streak, and a seam along the silhouette would be seen from the
side. So the photo fades into the colours of the back with the way along the surface from where the camera saw it well.
"""

import cv2
import numpy as np

from engine.pixels import Bools, Float, blur, channels, distance, nearest, spread
from engine.surface.clean import Shell
from engine.surface.light import flatten_coarse

_GRAZING = 1.8
"""Depth per pixel beyond which the camera does not see a surface well (61 degrees)."""
_JUMP = 6.0
"""Depth per pixel of a jump to another part of the body, not of a side."""
_SIDE = 8.0
"""Pixels from the silhouette within which even so much is a side."""
_SLOPE, _ALONG = 2.0, 4.0
"""Standard deviations in pixels of the filters for slopes, and for the colours along the silhouette, which would be
drawn out into stripes."""
_AROUND = np.ones((9, 9), np.uint8)
"""Close to the silhouette, where the smoothing sees no slope, there is the largest one in this window."""
_WITHIN = 12.0
"""Pixels from the silhouette of the colours along it, on wide parts: nearer to it the mask may be wrong."""
_FADES, _ENDS = 16.0, 32.0
"""Pixels from the silhouette from which on a steep place is less and less of a side, and none any more: so far inside
the photo shows enough of it, be it the slope from the trunk down to an arm behind it."""
_SHARP = 12.0
"""Way in pixels on which the photo's detail fades to a third; what is left are the colours along the silhouette."""
_FAINT = 6.0
"""Such ways after which nothing of the photo is left to see (a quarter of a percent)."""
_NARROW, _WIDE = 4.0, 16.0
"""Way in pixels on which the photo fades to a third, on the narrowest and the widest parts."""


def meet(front: Float, back: Float, shell: Shell) -> tuple[Float, Float, Float]:
    """Colours of the near and the far sheet (H, W, 3) that run into each other at the silhouette, and which share
    (H, W, 1) the near one has of the detail of `front`."""
    depth = distance(shell.mask)
    edge = shell.mask & (depth < 1.5)
    source = nearest(edge)
    half = cv2.blur(cv2.dilate(depth, np.ones((61, 61), np.uint8)), (31, 31))
    reach = np.clip(0.3 * half, _NARROW, _WIDE)
    seen = _way_on_near_sheet(shell, depth, edge)
    middle = ((shell.near + shell.far) / 2).ravel()[source]
    hidden = seen.ravel()[source] + np.hypot(depth, np.maximum(shell.far - middle, 0))
    flat = np.asarray(cv2.resize(flatten_coarse(front), shell.mask.shape[::-1]), np.float32)
    ring = shell.mask & (np.abs(depth - np.minimum(_WITHIN, half / 2)) < 1)
    along = spread(flat, ring, _ALONG)
    beyond = spread(back, edge, _ALONG)
    share = np.ones((*shell.mask.shape, 1), np.float32)
    near_side, far_side = front.copy(), np.where(channels(shell.mask), back, along)
    at = np.nonzero(shell.mask & (seen > 0))
    near, sharp = (np.exp(-seen[at] / fading) for fading in (reach[at], np.float32(_SHARP)))
    shown = along[at] + channels(sharp) * (front[at] - along[at])
    near_side[at], share[at] = beyond[at] + channels(near) * (shown - beyond[at]), (near * sharp)[:, None]
    at = np.nonzero(shell.mask & (hidden < _FAINT * reach))
    far_side[at] += channels(np.exp(-hidden[at] / reach[at])) * (along[at] - far_side[at])
    return near_side, far_side, share


def _way_on_near_sheet(shell: Shell, depth: Float, edge: Bools) -> Float:
    """(H, W) pixels of depth since the camera saw the near sheet well, on the sides; 0 elsewhere."""
    smooth = blur(shell.near, shell.mask.astype(np.float32), _SLOPE)
    slope = np.hypot(*(cv2.Sobel(smooth, cv2.CV_32F, 1 - axis, axis, scale=1 / 8) for axis in (0, 1)))
    slope = np.where(depth < 2 * _SLOPE, cv2.dilate(np.where(shell.mask, slope, np.float32(0)), _AROUND), slope)
    jump = (slope > _JUMP) & (depth > _SIDE)
    away = cv2.dilate(jump.astype(np.uint8), np.ones((13, 13), np.uint8)) == 0
    side = _touching(shell.mask & (slope > _GRAZING) & away, edge)
    well = shell.mask & ~side
    if not well.any():
        return np.zeros_like(shell.near)
    way = np.where(side, np.maximum(shell.near - shell.near.ravel()[nearest(well)], 0), 0)
    way *= np.clip((_ENDS - depth) / (_ENDS - _FADES), 0, 1)
    return np.asarray(cv2.GaussianBlur(way.astype(np.float32), (0, 0), 1.0), np.float32)


def _touching(places: Bools, edge: Bools) -> Bools:
    """The connected places that reach the edge."""
    _, labels = cv2.connectedComponents((places | edge).astype(np.uint8))
    return np.asarray(places & np.isin(labels, np.unique(labels[edge])))
