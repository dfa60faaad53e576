"""What can be chosen to compute on. Knows nothing of Blender."""

from .engine_facts import EngineFacts

AUTO = "auto"

KINDS = {
    AUTO: ("Automatic", "The graphics card if the engine can use it, else the processor"),
    "cpu": ("Processor", "Works everywhere"),
    "cuda": ("NVIDIA", "Graphics card, with an engine Python whose torch supports CUDA"),
    "mps": ("Apple", "Graphics of Apple's processors"),
}
"""Name and description of what is offered as long as the engine has not told what there is."""

MEASURED = "Its free memory is as the engine's last test found it"


def entries(facts: EngineFacts, chosen: str) -> list[tuple[str, str, str]]:
    """A menu's entries: what to tell the engine, name, description. What is chosen is among them in any case."""
    offered = _reported(facts) if facts.devices else dict(KINDS)
    offered.setdefault(chosen, KINDS.get(chosen, (chosen, "The engine has not reported this device")))
    return [(device, *texts) for device, texts in offered.items()]


def _reported(facts: EngineFacts) -> dict[str, tuple[str, str]]:
    name, description = KINDS[AUTO]
    automatic = {AUTO: (f"{name}: {facts.devices[0].label}", description)}
    return automatic | {device.name: (f"{device.text} ({device.name})", MEASURED) for device in facts.devices}
