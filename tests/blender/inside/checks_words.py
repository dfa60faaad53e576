"""What the user reads, in another language. Blender's module has none, so its catalogue is stood in for here."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import bpy
import pytest

Part = Callable[[str], ModuleType]

LATIN = {
    ("*", "{seconds} s left"): "supersunt {seconds} s",
    ("*", "{minutes} min left"): "supersunt {minutes} min",
    ("*", "Estimating depth"): "Altitudo aestimatur",
    ("*", "Starting the engine"): "Machina incipit",
    ("*", "Waiting"): "Exspectat",
    ("*", "Failed"): "Frustra",
    ("*", "Stopped"): "Desitum",
    ("*", "{work}, {count} waiting"): "{work}; exspectant {count}",
    ("*", "Photo of a Person ({kinds})"): "Hominis imago {kindz}",
    ("*", "Imported weights: {size:.1f} MB"): "Pondera {size} importata {",
    ("*", "The image '{image}' is no longer in this file; choose another photo."): "Imago '{image}' abest.",
    ("*", "{reason} Click to try again, with its own settings, else those shown now"): "Iterum tempta! ({reason})",
    ("*", "Cancelled."): "Desitum est.",
    ("*", "{tool} of {person}"): "{person}: {tool}",
    ("*", "Decimate"): "decima",
    ("Operator", "Decimate"): "Decimare",
    ("*", "Finished people come into the scene as soon as you are in Object Mode."): (
        "Homines perfecti in scaenam veniunt simul ac in modo obiectorum es, nec prius, quidquid facis."
    ),
}


class Catalogue:
    """`bpy.app.translations` of a Blender in Latin."""

    def pgettext_iface(self, message: str, context: str = "*") -> str:
        return LATIN.get((context, message), message)

    pgettext_tip = pgettext_rpt = pgettext_iface


class Layout:
    """Takes what is drawn, and translates it as Blender does."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def label(self, text: str, translate: bool = True, **_: object) -> None:
        self.texts.append(Catalogue().pgettext_iface(text) if translate else text)

    def progress(self, text: str, **_: object) -> None:
        self.label(text)

    def operator(self, _: str, text: str = "", **__: object) -> SimpleNamespace:
        if text:
            self.texts.append(Catalogue().pgettext_iface(text, "Operator"))
        return SimpleNamespace()

    def operator_menu_enum(self, *_: str, **__: object) -> None:
        """A menu with a name that Blender translates itself."""

    def row(self, **_: object) -> "Layout":
        return self

    box = column = split = row


@pytest.fixture(autouse=True)
def _in_latin(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(app=SimpleNamespace(translations=Catalogue()))
    monkeypatch.setattr(part("words"), "bpy", fake)


@pytest.fixture
def listed(part: Part, photo_jobs: Callable[..., list[Any]]) -> Any:
    """Photos by name that are in the queue."""
    queue = part("session").session.queue

    def put(*names: str) -> list[Any]:
        jobs = photo_jobs(*names)
        queue.jobs.extend(jobs)
        return jobs

    yield put
    queue.remove(*queue.jobs)


def row_of(part: Part, job: Any) -> list[str]:
    layout = Layout()
    part("photo_list").TWOK2K_UL_photos.draw_item(
        SimpleNamespace(), bpy.context, layout, None, SimpleNamespace(key=job.key), 0, None, ""
    )
    return layout.texts


def test_time_is_told_in_the_language(part: Part) -> None:
    time_left = part("widgets").time_left
    assert [time_left(seconds) for seconds in (10, 85, 90, 240)] == [
        "supersunt 10 s",
        "supersunt 85 s",
        "supersunt 2 min",
        "supersunt 4 min",
    ]


def test_time_is_told_in_english_without_a_catalogue(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part("words"), "bpy", bpy)
    time_left = part("widgets").time_left
    assert [time_left(seconds) for seconds in (40, 10, 240)] == ["40 s left", "10 s left", "4 min left"]


def test_progress_is_told_in_the_language(part: Part, listed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job, pace = listed("anna.jpg")[0], part("pace").Pace()
    pace.learn({"Estimating depth": 40})
    monkeypatch.setattr(part("session").session, "pace", pace)
    text = part("widgets").progress_text
    assert text(job) == "Machina incipit  0%"
    began = part("widgets").time.monotonic()
    job.task = SimpleNamespace(stage="Estimating depth", stage_began=began, fraction=0.25)
    assert text(job) == "Altitudo aestimatur  25%  supersunt 40 s"


def region(width: int) -> SimpleNamespace:
    """A context in which a region of that many pixels is drawn."""
    system = SimpleNamespace(ui_scale=1.0)
    return SimpleNamespace(region=SimpleNamespace(width=width), preferences=SimpleNamespace(system=system))


def test_message_is_translated_as_a_whole_before_it_is_wrapped(part: Part) -> None:
    english, latin = next((key[1], text) for key, text in LATIN.items() if key[1].startswith("Finished people"))
    layout = Layout()
    part("widgets").draw_text(region(300), layout, english)
    assert len(layout.texts) > 2
    assert " ".join(layout.texts) == latin


def test_tool_at_work_is_told_whole_in_a_narrow_tab(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part("mesh_operator").MeshOperator, "at_work", "Make Printable of sample_person")
    layout = Layout()
    part("result_panel").TWOK2K_PT_tools.draw(SimpleNamespace(layout=layout), region(291))
    assert " ".join(layout.texts) == "Make Printable of sample_person: at work"
    assert max(len(text) for text in layout.texts) <= 34


def test_braces_of_a_finished_text_are_left_alone(part: Part) -> None:
    layout = Layout()
    part("widgets").draw_text(region(900), layout, "The photo {seconds} s left.jpg is broken.")
    assert layout.texts == ["The photo {seconds} s left.jpg is broken."]


@pytest.mark.parametrize(
    ("state", "word"), [("waiting", "Exspectat"), ("failed", "Frustra"), ("cancelled", "Desitum"), ("done", "Done")]
)
def test_row_translates_the_state_and_not_the_name(part: Part, listed: Any, state: str, word: str) -> None:
    job = listed("Waiting")[0]
    job.state = state
    assert row_of(part, job) == ["Waiting", word]


def test_status_bar_translates_its_words_and_not_the_name(part: Part, listed: Any) -> None:
    job, *others = listed("Waiting", "anna.jpg", "berta.jpg")
    job.state = "working"
    layout, draw = Layout(), part("status_bar").draw
    draw(SimpleNamespace(layout=layout), bpy.context)
    assert layout.texts[0] == "Waiting; exspectant 2"
    part("session").session.queue.remove(*others)
    layout.texts.clear()
    draw(SimpleNamespace(layout=layout), bpy.context)
    assert layout.texts[0] == "Waiting"


def test_errors_and_tool_tips_are_told_in_the_language(part: Part, listed: Any) -> None:
    with pytest.raises(part("jobs").PhotoError, match=r"^Imago 'Cancelled\.' abest\.$"):
        part("photo").known_photo("", "Cancelled.")
    job = listed("anna.jpg")[0]
    job.state = "cancelled"
    describe = part("operators.retry_photos").TWOK2K_OT_retry_photos.description
    assert describe(bpy.context, SimpleNamespace(key=job.key)) == "Iterum tempta! (Desitum est.)"


def test_operators_have_a_context_of_their_own(part: Part) -> None:
    words = part("words")
    assert words.iface_("Decimate") == "decima"
    tool = words.iface_("Decimate", words.BUTTON)
    assert words.iface_("{tool} of {person}", tool=tool, person="Anna") == "Anna: Decimare"


@pytest.mark.parametrize(
    ("message", "values", "english"),
    [
        ("Photo of a Person ({kinds})", {"kinds": ".jpg"}, "Photo of a Person (.jpg)"),
        ("Imported weights: {size:.1f} MB", {"size": 1.23}, "Imported weights: 1.2 MB"),
    ],
)
def test_slip_in_a_translation_leaves_english(part: Part, message: str, values: dict[str, Any], english: str) -> None:
    assert part("words").iface_(message, **values) == english


def test_functions_are_blenders_own(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Asked:
        def __getattr__(self, name: str) -> Callable[..., str]:
            asked.append(name)
            assert callable(getattr(bpy.app.translations, name))
            return lambda message, _="": message

    monkeypatch.setattr(part("words"), "bpy", SimpleNamespace(app=SimpleNamespace(translations=Asked())))
    for translate in (part("words").iface_, part("words").tip_, part("words").rpt_):
        assert translate("Done") == "Done"
    assert asked == ["pgettext_iface", "pgettext_tip", "pgettext_rpt"]
