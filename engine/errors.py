"""The two ways in which a run can end early."""


class UserError(Exception):
    """A mistake that the user can mend; its text is one sentence: what is wrong and what to do."""


class Cancelled(Exception):
    """Raised by a progress callback to stop a run between two steps."""
