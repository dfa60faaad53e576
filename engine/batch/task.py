"""The work on one picture, as it is sent to another process. Heavy imports wait until they are needed there."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import UserError, internal_error

if TYPE_CHECKING:
    from engine.types import Settings


@dataclass(frozen=True)
class Job:
    """A picture and the file for its mesh, both absolute; the mesh's folder exists."""

    photo: Path
    mesh: Path


@dataclass(frozen=True)
class Outcome:
    """What came out. seconds: of the work. error: one sentence, None where the mesh was written."""

    seconds: float = 0.0
    vertices: int = 0
    triangles: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Reconstruct:
    """Photo in, mesh file out; the networks are kept for the next picture in the same process."""

    settings: "Settings"

    def __call__(self, job: Job) -> Outcome:
        """Do one job; whatever goes wrong becomes the outcome's error."""
        started = time.perf_counter()
        try:
            outcome = self._reconstruct(job)
        except UserError as error:
            outcome = Outcome(error=str(error))
        except Exception as error:
            outcome = Outcome(error=f"{internal_error(error)}; run this picture alone with --debug.")
        return replace(outcome, seconds=round(time.perf_counter() - started, 3))

    def _reconstruct(self, job: Job) -> Outcome:
        from engine.export import save
        from engine.pipeline import reconstruct

        result = reconstruct(job.photo, self.settings)
        save(result.mesh, job.mesh, result.texture)
        return Outcome(0.0, len(result.mesh.vertices), len(result.mesh.faces), result.warnings)
