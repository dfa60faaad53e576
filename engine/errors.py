"""The two ways in which a run can end early, and words for errors of the third kind."""


class UserError(Exception):
    """A mistake that the user can mend; its text is one sentence: what is wrong and what to do."""


class DiskError(UserError):
    """The disk does not take what is right in itself."""


def internal_error(error: BaseException) -> str:
    """The begin of a sentence about an error that nobody has foreseen; it goes on with a remedy."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"Internal error ({text})"


class Cancelled(Exception):
    """Raised by a progress callback to stop a run between two steps."""
