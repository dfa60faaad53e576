"""A small task in place of a reconstruction, and a run with it as a program, for tests of everything around the work.

What it does depends on the photo's name: "raise" raises a user's error, "exit" ends the process, "kill" kills it,
"once" does so the first time only, "wait" waits until there is a file "go" beside the photo.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.batch.inputs import find_pictures  # noqa: E402
from engine.batch.pool import run_local  # noqa: E402
from engine.batch.run import Batch  # noqa: E402
from engine.batch.task import Job, Outcome  # noqa: E402

Photos = Callable[..., Path]
"""The fixture `photos`: makes files of the given names; gives their folder."""


@dataclass(frozen=True)
class SmallTask:
    """Writes the number of this process into the "mesh"."""

    error: str = "The picture shows no person; choose another."

    def __call__(self, job: Job) -> Outcome:
        behaviour = job.photo.stem.partition("_")[0]
        if behaviour == "raise":
            return Outcome(error=self.error)
        misbehave(behaviour, job.photo)
        unfinished = job.mesh.parent / f".{job.mesh.stem}-abcdefgh.part"
        unfinished.write_text(str(os.getpid()))
        if behaviour == "half":
            os._exit(1)
        unfinished.replace(job.mesh)
        return Outcome(0.5, 8, 12, ("The feet are not in the picture.",))


def misbehave(behaviour: str, photo: Path) -> None:
    if behaviour == "exit":
        os._exit(7)
    elif behaviour == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif behaviour == "once" and not (mark := photo.with_suffix(".tried")).exists():
        mark.touch()
        os._exit(1)
    elif behaviour == "wait":
        photo.with_suffix(f".pid{os.getpid()}").touch()
        while not photo.with_name("go").exists():
            time.sleep(0.01)


def main(photos: str, output: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a process started in the background ignores it
    runner = partial(run_local, tasks=[SmallTask(), SmallTask()], environment={})
    Batch(find_pictures([photos]), Path(output), ".glb", {"detail": "low"}).run(runner)


if __name__ == "__main__":
    main(*sys.argv[1:])
