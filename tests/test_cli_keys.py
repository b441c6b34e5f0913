"""`uic keys`, `uic encode`, `uic inspect`, `uic open` as a person types them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from uic.cli import encode, inspect, keys
from uic.cli import open as opening
from uic.errors import FormatError, InputError, KeyMaterialError, UicError

app = typer.Typer(rich_markup_mode=None)
for verb, module in {"encode": encode, "inspect": inspect, "open": opening}.items():
    app.command(verb)(module.command)
app.add_typer(keys.app, name="keys")


def run(line: str, fails: type[UicError] | None = None, **options: str) -> Any:
    """Run one line; ``fails`` is the error that the command line turns into exit code 1."""
    result = CliRunner().invoke(app, line.split(), **options)
    if fails is None:
        assert result.exit_code == 0, (result.output, result.exception)
    else:
        assert isinstance(result.exception, fails), (result.output, result.exception)
    return result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Path) -> Path:
    """A folder with everybody's pairs, an epoch key and the example's files."""
    monkeypatch.chdir(tmp_path)
    for name in ("coordinator", "matcher", "resolver", "outreach"):
        run(f"keys pair -o {name}")
    run("keys new --project phnom-penh --epoch 2026Q4 -o 2026Q4.key")
    for name in ("outreach.csv", "schema.toml"):
        (tmp_path / name).write_bytes((example / name).read_bytes())
    return tmp_path


ENCODE = (
    "encode outreach.csv --schema schema.toml --matcher matcher.public"
    " --resolver resolver.public --sign outreach.private"
)
OPEN = "open outreach-2026Q4.uicx --signer outreach.public"


def test_an_export_from_the_key_to_the_opened_tables(desk: Path) -> None:
    """Encode, inspect, open both parts: the whole way on one desk."""
    run(f"{ENCODE} --key 2026Q4.key --rejects rejects.csv")
    seen = json.loads(
        run("inspect outreach-2026Q4.uicx --signer outreach.public --format json").stdout
    )
    assert seen["project"] == "phnom-penh"
    assert seen["signer_checked"] is True
    assert seen["bytes"] == (desk / "outreach-2026Q4.uicx").stat().st_size
    shown = run("inspect outreach-2026Q4.uicx").stdout
    assert f"{seen['records']:,}" in shown
    assert "signer not checked" in shown
    run(
        f"{OPEN} --as matcher --key matcher.private --epoch 2026Q4 --project phnom-penh"
        " --schema schema.toml -o m"
    )
    run(f"{OPEN} --as resolver --key resolver.private -o r")
    rows = pq.read_table("m/pass-birth-date.parquet")
    assert 0 < len(rows) <= seen["records"]  # of every block one row leaves
    assert len(set(rows["token_hi"].to_pylist())) == len(rows)
    assert rows.column_names[:3] == ["row_id", "token_hi", "token_lo"]
    assert {path.name for path in (desk / "r").iterdir()} == {
        "row_map.parquet", "chance.parquet", "events.parquet", "records.parquet",
        "own_pairs.parquet", "header.json",
    }  # fmt: skip
    row_map = pq.read_table("r/row_map.parquet")
    assert {"row_id", "record", "usable"} <= set(row_map.column_names)
    ids = row_map.filter(row_map["pass"].to_numpy(zero_copy_only=False) == "birth-date")["row_id"]
    assert set(ids.to_pylist()) >= set(rows["row_id"].to_pylist())  # the others stayed at home
    assert len(pq.read_table("r/events.parquet")) == seen["events"]
    if os.name == "posix":
        assert stat.S_IMODE((desk / "m").stat().st_mode) == 0o700


def test_what_is_refused_leaves_nothing(desk: Path) -> None:
    """Wrong key, wrong signer, wrong epoch, wrong schema, a folder that is taken."""
    run(f"{ENCODE} --key 2026Q4.key")
    before = sorted(path.name for path in desk.iterdir())
    for line in (
        f"{OPEN} --as matcher --key resolver.private -o m",
        f"{OPEN} --as matcher --key matcher.private -o m".replace("outreach.p", "matcher.p"),
        f"{OPEN} --as matcher --key matcher.private --epoch 2027Q1 -o m",
    ):
        run(line, FormatError)
    run(f"{OPEN} --as matcher --key matcher.private -o {desk}", InputError)
    run(f"{OPEN} --as matcher --key matcher.public -o m", KeyMaterialError)
    run(f"{ENCODE} --key outreach.private -o b.uicx", KeyMaterialError)
    data = (desk / "outreach-2026Q4.uicx").read_bytes()
    (desk / "outreach-2026Q4.uicx").write_bytes(data[:-1000])
    run(f"{OPEN} --as matcher --key matcher.private -o m", FormatError)
    run("inspect outreach-2026Q4.uicx", FormatError)
    assert sorted(path.name for path in desk.iterdir()) == before


def test_an_empty_folder_may_be_opened_into(desk: Path) -> None:
    """A person often makes the folder first."""
    run(f"{ENCODE} --key 2026Q4.key")
    (desk / "m").mkdir()
    run(f"{OPEN} --as matcher --key matcher.private -o m")
    assert (desk / "m" / "header.json").exists()


def test_an_epoch_key_travels_sealed_and_signed(desk: Path) -> None:
    """The partner gets the very key; nobody else opens it, and no stranger can send one."""
    run("keys wrap 2026Q4.key --to outreach.public --sign coordinator.private")
    sealed = "2026Q4-for-outreach.uick"
    assert "to partner" in run(f"inspect {sealed}").stdout
    unwrap = f"keys unwrap {sealed} --signer coordinator.public -o got.key --key"
    run(f"{unwrap} matcher.private", FormatError)
    run(f"{unwrap} outreach.private --epoch 2027Q1", FormatError)
    run(f"{unwrap} outreach.private --project another", FormatError)
    run(f"{unwrap.replace('coordinator', 'matcher')} outreach.private", FormatError)
    assert not (desk / "got.key").exists()
    said = run(f"{unwrap} outreach.private --epoch 2026Q4 --project phnom-penh")
    assert f"delete {sealed} now" in said.output
    assert (desk / "got.key").read_bytes() == (desk / "2026Q4.key").read_bytes()
    assert stat.S_IMODE((desk / "got.key").stat().st_mode) == 0o600
    run(f"{unwrap} outreach.private", KeyMaterialError)  # never overwritten
    run(f"{ENCODE} --key 2026Q4.key -o a.uicx")
    run("keys unwrap a.uicx --key outreach.private --signer outreach.public -o b.key", FormatError)
    run(f"open {sealed} --as matcher --key outreach.private --signer coordinator.public -o m",
        FormatError)  # fmt: skip


def test_rotating_makes_a_key_of_its_own(desk: Path) -> None:
    """Another id, the next quarter, and the old file to the byte as it was."""
    before = (desk / "2026Q4.key").read_bytes()
    run("keys rotate 2026Q4.key -o 2027Q1.key")
    assert (desk / "2026Q4.key").read_bytes() == before
    old, new = (run(f"keys show {name}.key").stdout for name in ("2026Q4", "2027Q1"))
    assert "2027Q1" in new
    assert old.split("\n")[1] != new.split("\n")[1]
    run("keys rotate 2026Q4.key -o c.key --epoch 2026Q4", KeyMaterialError)
    run("keys rotate 2026Q4.key -o 2027Q1.key", KeyMaterialError)
    run(f"{ENCODE} --key 2027Q1.key --previous 2026Q4.key")
    run("open outreach-2027Q1.uicx --signer outreach.public --as resolver"
        " --key resolver.private -o r")  # fmt: skip
    assert pq.read_table("r/records.parquet")["previous_hi"].null_count == 0


def test_a_destroyed_key_encodes_and_tests_nothing(desk: Path) -> None:
    """The command asks, removes the file and says what survives."""
    run(f"{ENCODE} --key 2026Q4.key")
    refused = CliRunner().invoke(app, ["keys", "destroy", "2026Q4.key"], input="n\n")
    assert refused.exit_code == 1
    assert (desk / "2026Q4.key").exists()
    secret = (desk / "2026Q4.key").read_bytes()
    os.link(desk / "2026Q4.key", desk / "same-bytes-on-the-disk")
    said = run("keys destroy 2026Q4.key", input="y\n").output
    assert (desk / "same-bytes-on-the-disk").read_bytes()[:16] != secret[:16]
    assert "no longer be tested" in said
    assert "copies survive" in said
    assert not (desk / "2026Q4.key").exists()
    run(f"{ENCODE} --key 2026Q4.key -o b.uicx", KeyMaterialError)
    assert not (desk / "b.uicx").exists()


def test_only_secrets_are_destroyed(desk: Path) -> None:
    """A wrong name does not cost a file; a key that leaked is destroyed all the same."""
    for name in ("schema.toml", "matcher.public", "none.key"):
        run(f"keys destroy {name} --yes", KeyMaterialError)
    assert (desk / "schema.toml").exists()
    (desk / "matcher.private").chmod(0o644)
    assert "no longer be opened" in run("keys destroy matcher.private --yes").output
    assert not (desk / "matcher.private").exists()


def test_show_tells_public_facts_only(desk: Path) -> None:
    """Of every sort of key, and no line of a secret file but its names."""
    for name in ("2026Q4.key", "matcher.private", "matcher.public"):
        shown = run(f"keys show {name}").stdout
        assert "key id" in shown
        for word in (desk / name).read_text().split():
            assert word not in shown or len(word) < 20
    assert (
        run("keys show matcher.private").stdout.split("\n")[1:]
        == run("keys show matcher.public").stdout.split("\n")[1:]
    )
    run("keys show schema.toml", KeyMaterialError)
    run("keys pair -o matcher", KeyMaterialError)
    run("keys new --project a/b --epoch 2026Q4 -o d.key", KeyMaterialError)


def test_no_command_takes_a_key_itself() -> None:
    """What names a key is the path of a file, and no option is read from the environment."""
    named = {"key", "previous", "sign", "signer", "to", "matcher", "resolver"}
    found = set()
    for item in [*app.registered_commands, *keys.app.registered_commands]:
        assert item.callback is not None
        for name, hint in get_type_hints(item.callback, include_extras=True).items():
            if name != "return":
                assert all(extra.envvar is None for extra in get_args(hint)[1:])
            if name in named:
                assert Path in {get_args(hint)[0], *get_args(get_args(hint)[0])}
                found.add(name)
    assert found == named
