"""`python -m engine check`: what is wrong with a mesh of a person, if anything."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import SOME_FAILED

if TYPE_CHECKING:
    from engine.surface.health import Health


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mesh", type=Path, metavar="MESH", help="glb, obj, ply or stl file, metres")
    parser.add_argument("--up", choices=("y", "z"), help="vertical axis of the file (obj, glb: y; ply, stl: z)")
    parser.add_argument("--json", action="store_true", help="print json")


def run(arguments: argparse.Namespace) -> int:
    """0 where the mesh passes all checks, 3 where one fails."""
    import numpy as np

    from engine.render.mesh import load_mesh
    from engine.surface.health import check, failures
    from engine.surface.intersect import crossings
    from engine.types import Mesh

    found = load_mesh(arguments.mesh, arguments.up)
    mesh = Mesh(found.vertices, found.faces, np.zeros(found.vertices.shape, np.uint8))
    health = check(mesh)
    crossing = len(np.unique(crossings(mesh.vertices, mesh.faces)))
    failed = failures(health, crossing, len(mesh.faces), health.length)
    if arguments.json:
        figures = {"triangles": len(mesh.faces), "crossing": crossing, **asdict(health)}
        print(json.dumps({"sound": not failed, "failed": failed, "figures": figures}, indent=2))
    else:
        _print(health, failed, len(mesh.faces))
    return SOME_FAILED if failed else 0


def _print(health: "Health", failed: Mapping[str, str], faces: int) -> None:
    from engine.surface.health import CHECKS

    size = f"{health.length:.2f} m, {1000 * health.volume:.1f} litres"
    print(f"{faces} faces, {health.components} parts, {size}")
    for name in CHECKS:
        print(f"{name:<12}{failed.get(name, 'ok')}")
