"""Many pictures into a folder of meshes: by several processes or machines, resumed after a stop (docs/batch.md)."""
