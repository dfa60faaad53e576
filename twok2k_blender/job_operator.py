"""What all operators share that let the engine work."""

from collections.abc import Sequence

import bpy

from . import background
from .jobs import EXPECTED, Job
from .session import session
from .words import rpt_


class JobOperator(bpy.types.Operator):
    """Base of operators that put jobs into the queue. A subclass says which (`jobs`).

    Called from a button, a menu, a drop or a file browser it returns at once; called from a script it returns when the
    jobs are over, and raises an error if one has failed.
    """

    _beside = False
    """Whether the jobs are done beside the user's work."""

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        """What is to be done. May raise what is EXPECTED."""
        raise NotImplementedError

    def invoke(self, context: bpy.types.Context, _: bpy.types.Event) -> set[str]:
        self._beside = not bpy.app.background
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            jobs = self.jobs(context)
        except EXPECTED as error:
            return self._fail(str(error))
        if self._beside:
            background.add(jobs)
            return {"FINISHED"}
        session.run(jobs)
        background.show()
        errors = dict.fromkeys(rpt_(job.error or "Cancelled.") for job in jobs if job.state != "done")
        return self._fail(" ".join(errors)) if errors else {"FINISHED"}

    def choose_files(self, context: bpy.types.Context) -> set[str]:
        """Open Blender's file browser; what is chosen there is done beside the user's work."""
        self._beside = not bpy.app.background
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def _fail(self, text: str) -> set[str]:
        """Tell the user; to a script it is an exception."""
        session.say(text, failed=True)
        self.report({"WARNING" if self._beside else "ERROR"}, text)
        return {"CANCELLED"}
