"""What people who help need to know about a failure, as a text without anything private. Knows nothing of Blender."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOG_LINES = 40

SUFFIXES = "jpe?g|png|webp|tiff?|bmp|gif|heic|heif|avif|exr|hdr|tga|psd|dng|cr2|nef|arw|blend1?"

SCHEME = r"(?<![a-z0-9+.-])(?!file:)[a-z][a-z0-9+.-]{1,20}://"
IN_ADDRESS = r"(?:[^\s\"'<>]|'(?=['.,;:)\]]*[^\s\"'<>.,;:)\]]))"
"""A character of an address; an apostrophe after which only marks of the sentence follow is a quotation mark."""

URL = rf"(?P<url>{SCHEME}{IN_ADDRESS}*)"
"""An address, which is no path; that of a file is one."""

ADDRESS = re.compile(
    rf"(?P<scheme>{SCHEME})(?:{IN_ADDRESS}*@)?(?P<host>[^\s\"'<>/?#]*)"
    rf"{IN_ADDRESS}*?(?=[.,;:)\]]*(?!{IN_ADDRESS}))",
    re.IGNORECASE,
)
"""The same in its parts, without the marks of the sentence that follow it; a name and a password come before an @."""

PICTURE_PATH = re.compile(rf"{URL}|(?:[A-Z]:|~)?[\\/][^\"'\n<>|*?]*?\.(?:{SUFFIXES})\b", re.IGNORECASE)
"""A path with folders; it may hold blanks."""

BLANK = r"(?<=[^\s;:.)'\"]) +(?=[^\s(])"
"""One within a name; after most marks, and before a bracket, a blank is taken for the end of the path."""

FOLDER = rf"(?:(?:[^\s\\/\"<>|]|{BLANK})*[^\s\\/\"<>|:]/[\\/]*|(?:[^\n\\/\"<>|:']|'(?! ))*[^\s\\/\"<>|:']\\[\\/]*)"
"""One folder of a path with what separates it from the next; before a backslash any blank is within the name."""

ROOT = rf"file:[\\/]+|(?<![a-z0-9])[a-z]:[\\/]+|(?<![\w.%)\]\\/])(?:~[\\/]+|(?:/|\\\\)[\\/]*{FOLDER})"
"""How an absolute path begins: of a file's address, of a drive, of the home folder, of POSIX or a server."""

FOLDERS = re.compile(rf"{URL}|(?:{ROOT})(?:{FOLDER})*(?=[^\s\\/\"'<>|])", re.IGNORECASE)
"""All of an absolute path but its last part."""

MIN_NAME = 3
"""Characters; a shorter name, or a number, is left where it stands alone, because it may be any word."""

PICTURE_NAME = re.compile(rf"[^\s\"'\\/<>|*?,;:()]+\.(?:{SUFFIXES})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Private:
    """What must not be told. home: the home folder. user: the login name. names: of photos, people, folders."""

    home: str
    user: str
    names: Sequence[str] = ()


def report_text(
    versions: Mapping[str, str],
    failures: Iterable[tuple[str, Mapping[str, object]]],
    log: Sequence[str],
    private: Private,
    side_log: Sequence[str] = (),
) -> str:
    """The report: versions by program, each error with the settings it came with, and the last lines of the logs.

    log: the engine's. side_log: the second Blender's, if there was one that had something to say.
    """
    lines = ["2K2K Human: report of a failure", ""]
    lines += [f"{name}: {value}" for name, value in versions.items()]
    for error, settings in failures:
        lines += ["", f"Error: {error}"]
        lines += [f"    {name}: {value}" for name, value in settings.items()]
    lines += _section("The log:", log or ["(empty)"])
    if side_log:
        lines += _section("The second Blender's log:", side_log)
    return scrubbed("\n".join(lines) + "\n", private)


def _section(title: str, log: Sequence[str]) -> list[str]:
    return ["", title, *(f"    {line.rstrip()}" for line in log[-LOG_LINES:])]


def scrubbed(text: str, private: Private) -> str:
    """The text without folders of absolute paths, with the home folder, the user and pictures replaced.

    Of addresses the host is left, because passwords and tokens may be in the rest.
    """
    text = ADDRESS.sub(lambda found: found["scheme"] + found["host"], text)
    if len(private.home) > 1:
        text = _replaced(text, private.home, "~")
    text = PICTURE_PATH.sub(lambda found: found["url"] or "<photo>", text)
    text = FOLDERS.sub(lambda found: found["url"] or "", text)
    names = {name for name in private.names if len(name) >= MIN_NAME and not name.isdigit()}
    for name in sorted(names, key=len, reverse=True):
        text = _replaced(text, name, "<photo>")
    text = PICTURE_NAME.sub("<photo>", text)
    return _replaced(text, private.user, "<user>") if private.user else text


def _replaced(text: str, word: str, by: str) -> str:
    r"""Replace a whole word, whatever its case; a path also with doubled or turned separators (\\, /)."""
    pattern = r"[\\/]+".join(re.escape(part) for part in re.split(r"[\\/]+", word))
    return re.sub(rf"(?<![\w]){pattern}(?![\w])", lambda _: by, text, flags=re.IGNORECASE)


def last_lines(path: Path, count: int = LOG_LINES) -> list[str]:
    """The end of a text file; nothing if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, 2) - 400 * count, 0))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
