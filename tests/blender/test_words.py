"""Whether all that the extension says can be translated, judged by its source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

PACKAGE = Path(__file__).resolve().parents[2] / "twok2k_blender"

TRANSLATE = {"iface_", "tip_", "rpt_"}

TELL = {"draw_alert", "draw_text", "poll_message_set", "report", "say", "status_text_set"}
"""What shows its arguments to the user."""

ERRORS = {"NotAllowed", "PhotoError", "ToolError"}

SHOWN = {"message", "text"}
"""Arguments by name of anything that draws."""

ENGLISH = {
    "engine_facts.py": "what the engine says of its devices",
    "mesh_data.py": "about the engine's files; knows nothing of Blender",
    "provenance.py": "kept in the file",
    "worker_client.py": "about the engine; knows nothing of Blender",
}
"""Modules that put sentences together in English, and why."""

SENTENCE = re.compile(r"[^\W\d_}]*[a-z}][,;:]? [a-z]{2,}")


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def _fixed(text: ast.JoinedStr) -> str:
    """An f-string with empty braces where it has values."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in text.values)


def _is_composed(value: ast.expr) -> bool:
    """Whether a text with words of its own is put together here, so that nobody can find it in a catalogue."""
    if isinstance(value, ast.IfExp):
        return _is_composed(value.body) or _is_composed(value.orelse)
    if isinstance(value, ast.JoinedStr):
        return any(character.isalpha() for character in _fixed(value))
    if isinstance(value, ast.BinOp):
        parts = (node for node in ast.walk(value) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        return any(character.isalpha() for part in parts for character in part.value)
    return _is_formatted(value)


def _is_formatted(node: ast.AST) -> bool:
    """Whether the placeholders of a text that stands here are filled in here."""
    method = node.func if isinstance(node, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr == "format" and isinstance(method.value, ast.Constant)


def _composed_and_shown(tree: ast.AST) -> Iterator[int]:
    """The lines where such a text is shown to the user."""
    for name, call in _calls(tree):
        given = [word.value for word in call.keywords if word.arg in SHOWN]
        given += call.args if name in TELL | ERRORS | TRANSLATE else []
        yield from (value.lineno for value in given if _is_composed(value))


def _sentences(tree: ast.AST) -> Iterator[int]:
    """The lines of f-strings that read like sentences, and of texts with `format`, wherever they go."""
    for node in ast.walk(tree):
        if _is_formatted(node) or (isinstance(node, ast.JoinedStr) and SENTENCE.search(_fixed(node))):
            yield node.lineno


def test_shows_nothing_that_no_catalogue_can_have() -> None:
    found = [f"{name}:{line}" for name, tree in _sources() for line in _composed_and_shown(tree)]
    assert found == []


def test_puts_no_sentence_together() -> None:
    found = [f"{name}:{line}" for name, tree in _sources() if name not in ENGLISH for line in _sentences(tree)]
    assert found == []


def test_exceptions_are_needed() -> None:
    assert set(ENGLISH) <= {name for name, tree in _sources() if list(_sentences(tree))}


def test_placeholders_are_those_that_are_filled_in() -> None:
    for name, tree in _sources():
        for function, call in _calls(tree):
            if function in TRANSLATE and call.args and isinstance(message := call.args[0], ast.Constant):
                fields = {field for _, field, _, _ in Formatter().parse(message.value) if field is not None}
                assert fields == {word.arg for word in call.keywords}, f"{name}:{call.lineno}"


def test_names_the_lines_it_looks_for() -> None:
    source = """
layout.label(text=f"{name}: at work")
layout.label(text=f"{fraction:.0%}")
self.report({"INFO"}, "Removed " + name)
layout.label(text="Done" if done else "{} left".format(left))
raise PhotoError(f"{reason}.")
return f"Written to {path}."
draw_text(context, layout, iface_("{photo}: {reason}", photo=photo, reason=reason))
left = f"{count} waiting"
"""
    tree = ast.parse(source)
    assert sorted(_composed_and_shown(tree)) == [2, 4, 5]
    assert sorted(_sentences(tree)) == [2, 5, 7, 9]
