import pytest

from engine.worker.explain import explain


class OutOfMemoryError(RuntimeError):
    """Has the name of torch's."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ModuleNotFoundError("No module named 'torch'", name="torch"),
            "lacks the package 'torch'; name one that has it",
        ),
        (OSError("libGLESv2.so.2: cannot open shared object file: No such file"), "system library libGLESv2.so.2 is"),
        (MemoryError(), "not enough memory"),
        (OutOfMemoryError("CUDA"), "not enough memory"),
        (PermissionError(13, "Permission denied", "/a/b"), "/a/b cannot be used (Permission denied)"),
        (KeyError("x\ny"), "KeyError"),
        (RuntimeError("Traceback\n  File"), "Traceback File); click Copy Report and paste it where you ask for help."),
    ],
)
def test_every_error_becomes_one_line_that_helps(error: Exception, words: str) -> None:
    text = explain(error)
    assert words in text
    assert "\n" not in text
    assert text.endswith(".")
