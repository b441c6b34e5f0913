"""The main job on real files, as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import uic

FILES = ("outreach.csv", "dic.xlsx", "referrals.csv")
TABLES = ("counts.csv", "histories.csv", "pairs.parquet", "persons.parquet", "rejects.csv")
OUTPUTS = {*TABLES, "candidates.parquet", "report.html", "run.json"}


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "uic.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


def read_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def results(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the example, made once by the command."""
    folder = tmp_path_factory.mktemp("run")
    inputs = [example / name for name in FILES]
    done = run(
        "dedupe",
        *inputs,
        "--schema",
        example / "schema.toml",
        "--out",
        folder / "results",
        "--key",
        folder / "epoch.key",
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_example_gives_all_files(results: Path) -> None:
    """Seven files and nothing else, and a key only its owner can read."""
    assert {path.name for path in (results / "results").iterdir()} == OUTPUTS
    if os.name == "posix":
        assert (results / "epoch.key").stat().st_mode & 0o077 == 0


def test_the_example_counts_people(results: Path, example: Path) -> None:
    """Contacts are exact, and people are close to the truth the generator kept."""
    rows = read_rows(results / "results" / "counts.csv")
    whole = {row["partner"]: row for row in rows if row["period"] == row["channel"] == "all"}
    assert int(whole["outreach"]["contacts"]) == 18_737
    assert int(whole["dic"]["contacts"]) == 7_736
    assert abs(int(whole["outreach"]["individuals"]) - 353) <= 10
    assert abs(int(whole["dic"]["individuals"]) - 226) <= 10
    quality = uic.evaluate(results / "results" / "persons.parquet", example / "truth" / "truth.csv")
    assert quality.without_truth == quality.without_person == 0
    assert quality.f1 > 0.9


def test_the_histories_hold_every_person_once(results: Path) -> None:
    """The capture histories add up to the number of persons."""
    rows = read_rows(results / "results" / "histories.csv")
    persons = pq.read_table(results / "results" / "persons.parquet")["person_id"].unique()
    assert sum(int(row["count"]) for row in rows) == len(persons)
    assert set(rows[0]) == {"dic", "outreach", "referrals", "count"}


def test_the_manifest_says_what_was_done(results: Path) -> None:
    """Versions, fingerprint, digests, counts and seconds."""
    manifest = json.loads((results / "results" / "run.json").read_text())
    assert [item["file"] for item in manifest["inputs"]] == list(FILES)
    assert all(len(item["sha256"]) == 64 for item in manifest["inputs"])
    assert manifest["records"] >= manifest["persons"] > 0
    assert set(manifest["seconds"]) >= {"reading", "encoding", "matching", "resolving", "counting"}


def test_a_second_run_gives_the_same_bytes(results: Path, example: Path, tmp_path: Path) -> None:
    """The same inputs, key and seed give byte-identical tables."""
    inputs = [example / name for name in FILES]
    done = run(
        "dedupe",
        *inputs,
        "--schema",
        example / "schema.toml",
        "--out",
        tmp_path,
        "--key",
        results / "epoch.key",
    )
    assert done.returncode == 0, done.stderr
    for name in TABLES:
        assert (tmp_path / name).read_bytes() == (results / "results" / name).read_bytes(), name


def test_strict_turns_row_problems_into_an_exit_code(
    results: Path, example: Path, tmp_path: Path
) -> None:
    """The files are written all the same; only the exit code says that something was rejected."""
    inputs = [example / name for name in FILES]
    done = run(
        "dedupe",
        *inputs,
        "--schema",
        example / "schema.toml",
        "--out",
        tmp_path,
        "--key",
        results / "epoch.key",
        "--strict",
    )
    assert done.returncode == 1
    assert "rejects.csv" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == OUTPUTS


PEOPLE = [
    {
        "record_id": "1",
        "family_name": "Sok",
        "given_name": "Dara",
        "birth_date": "1990-05-17",
        "sex": "M",
    },
    {
        "record_id": "2",
        "family_name": "Chan",
        "given_name": "Sophea",
        "birth_date": "1985-11-03",
        "sex": "F",
    },
    {
        "record_id": "3",
        "family_name": "Heng",
        "given_name": "Vuthy",
        "birth_date": "1979-02-28",
        "sex": "M",
    },
]


def test_tables_of_any_library_give_the_same_people(key: uic.crypto.keys.EpochKey) -> None:
    """Tables of pandas, polars and Arrow are read alike, without a schema."""
    results = [
        uic.dedupe({"a": frame(PEOPLE), "b": frame(PEOPLE[1:])}, key=key)
        for frame in (pd.DataFrame, pl.DataFrame, lambda rows: pl.DataFrame(rows).to_arrow())
    ]
    persons = [result.persons.to_pylist() for result in results]
    assert persons[0] == persons[1] == persons[2]
    assert len({row["person_id"] for row in persons[0]}) == 3
    assert results[0].run["persons"] == 3


def write_people(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    return path


def test_the_default_schema_reads_columns_named_as_attributes(tmp_path: Path) -> None:
    """Without a schema the partner is the file's name."""
    first = write_people(tmp_path / "alpha.csv", PEOPLE)
    second = write_people(tmp_path / "beta.csv", PEOPLE[:2])
    done = run("dedupe", first, second, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    persons = pq.read_table(tmp_path / "out" / "persons.parquet").to_pylist()
    assert {row["partner"] for row in persons} == {"alpha", "beta"}
    assert (tmp_path / "uic-epoch.key").exists()


def test_every_file_problem_is_reported_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    """One report names all bad files; the exit code is 1; no result has its final name."""
    good = write_people(tmp_path / "good.csv", PEOPLE)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("record_id,family_name\n")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" + bytes(40))
    bad = [tmp_path / name for name in ("empty.csv", "header.csv", "cut.parquet", "missing.csv")]
    done = run("dedupe", good, *bad, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 1
    for path in bad:
        assert path.name in done.stderr
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in done.stderr


def test_a_wrong_column_in_the_schema_suggests_the_nearest(tmp_path: Path) -> None:
    """A misspelt header names the one that was probably meant."""
    write_people(tmp_path / "alpha.csv", PEOPLE)
    (tmp_path / "s.toml").write_text(
        '[partners.alpha]\nfiles = ["alpha.csv"]\ncolumns = {family_name = "familly_name"}\n'
    )
    done = run("dedupe", "alpha.csv", "--schema", "s.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "family_name" in done.stderr.replace("familly_name", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1\n", "unknown key"),
        ("[linking]\nthreshold = 2\n", "linking.threshold"),
        (
            '[[passes]]\nname = "p"\nparts = [{attribute = "birth_date", take = "sound"}]\n',
            "does not fit",
        ),
        ("not toml", "not TOML"),
    ],
)
def test_a_bad_schema_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """Each rule a schema breaks is named with the key it stands at."""
    write_people(tmp_path / "alpha.csv", PEOPLE)
    (tmp_path / "s.toml").write_text(text)
    done = run("dedupe", "alpha.csv", "--schema", "s.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert told in done.stderr


def test_usage_errors_have_their_own_exit_code(tmp_path: Path) -> None:
    """An unknown option or value is exit code 2."""
    assert run("dedupe", cwd=tmp_path).returncode == 2
    assert run("dedupe", "a.csv", "--period", "week", cwd=tmp_path).returncode == 2
    assert run("dedupe", "a.csv", "--nonsense", cwd=tmp_path).returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="file modes and limits are POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The message says what to do and shows nothing of the key."""
    write_people(tmp_path / "alpha.csv", PEOPLE)
    assert run("dedupe", "alpha.csv", cwd=tmp_path).returncode == 0
    key = tmp_path / "uic-epoch.key"
    key.chmod(0o644)
    done = run("dedupe", "alpha.csv", "--out", "other", cwd=tmp_path)
    assert done.returncode == 1
    assert "chmod 600" in done.stderr
    assert key.read_text().split("\n")[3] not in done.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes and limits are POSIX")
def test_a_full_disk_leaves_the_last_results_alone(tmp_path: Path) -> None:
    """When a file cannot be written, the results of the run before stay whole."""
    import resource

    write_people(tmp_path / "alpha.csv", PEOPLE)
    assert run("dedupe", "alpha.csv", cwd=tmp_path).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    done = run(
        "dedupe",
        "alpha.csv",
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_killed_run_can_be_started_again(tmp_path: Path, example: Path) -> None:
    """A killed run leaves no half file under a final name, and the next one works."""
    command = [
        sys.executable,
        "-m",
        "uic.cli",
        "dedupe",
        *(str(example / n) for n in FILES),
        "--schema",
        str(example / "schema.toml"),
        "--out",
        "out",
    ]
    for wait in (0.5, 1.5, 3.0):
        started = subprocess.Popen(
            command, cwd=tmp_path, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(wait)
        started.send_signal(signal.SIGKILL)
        started.wait()
        finals = {path.name for path in (tmp_path / "out").glob("[!.]*")}
        assert finals in (set(), OUTPUTS)
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert {path.name for path in (tmp_path / "out").glob("[!.]*")} == OUTPUTS


def test_the_demo_writes_a_report(tmp_path: Path) -> None:
    """`uic demo` runs the example and compares it with the truth."""
    done = run("demo", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "F1" in done.stdout
    assert (tmp_path / "report.html").stat().st_size > 5000


def test_five_parties_beat_exact_tokens(shared: Path, tmp_path: Path) -> None:
    """Five NGOs with bad spelling: far better than equality of all attributes (F1 .002)."""
    columns = {
        "given_name": "givenname",
        "family_name": "surname",
        "birth_date": "dob",
        "sex": "gender",
        "place": "city",
        "phone": "phone number",
        "income": "income",
    }
    lines = "\n".join(f'{name} = "{header}"' for name, header in columns.items())
    schema = '[attributes]\nincome = "identifier"\n' + "\n".join(
        f'[partners.p{n}]\nfiles = ["party-{n}.csv"]\ndate_order = "DMY"\nvouched = true\n'
        f"[partners.p{n}.columns]\n{lines}\n"
        for n in range(1, 6)
    )
    (tmp_path / "s.toml").write_text(schema)
    for n in range(1, 6):
        shutil.copy(shared / f"party-{n}.csv", tmp_path)
    files = [f"party-{n}.csv" for n in range(1, 6)]
    done = run("dedupe", *files, "--schema", "s.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    truth = [
        {"partner": f"p{n}", "record_id": f"row-{row}", "entity": line["id"]}
        for n in range(1, 6)
        for row, line in enumerate(read_rows(tmp_path / f"party-{n}.csv"), start=2)
    ]
    write_people(tmp_path / "truth.csv", truth)
    quality = uic.evaluate(tmp_path / "results" / "persons.parquet", tmp_path / "truth.csv")
    assert quality.f1 > 0.95


def test_a_precision_is_reached_by_a_threshold_of_its_own(example: Path, tmp_path: Path) -> None:
    """`--precision` moves the threshold, run.json says what it brings; two wishes are refused."""
    schema = example / "schema.toml"
    files = [example / name for name in FILES]
    plain = uic.dedupe(files, schema=schema, key=tmp_path / "key")
    sure = uic.dedupe(files, schema=schema, key=tmp_path / "key", precision=0.9995)
    assert sure.run["threshold"] > plain.run["threshold"] == 0.5
    assert sure.run["expected_precision"] >= 0.9995
    assert sure.run["expected_at"] == plain.run["expected_at"]
    assert sum(plain.run["pairs"].values()) == plain.run["candidate_pairs"]
    with pytest.raises(uic.InputError, match="recall and threshold exclude each other"):
        uic.dedupe(files, schema=schema, key=tmp_path / "key", recall=0.9, threshold=0.5)
