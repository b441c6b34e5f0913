"""Every command of docs/review.md runs, in the order in which it stands there."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from page_helpers import program, run

pytest.importorskip("rapidfuzz", reason="the extra 'local' (rapidfuzz) is not installed")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "review.md"
STEP = re.compile(r"<!-- (run|unit|fill [a-z.]+) -->(?:\n```\n(.*?)```)?", re.DOTALL)
VERBS = ("answer", "decide", "dedupe", "encode", "explain", "keys", "link", "receive", "send")
UNIT = """
uic keys pair -o matcher
uic keys pair -o resolver
uic keys pair -o outreach
uic keys pair -o dic
mkdir partners
cp outreach.public dic.public partners/
uic keys new --project phnom-penh --epoch 2014Q3 -o 2014Q3.key
uic encode outreach.csv --schema schema.toml --key 2014Q3.key --matcher matcher.public \
 --resolver resolver.public --sign outreach.private -o outreach.uicx
uic encode dic.xlsx --schema schema.toml --key 2014Q3.key --matcher matcher.public \
 --resolver resolver.public --sign dic.private -o dic.uicx
uic link outreach.uicx dic.uicx --schema schema.toml --register r.duckdb --round 2014Q3 -o round/
"""
"""What docs/rounds.md does before a round is there to send from."""


def fill(name: str) -> None:
    """Answer as a person does in a spreadsheet: the first pair no, the second unknown."""
    book = openpyxl.load_workbook(name)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    place = header.index("same_person") + 1
    for row, said in zip(range(2, sheet.max_row + 1), ("no", "unknown"), strict=False):
        sheet.cell(row, place).value = said
    book.save(name)


def test_every_command_of_the_page_runs(
    tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is followed from the first list to the last answer."""
    for name in ("outreach.csv", "dic.xlsx", "referrals.csv", "schema.toml"):
        shutil.copy(example / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    app, said = program(VERBS), []
    for step, block in STEP.findall(PAGE.read_text(encoding="utf-8")):
        if step == "unit":
            for line in UNIT.strip().splitlines():
                run(line, app)
        elif step.startswith("fill"):
            fill(step.split(" ")[1])
        else:
            said += [(line, run(line, app)) for line in block.strip().splitlines()]
    told = dict(said)
    why, answered, decided = (
        next(text for line, text in said if line.startswith(f"uic {verb}"))
        for verb in ("explain", "answer", "decide")
    )
    for words in ("before comparing: of ", "family name: ", "sum ", "Probability of one person: "):
        assert words in why
    assert re.search(r"[12] answers", answered)
    # Nearly all questions are about pairs with another partner, who has not answered yet.
    assert re.search(r"[01] pairs decided", decided)
    rows = list(csv.DictReader(Path("ids.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 374
    assert all(row["person_id"].startswith("P") for row in rows)
    assert len(told) == 10


def test_the_page_names_the_words_that_are_understood() -> None:
    """The table of answers is the one that the reader knows."""
    from uic.partner.answers import WORDS

    text = PAGE.read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| (yes|no|unknown) \|", text, re.MULTILINE)) == WORDS
