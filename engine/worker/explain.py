"""One sentence for the user about an error that is not theirs; the traceback goes to the log."""

import re
import sys

from engine.errors import internal_error


def explain(error: BaseException) -> str:
    """What went wrong and what helps, in one sentence."""
    if isinstance(error, ModuleNotFoundError):
        return (
            f"The engine's Python ({sys.executable}) lacks the package '{error.name}'; "
            "name one that has it as Engine Python in the extension's preferences, or install the extension's full zip."
        )
    if missing := re.match(r"(lib\S+): cannot open shared object file", str(error)):
        return f"The system library {missing[1]} is missing; install it with your system's package manager."
    if _is_out_of_memory(error):
        return "There is not enough memory for this picture; close other programs or choose the CPU as the device."
    if isinstance(error, OSError) and error.filename:
        return f"The file {error.filename} cannot be used ({error.strerror}); check its rights and the disk."
    return f"{internal_error(error)}; click Copy Report and paste it where you ask for help."


def _is_out_of_memory(error: BaseException) -> bool:
    """True for Python's MemoryError and the out-of-memory errors of torch, of which older ones are RuntimeErrors."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MemoryError", "OutOfMemoryError"}) or "can't allocate memory" in str(error)
