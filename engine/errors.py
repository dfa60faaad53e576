"""The two ways in which a run can end early, and words for errors of the third kind."""


class UserError(Exception):
    """A mistake that the user can mend; its text is one sentence: what is wrong and what to do."""


class DiskError(UserError):
    """The disk does not take what is right in itself."""


def internal_error(error: BaseException) -> str:
    """The begin of a sentence about an error that nobody has foreseen; it goes on with a remedy."""
    return f"Internal error ({in_one_line(error)})"


def in_one_line(error: BaseException) -> str:
    """Kind and text of an error, not too long."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


class Cancelled(Exception):
    """Raised by a progress callback to stop a run between two steps."""
