"""The 31 key points of 2K2K and the bones between them ("left" is the person's left)."""

KEYPOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel",
    "left_finger2", "left_finger3", "left_finger4", "left_finger5",
    "right_finger2", "right_finger3", "right_finger4", "right_finger5",
)  # fmt: skip

INDEX = {name: i for i, name in enumerate(KEYPOINTS)}

_SIDE_BONES = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "finger2"), ("wrist", "finger5"), ("shoulder", "hip"),
    ("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"), ("ankle", "big_toe"), ("ankle", "small_toe"), ("eye", "ear"),
)  # fmt: skip
_CROSS_BONES = (
    ("nose", "left_eye"), ("nose", "right_eye"), ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
)  # fmt: skip

BONES = {
    "left": tuple((INDEX[f"left_{a}"], INDEX[f"left_{b}"]) for a, b in _SIDE_BONES),
    "right": tuple((INDEX[f"right_{a}"], INDEX[f"right_{b}"]) for a, b in _SIDE_BONES),
    "middle": tuple((INDEX[a], INDEX[b]) for a, b in _CROSS_BONES),
}
"""Pairs of key points to be joined by lines, by the side of the body."""
