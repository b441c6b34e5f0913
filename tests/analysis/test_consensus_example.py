"""The worked example: what its page says is what the commands print."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from uic.analysis.consensus import consensus, load_record
from uic.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "consensus-cambodia"
PAGE = (EXAMPLE / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example in which its commands run."""
    here = tmp_path / "example"
    shutil.copytree(EXAMPLE, here)
    monkeypatch.chdir(here)
    return here


def run(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Run a command line as a user would; return its exit code and all that it printed."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as end:
        main()
    printed = capsys.readouterr()
    return int(end.value.code or 0), printed.out + printed.err


def _matches(printed: str, written: str) -> bool:
    """Compare line by line; ``...`` stands for anything, within a line or over lines."""
    pattern = re.escape(written.rstrip("\n")).replace(r"\.\.\.", ".*")
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def test_every_command_of_the_page_prints_what_it_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands are run in order, in one folder, and their output is compared."""
    assert len(CONSOLE) == 4
    codes = []
    for line, written in CONSOLE:
        code, printed = run(line, monkeypatch, capsys)
        codes.append(code)
        assert _matches(printed, written), f"{line} printed:\n{printed}"
    assert codes == [1, 0, 0, 0]
    assert {path.name for path in (folder / "meeting").iterdir()} == {
        "consensus.json",
        "consensus.csv",
        "unaids.csv",
        "consensus.html",
        "decisions.jsonl",
    }


@pytest.mark.usefixtures("folder")
def test_the_python_of_the_page_prints_what_it_says() -> None:
    """The what-if block runs as it stands and prints the text under it."""
    ((code, written),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own example
    assert printed.getvalue() == written


def test_the_published_number_is_a_product() -> None:
    """1,300 is 10% of 13,000, as the page says, and it carries most of the weight."""
    found = consensus(load_record(EXAMPLE / "record.toml"))
    first = found.studies[0]
    assert first.number == pytest.approx(0.10 * 13000)
    assert (first.low, first.high) == pytest.approx((0.073 * 13000, 0.10 * 28000))
    assert dict(found.shares)[first.label] > 0.5
    assert found.headline.low < 1300 < found.headline.high


def test_only_people_who_inject_are_pooled() -> None:
    """Every pooled entry of the record counts the same people in the same place."""
    record = load_record(EXAMPLE / "record.toml")
    found = consensus(record)
    pooled = {study.label for study in found.pooled}
    kinds = {(e.population, e.place) for e in record.estimates if e.label in pooled}
    assert kinds == {("pwid", "Cambodia")}


@pytest.mark.parametrize("form", ["json", "csv", "table"])
@pytest.mark.usefixtures("folder")
def test_nothing_but_data_goes_to_standard_output(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Messages go to standard error, so that the output can be piped."""
    monkeypatch.setattr(
        sys, "argv", ["uic", "consensus", "record.toml", "--format", form, "-o", "m"]
    )
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr()
    assert "decisions" not in printed.out.partition("record")[0]
    assert "new decisions in decisions.jsonl: 17" in printed.err


@pytest.mark.usefixtures("folder")
def test_running_from_the_log_gives_the_same_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The meeting re-run from its log alone writes the same bytes."""
    assert run("uic consensus record.toml --out one", monkeypatch, capsys)[0] == 0
    assert run("uic consensus one/decisions.jsonl --out two", monkeypatch, capsys)[0] == 0
    for name in ("consensus.csv", "unaids.csv", "consensus.json", "consensus.html"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes(), name
    assert not Path("two", "decisions.jsonl").exists()


@pytest.mark.usefixtures("folder")
def test_a_log_elsewhere_and_a_point_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--log names the log, --at a point in it, and --at without a log is wrong usage."""
    assert run("uic consensus record.toml --log logs/here.jsonl", monkeypatch, capsys)[0] == 0
    assert run("uic consensus logs/here.jsonl --at 17", monkeypatch, capsys)[0] == 0
    assert run("uic consensus logs/here.jsonl --at 99", monkeypatch, capsys)[0] == 1
    assert run("uic consensus record.toml --at 1", monkeypatch, capsys)[0] == 2


def test_a_refused_record_is_not_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be pooled leaves no folder, no file and no decision."""
    code, printed = run("uic consensus everything.csv --out meeting", monkeypatch, capsys)
    assert code == 1
    assert "differ in population" in printed
    assert not (folder / "meeting").exists()


def test_the_record_in_the_documentation_is_one(tmp_path: Path) -> None:
    """The record that docs/consensus.md shows is read and pooled, coverage included."""
    page = (EXAMPLE.parents[1] / "docs" / "consensus.md").read_text(encoding="utf-8")
    record = re.findall(r"```toml\n(format.*?)```", page, re.DOTALL)[0]
    (tmp_path / "record.toml").write_text(record, encoding="utf-8")
    found = consensus(load_record(tmp_path / "record.toml"))
    assert found.coverage is not None
    assert [study.how for study in found.pooled] == ["from n1, n2 and m", "from C, P and deff 2"]
    assert found.posterior.below(1085) == 0
