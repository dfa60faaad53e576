"""The text of a report: what it tells, and what it must not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twok2k_blender.failure_report import Private, last_lines, report_text, scrubbed

ANNA = Private("/home/anna", "anna", ("holiday in Rome.jpg", "holiday in Rome"))


def test_report_tells_versions_errors_settings_and_the_last_lines_of_the_log() -> None:
    log = [f"line {i}" for i in range(100)]
    text = report_text({"Blender": "4.5.1"}, [("It broke.", {"detail": "low", "height": 1.7})], log, ANNA)
    assert "Blender: 4.5.1\n" in text
    assert "Error: It broke.\n    detail: low\n    height: 1.7\n" in text
    assert "line 99\n" in text
    assert "line 60\n" in text
    assert "line 59\n" not in text


def test_report_without_a_log_says_so() -> None:
    assert "(empty)" in report_text({}, [], [], ANNA)


def test_report_has_the_second_blenders_log_if_there_is_one() -> None:
    side = [f"{ANNA.home}/line {i}" for i in range(100)]
    assert "second Blender" not in report_text({}, [], ["engine"], ANNA)
    text = report_text({}, [], ["engine"], ANNA, side)
    assert "The log:\n    engine\n\nThe second Blender's log:\n    line 60\n" in text
    assert text.endswith("    line 99\n")


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ('File "/home/anna/.config/engine/pipeline.py", line 3', 'File "pipeline.py", line 3'),
        ("/home/annabel/x and /home/anna", "x and ~"),
        ("user anna is not allowed", "user <user> is not allowed"),
        ("annals and Anna's", "annals and <user>'s"),
        ("The photo /mnt/Anna Smith/me at home.JPG does not exist.", "The photo <photo> does not exist."),
        ("cannot read 'selfie.png': truncated", "cannot read '<photo>': truncated"),
        ("holiday in Rome: nobody is there", "<photo>: nobody is there"),
        ("Holiday In Rome.jpg", "<photo>"),
        (r"C:\Users\bert\Pictures\b.webp is damaged", "<photo> is damaged"),
        ("mask 3.5 of 4.2.1, torch 2.9", "mask 3.5 of 4.2.1, torch 2.9"),
    ],
)
def test_private_words_are_replaced_and_others_kept(private: str, public: str) -> None:
    assert scrubbed(private, ANNA) == public


def test_windows_paths_in_any_spelling() -> None:
    private = Private(r"C:\Users\Bert", "Bert")
    text = r'File "C:\Users\Bert\a.py" and "c:\\users\\bert\\a.py" and C:/Users/Bert/a.py'
    assert scrubbed(text, private) == 'File "a.py" and "a.py" and a.py'


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ("Engine's Python: /mnt/clients/ACME/.venv/bin/python", "Engine's Python: python"),
        (r"D:\Clients\ACME Corp\big.pth cannot be read; get it", "big.pth cannot be read; get it"),
        (r"'D:\\ACME\\a.pth' and 'D:/ACME/b.pth' and C:\c.pth", "'a.pth' and 'b.pth' and c.pth"),
        (r"C:\Program Files (x86)\Bert's. Co\w.pth is bad", "w.pth is bad"),
        (
            r"\\server\ACME\a.pth, \\?\D:\ACME\b.pth, '\\\\server\\c.pth', //server/d.pth",
            "a.pth, b.pth, 'c.pth', d.pth",
        ),
        ("file:///mnt/ACME/a.pth file:///C:/ACME/b.pth", "a.pth b.pth"),
        ("(log: /mnt/ACME/logs/engine-12.log).", "(log: engine-12.log)."),
        ("/mnt/Smith, Eve/My Files/x.pth cannot be deleted (in use/busy)", "x.pth cannot be deleted (in use/busy)"),
        ("copy '/mnt/ACME/a' to /mnt/ACME/b; path=/opt/ACME/c:/opt/ACME/d", "copy 'a' to b; path=d"),
        ("~/ACME/a and /mnt/ACME/", "a and ACME/"),
        ('  File "/opt/ACME/lib/python3.11/json/decoder.py", line 3', '  File "decoder.py", line 3'),
    ],
)
def test_absolute_paths_are_cut_down_to_their_last_part(private: str, public: str) -> None:
    assert scrubbed(private, ANNA) == public


@pytest.mark.parametrize(
    "text",
    [
        "see https://host:80 and http://host.",
        "torch 2.9.0/2.10+cu130, Blender 4.2/4.5, 3/4 of 1920/1080, 4.5 it/s, 10%/20%/30%",
        "CPU/GPU and/or n/a; </a></b> torch / cuda",
        "tests/weights/a.pth ./a/b ../c/d",
        r"'one\ntwo\nthree' 4\5",
    ],
)
def test_addresses_versions_and_relative_paths_stay(text: str) -> None:
    assert scrubbed(text, ANNA) == text


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ("see https://host:80/a/b/c.html?next=/a/b/c and http://host/d", "see https://host:80 and http://host"),
        ("https://bob:secret@host:80/x cannot be reached", "https://host:80 cannot be reached"),
        ("'https://host/net.pth?token=abc&user=bob'; compare", "'https://host'; compare"),
        ("(ftp://bob@host/#secret), then HTTPS://HOST?key=1.", "(ftp://host), then HTTPS://HOST."),
        ("https://bob:a/b@c@host/d\nnext", "https://host\nnext"),
        ("'https://host/?token=a'.b''c'.', 'x'", "'https://host'.', 'x'"),
    ],
)
def test_of_addresses_the_host_alone_is_told(private: str, public: str) -> None:
    assert scrubbed(private, ANNA) == public


SECRETS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.~%!$&()*+,;=:/?#@'", min_size=1, max_size=20)


@given(user=SECRETS, password=SECRETS, path=st.text("abcxyz/.?&=;,)", max_size=20), token=SECRETS)
def test_no_secret_of_an_address_survives(user: str, password: str, path: str, token: str) -> None:
    text = f"before https://a{user}b:a{password}b@host.invalid/{path}?key=a{token.replace('@', '')}b after"
    assert scrubbed(text, Private("", "")) == "before https://host.invalid after"


def test_root_as_home_and_no_user_leave_the_text_alone() -> None:
    assert scrubbed("torch / cuda", Private("/", "")) == "torch / cuda"


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäß", min_size=4, max_size=12)
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@given(user=WORDS, folder=WORDS, name=PHRASES, around=st.text(max_size=30))
def test_no_name_survives(user: str, folder: str, name: str, around: str) -> None:
    photo = f"/home/{user}/{folder}/{name}.jpeg"
    private = Private(f"/home/{user}", user, (f"{name}.jpeg", name))
    text = scrubbed(f"{around}\ncannot read {photo}, {name}.jpeg or {name}; /home/{user}/log\n{around}", private)
    told = text.removeprefix(around).removesuffix(around)
    assert f"/{folder}/" not in told
    assert f" {name};" not in told
    assert f"{name}.jpeg" not in told
    assert f"/{user}/" not in told


ROOTS = st.sampled_from(
    [("/", "/"), ("D:\\", "\\"), ("d:/", "/"), ("D:\\\\", "\\\\"), (r"\\server" "\\", "\\"), ("~/", "/")]
)
FRAMES = st.sampled_from(
    ["{}", "'{}'", '"{}"', "({})", "see {}, which", "log: {};", "path={}", "first {}\nand {}", "{}: no"]
)


@given(root=ROOTS, folders=st.lists(PHRASES, min_size=1, max_size=4), last=WORDS, frame=FRAMES)
def test_no_folder_survives(root: tuple[str, str], folders: list[str], last: str, frame: str) -> None:
    begin, separator = root
    path = begin + separator.join([*folders, f"{last}.pth"])
    assert scrubbed(frame.format(path, path), Private("", "")) == frame.format(*2 * (f"{last}.pth",))


@given(prose=st.text("abcxyz ,.;:()'\"0123456789+-=%\n", max_size=60))
def test_text_without_separators_stays(prose: str) -> None:
    assert scrubbed(prose, Private("", "")) == prose
    told = scrubbed(f"{prose}\n/mnt/ACME/engine.log\n{prose}", Private("", ""))
    assert told == f"{prose}\nengine.log\n{prose}"


def test_last_lines_of_a_long_log_and_of_none(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_text("\n".join(f"line {i} \N{SNOWMAN}" for i in range(10_000)), encoding="utf-8")
    assert last_lines(log, 3) == [f"line {i} \N{SNOWMAN}" for i in (9997, 9998, 9999)]
    assert last_lines(tmp_path / "none.log") == []
