"""The menu of devices."""

from twok2k_blender.devices import entries
from twok2k_blender.engine_facts import Device, EngineFacts


def facts(*devices: Device) -> EngineFacts:
    facts = EngineFacts()
    facts.devices = devices
    return facts


CARDS = facts(
    Device("cuda:0", "Card", 3_000_000_000, 8_000_000_000),
    Device("cuda:1", "Card", 7_500_000_000, 8_000_000_000),
    Device("cpu", "Processor, 8 threads", 12_000_000_000, 32_000_000_000),
)


def test_kinds_are_offered_until_the_engine_is_known() -> None:
    assert [name for name, *_ in entries(facts(), "auto")] == ["auto", "cpu", "cuda", "mps"]


def test_reported_devices_are_offered_with_their_free_memory() -> None:
    assert [entry[:2] for entry in entries(CARDS, "auto")] == [
        ("auto", "Automatic: Card"),
        ("cuda:0", "Card: 3.0 of 8.0 GB free (cuda:0)"),
        ("cuda:1", "Card: 7.5 of 8.0 GB free (cuda:1)"),
        ("cpu", "Processor, 8 threads: 12.0 of 32.0 GB free (cpu)"),
    ]


def test_what_is_chosen_is_offered_in_any_case() -> None:
    assert entries(CARDS, "cuda")[-1][:2] == ("cuda", "NVIDIA")
    assert entries(CARDS, "cuda:7")[-1][:2] == ("cuda:7", "cuda:7")
    assert entries(facts(), "cuda:7")[-1][0] == "cuda:7"
    assert len(entries(CARDS, "cuda:1")) == 4
