import getpass
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .. import provenance
from ..choices import preferences
from ..engine_facts import engine_facts
from ..failure_report import Private, last_lines, report_text
from ..package import version
from ..photo_job import PhotoJob
from ..session import log_file, session
from ..side_blender import side_log

if TYPE_CHECKING:
    from engine import __version__ as ENGINE_VERSION
else:
    from ...engine import __version__ as ENGINE_VERSION


class TWOK2K_OT_copy_report(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.copy_report"
    bl_label = "Copy Report"
    bl_description = (
        "Put what helps to find the cause onto the clipboard: versions, device, settings, the error and the last lines "
        "of the engine's log and the second Blender's, without your name, folders and names of photos"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = failure_report()
        self.report({"INFO"}, "The report is on the clipboard.")
        return {"FINISHED"}


def failure_report() -> str:
    """The report about what has failed last, and about the photos that have failed and are still listed."""
    failed = [job for job in session.queue.all("failed") if isinstance(job, PhotoJob)]
    failures: list[tuple[str, Mapping[str, object]]] = [(job.error, job.settings) for job in failed]
    if session.failed:
        failures.append((session.message, {}))
    photos = [job.name for job in session.queue.jobs] + _photos_of_results()
    names = [name for photo in photos for name in (photo, Path(photo).stem)]
    log = [*last_lines(log_file()), *session.traceback]
    private = Private(str(Path.home()), _user(), names)
    return report_text(_versions(), failures, log, private, last_lines(side_log()))


def _photos_of_results() -> list[str]:
    """Names of the photos that the file's people were made from; the people have them, too."""
    facts = [provenance.read(person.items()) for person in bpy.data.objects]
    return [name for name in (fact.get("Photo", "") for fact in facts) if name]


def _versions() -> dict[str, str]:
    chosen = preferences()
    return {
        "Extension": version(),
        "Blender": bpy.app.version_string,
        "System": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Blender's Python": platform.python_version(),
        "Engine": f"{ENGINE_VERSION}, {_engine()}",
        "Engine's Python": chosen.engine_python or "Blender's own",
        "Device": chosen.device,
        "Weights": chosen.weights,
    }


def _engine() -> str:
    devices = "; ".join(device.text for device in engine_facts.devices)
    return f"{engine_facts.versions}, {devices}" if engine_facts.versions else "not tested"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
