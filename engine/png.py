"""Pictures as PNG files."""

import cv2
import numpy as np
from numpy.typing import NDArray


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """HxWx3 uint8 -> a PNG file's bytes."""
    done, data = cv2.imencode(".png", rgb[..., ::-1])
    assert done
    return data.tobytes()
