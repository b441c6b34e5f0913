# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write the vectors of spec/exchange.md and spec/keys.md: one scenario a file, and its layer.

Run: ``python spec/vectors/exchange/generate.py [folder]``. Sealing draws random numbers, so the
bytes differ in every run; the files that are committed are the vectors, and what this program
writes anew must hold just as well. The keys in ``keys/`` are for these vectors and secret to
nobody: never use them. Licence of the vectors: 0BSD.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pyarrow as pa

from uic.crypto.keys import EpochKey, key_text
from uic.crypto.pairs import PrivateKey, new_pair, parse_private, private_text, public_text
from uic.crypto.sign import sign
from uic.envelope.exports import write_export
from uic.envelope.frames import MAGIC, frame, read_frame, read_magic
from uic.envelope.headers import canonical
from uic.envelope.opening import open_compartment, read_envelope
from uic.envelope.tables import chunks_of
from uic.envelope.withdrawals import EXPORTS, ROWS
from uic.envelope.writing import PURPOSE, signed_message, write_envelope
from uic.exchange import (
    CHANCE,
    FREQUENCIES,
    PAIRS,
    RECORDS,
    ROW_MAP,
    SENT_EVENTS,
    Export,
    Header,
    MatcherPart,
    ResolverPart,
)
from uic.returning import ANSWERS, LEVELS, PERSON_IDS, QUESTIONS

HERE = Path(__file__).parent
ROOT = bytes(range(32))
KEY = EpochKey("project", "2026Q4", ROOT)
Frames = list[tuple[bytes, bytes]]


def main(folder: Path) -> None:
    """Write every vector and remove what this program does not write any more."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors = Vectors(folder, keys_of(folder / "keys"))
    for make in (keys, wrapped, headers, frames, signatures, chunks, exports, matched, papers,
                 withdrawals):  # fmt: skip
        make(vectors)
    for path in folder.glob("*.txt"):
        if path.stem not in vectors.names:
            path.unlink()


def keys_of(folder: Path) -> dict[str, PrivateKey]:
    """Read the test keys; make them where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in ("coordinator", "partner", "quantum", "matcher", "resolver", "stranger"):
        known = HERE / "keys" / f"{name}.private"
        made = (
            parse_private(known.read_text("ascii"))
            if known.exists()
            else new_pair(name, post_quantum=name == "quantum")
        )
        for kind, text in (("private", private_text(made)), ("public", public_text(made.public))):
            (folder / f"{name}.{kind}").write_text(text, encoding="ascii", newline="\n")
        found[name] = made
    return found


class Vectors:
    """Writes one file a scenario: lines ``name: value``, an empty line, base64."""

    def __init__(self, folder: Path, pairs: dict[str, PrivateKey]) -> None:
        self.folder, self.pairs, self.names = folder, pairs, set[str]()

    def add(self, name: str, comment: str, data: bytes, expect: str, **lines: str) -> None:
        """Write one vector."""
        if name in self.names:
            raise ValueError(f"two vectors are called {name}")
        self.names.add(name)
        encoded = base64.encodebytes(data).decode("ascii")
        head = {"comment": comment, "expect": expect} | {
            key.replace("_", "-"): value for key, value in lines.items()
        }
        text = "".join(f"{key}: {value}\n" for key, value in head.items())
        path = self.folder / f"{name}.txt"
        path.write_text(f"{text}\n{encoded}", encoding="ascii", newline="\n")

    def envelope(self, name: str, comment: str, data: bytes, expect: str, **lines: str) -> None:
        """Write a vector of a sealed file; the reader's side has defaults that fit."""
        given = {
            "kind": "envelope",
            "role": "partner",
            "key": "partner",
            "signer": "coordinator",
            "project": "project",
            "epoch": "2026Q4",
        }
        self.add(name, comment, data, expect, **given | lines)

    def wrap(
        self, to: str = "partner", epoch: str = "2026Q4", parts: int = 1, key_id: str = ""
    ) -> Frames:
        """Return the frames of a wrapped key, its text cut into so many chunks."""
        text = key_text(EpochKey("project", epoch, ROOT)).encode()
        cut = -(-len(text) // parts)
        fields = {
            "epoch": epoch,
            "format": "uic-wrapped-key/1",
            "key_id": key_id or EpochKey("project", epoch, ROOT).key_id,
            "project": "project",
        }
        pieces = [text[at : at + cut] for at in range(0, len(text), cut)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            recipient = self.pairs[to].public
            write_envelope(
                path, fields, {"partner": (recipient, pieces)}, self.pairs["coordinator"]
            )
            return split(path)


def split(path: Path) -> Frames:
    """Return letter and body of every frame of a file."""
    with path.open("rb") as file:
        read_magic(file)
        found: Frames = []
        while not found or found[-1][0] != b"S":
            found.append(read_frame(file, b"HKCLS"))
    return found


def joined(parts: Frames, signer: PrivateKey | None = None) -> bytes:
    """Return the bytes of a file, with the old signature or, given a signer, a fitting new one."""
    if signer is not None:
        parts = [*parts[:-1], (b"S", signed(parts, signer))]
    return MAGIC + b"".join(frame(*part) for part in parts)


def signed(parts: Frames, signer: PrivateKey) -> bytes:
    """Return the body of the signature frame."""
    compartments: list[bytes] = []
    for letter, body in parts[1:-1]:
        if letter == b"K":
            compartments.append(b"")
        compartments[-1] += frame(letter, body)
    digests = [hashlib.sha256(part).digest() for part in compartments]
    return b"".join(digests) + sign(signer, PURPOSE, signed_message(frame(*parts[0]), digests))


def flipped(data: bytes, at: int) -> bytes:
    """Return the bytes with the lowest bit of one of them changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def sha256(data: bytes) -> str:
    """Return the digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keys(vectors: Vectors) -> None:
    """Texts of keys, their ids, and sub-keys."""
    text = key_text(KEY).encode()
    encoded = base64.b64encode(ROOT)
    loose = encoded[:-2] + bytes([encoded[-2] + 1]) + b"="  # same bytes, other unused bits
    vectors.add(
        "epoch-key",
        "an epoch key, its id, one sub-key and the handle of record id 'A-1' of partner 'dic'",
        text,
        "success",
        kind="epoch-key",
        key_id=KEY.key_id,
        sub_key_block_birth_date=KEY.sub_key("block", "birth-date").hex(),
        handle_dic=handle("dic", "A-1").hex(),
    )
    for name, comment, wrong in (
        ("version", "a key file of another version", text.replace(b"/1", b"/2", 1)),
        ("line-ends", "line ends of another system", text.replace(b"\n", b"\r\n")),
        ("base64", "the same root in another spelling of base64", text.replace(encoded, loose)),
        ("short", "a root of 31 bytes", text.replace(encoded, base64.b64encode(ROOT[:31]))),
        ("trailing", "something follows the last line", text + b"\n"),
        ("cut", "the last line end is missing", text[:-1]),
    ):
        vectors.add(f"epoch-key-{name}", comment, wrong, "key", kind="epoch-key")
    for name in ("partner", "quantum"):
        pair = vectors.pairs[name]
        public = public_text(pair.public).encode()
        vectors.add(
            f"public-key-{pair.suite}",
            f"a public key of suite {pair.suite} and its id",
            public,
            "success",
            kind="public-key",
            key_id=pair.public.key_id,
        )
    partner = public_text(vectors.pairs["partner"].public).encode()
    wrong = partner.replace(b"x25519 ", b"x25519-mlkem768 ", 1)
    vectors.add("public-key-suite", "a key under the wrong suite", wrong, "key", kind="public-key")
    half = private_text(vectors.pairs["partner"]).encode()
    vectors.add("public-key-private", "the private half", half, "key", kind="public-key")


def handle(partner: str, record_id: str) -> bytes:
    """Return a record's handle, written out: HMAC-SHA256, the first 128 bits."""
    import hmac

    return hmac.digest(KEY.sub_key("handle", partner), record_id.encode(), hashlib.sha256)[:16]


def wrapped(vectors: Vectors) -> None:
    """Wrapped keys that open, and what is not for this reader."""
    plain = sha256(key_text(KEY).encode())
    good = joined(vectors.wrap())
    vectors.envelope(
        "wrapped-key", "an epoch key sealed to a partner", good, "success", plain=plain
    )
    vectors.envelope(
        "wrapped-key-three-chunks", "a plain text in three chunks; the reader of a wrapped key"
        " takes one only", joined(vectors.wrap(parts=3)), "content",
    )  # fmt: skip
    vectors.envelope(
        "wrapped-key-post-quantum", "the same, sealed with X25519 and ML-KEM-768",
        joined(vectors.wrap("quantum")), "success", key="quantum", plain=plain,
    )  # fmt: skip
    vectors.envelope(
        "wrapped-key-other",
        "the key inside is not the one the header names",
        joined(vectors.wrap(key_id="0" * 16)),
        "content",
    )
    for name, comment, lines in (
        (
            "replay-epoch",
            "a file of this epoch where the next one's is expected",
            {"epoch": "2027Q1"},
        ),
        ("replay-project", "a file of another project", {"project": "another"}),
        ("recipient-other", "somebody else's key", {"key": "stranger"}),
        ("recipient-role", "a part that the file does not have", {"role": "matcher"}),
    ):
        vectors.envelope(name, comment, good, name.split("-")[0], **lines)


def headers(vectors: Vectors) -> None:
    """Headers that are signed and sealed as they must be, and yet not canonical."""
    parts = vectors.wrap()
    raw = parts[0][1]
    fields = json.loads(raw)
    by = vectors.pairs["coordinator"]
    changed = {
        "duplicate": ("a field twice", raw.replace(b'"epoch"', b'"epoch":"2026Q4","epoch"', 1)),
        "unsorted": ("fields not sorted", b'{"project":"project",' + raw[1:].replace(
            b'"project":"project",', b"", 1)),
        "space": ("white space", raw.replace(b":", b": ", 1)),
        "escape": ("a letter written as an escape", raw.replace(b"2026Q4", b"2026\\u00514", 1)),
        "unknown": ("an unknown field", canonical(fields | {"note": "x"})),
        "missing": ("a field is missing", canonical(
            {name: value for name, value in fields.items() if name != "project"})),
        "type": ("a number where a text must be", canonical(fields | {"epoch": 2026})),
        "nesting": ("brackets ten thousand deep", b"[" * 10_000),
        "json": ("no JSON", b"epoch=2026Q4"),
    }  # fmt: skip
    for name, (comment, header) in changed.items():
        data = joined([(b"H", header), *parts[1:]], by)
        vectors.envelope(f"header-{name}", comment, data, "header")
    later = canonical(fields | {"format": "uic-wrapped-key/2"})
    data = joined([(b"H", later), *parts[1:]], by)
    vectors.envelope("version-header", "a format of a later version", data, "version")


def frames(vectors: Vectors) -> None:
    """What can be seen before the header is read, or without any key."""
    parts = vectors.wrap(parts=3)
    good = joined(parts)
    for name, comment, data, layer in (
        ("magic", "the first byte is changed", flipped(good, 0), "magic"),
        ("magic-empty", "an empty file", b"", "magic"),
        ("version", "a later version", good.replace(b"/1\n", b"/2\n", 1), "version"),
        ("frame-cut", "the last byte is missing", good[:-1], "frame"),
        ("frame-cut-at-frame", "the signature is missing", joined(parts[:-1]), "frame"),
        ("frame-trailing", "one byte follows the end", good + b"\n", "frame"),
        ("frame-order", "the sealed key comes last", joined([parts[0], *parts[2:-1], parts[1],
                                                            parts[-1]]), "frame"),
        ("frame-letter", "an unknown letter", joined([parts[0], (b"X", b""), *parts[1:]]), "frame"),
        ("frame-length", "a chunk claims four gigabytes",
         joined(parts[:2]) + b"C\xff\xff\xff\xff" + bytes(64), "frame"),
        ("frame-signature", "a signature of another length",
         joined([*parts[:-1], (b"S", parts[-1][1] + b"\0")]), "frame"),
    ):  # fmt: skip
        vectors.envelope(name, comment, data, layer)


def signatures(vectors: Vectors) -> None:
    """Who signed, and what was changed after signing."""
    parts = vectors.wrap()
    good = joined(parts)
    vectors.envelope("signer-other", "the reader expects another signer", good, "signer",
                     signer="stranger")  # fmt: skip
    forged = joined(parts, vectors.pairs["stranger"])
    vectors.envelope("signature-forged", "signed by somebody else", forged, "signature")
    header = parts[0][1].replace(b"2026Q4", b"2027Q1")
    data = joined([(b"H", header), *parts[1:]])
    vectors.envelope("signature-header", "another epoch written into the header", data, "signature",
                     epoch="2027Q1")  # fmt: skip
    data = joined([*parts[:-1], (b"S", flipped(parts[-1][1], 0))])
    vectors.envelope("signature-digest", "a signed digest is changed", data, "signature")
    data = joined([*parts[:2], (b"L", flipped(parts[2][1], 0)), parts[-1]])
    vectors.envelope("digest", "a byte of a chunk is changed", data, "digest")


def chunks(vectors: Vectors) -> None:
    """Spoilt by a dishonest signer, who signs the result again."""
    by = vectors.pairs["coordinator"]
    old, new = vectors.wrap(), vectors.wrap(epoch="2027Q1")
    moved = joined([new[0], *old[1:]], by)
    vectors.envelope("seal-moved", "an old compartment under a new header", moved, "seal",
                     epoch="2027Q1")  # fmt: skip
    spoilt = joined([old[0], (b"K", flipped(old[1][1], 40)), *old[2:]], by)
    vectors.envelope("seal-changed", "the sealed key is changed", spoilt, "seal")
    head, sealed, one, two, three, end = vectors.wrap(parts=3)
    for name, comment, found in (
        ("changed", "a byte of a chunk", [(b"C", flipped(one[1], 0)), two, three]),
        ("reordered", "two chunks have changed places", [two, one, three]),
        ("repeated", "a chunk stands twice", [one, one, two, three]),
        ("dropped", "a chunk is missing", [one, three]),
        ("cut", "the last chunks are missing and the end is moved", [one, (b"L", two[1])]),
        (
            "continued",
            "the last chunk is called an ordinary one",
            [one, two, (b"C", three[1]), three],
        ),
    ):
        data = joined([head, sealed, *found, end], by)
        vectors.envelope(f"chunk-{name}", comment, data, "chunk")


def exports(vectors: Vectors) -> None:
    """Exports that open, and one whose tables are not what they must be."""
    good = written(vectors, export())
    for role in ("matcher", "resolver"):
        given = {"role": role, "key": role, "signer": "partner"}
        plain = sha256(opened(good, role, vectors.pairs[role]))
        comment = f"the {role}'s part of an export"
        vectors.envelope(f"export-{role}", comment, good, "success", plain=plain, **given)
        other = "resolver" if role == "matcher" else "matcher"
        vectors.envelope(f"export-{role}-by-{other}", f"the {role}'s part with the {other}'s key",
                         good, "recipient", **given | {"key": other})  # fmt: skip
    given = {"role": "matcher", "key": "matcher", "signer": "partner"}
    wrong = export()
    rows = wrong.matcher.pass_rows["birth-date"]
    wrong.matcher.pass_rows["birth-date"] = rows.set_column(
        0, "row_id", rows["row_id"].cast(pa.int32())
    )
    vectors.envelope("content-columns", "row ids of another type", written(vectors, wrong),
                     "content", **given)  # fmt: skip


def matched(vectors: Vectors) -> None:
    """Scored pairs from the matcher: a file that opens, and some that lie."""
    digests = sorted([sha256(b"a"), sha256(b"b")])
    fields = {"epoch": "2026Q4", "exports": digests, "format": "uic-pairs/1",
              "fingerprint": sha256(b"schema"), "key_id": KEY.key_id, "project": "project",
              "passes": {"birth-date": 2}}  # fmt: skip
    pairs = pa.table([[41, 42], [7, 8], [0x11, 0x12], [3.5, None]], schema=PAIRS)
    told = pa.table({"text": ['{"weights":null}']})
    tables = {"pairs/birth-date": pairs, "told": told}
    narrow = pairs.set_column(0, "row_a", pairs["row_a"].cast(pa.int32()))
    cases = {
        "pairs": ("success", "scored pairs of one pass", tables, {}),
        "pairs-count": ("content", "fewer pairs than the header says", tables,
                        {"passes": {"birth-date": 3}}),
        "pairs-columns": ("content", "row ids of another type",
                          tables | {"pairs/birth-date": narrow}, {}),
        "pairs-told": ("content", "what was fitted is no JSON object",
                       tables | {"told": pa.table({"text": ["[]"]})}, {}),
        "pairs-pass": ("content", "a pass that the header does not list",
                       tables | {"pairs/other": pairs}, {}),
    }  # fmt: skip
    for name, (expect, comment, inside, changes) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            part = (vectors.pairs["resolver"].public, chunks_of(inside))
            write_envelope(path, fields | changes, {"resolver": part}, vectors.pairs["matcher"])
            data = path.read_bytes()
        given = {"role": "resolver", "key": "resolver", "signer": "matcher"}
        if expect == "success":
            given["plain"] = sha256(opened(data, "resolver", vectors.pairs["resolver"]))
        vectors.envelope(name, comment, data, expect, **given)
    for name, comment, exports in (
        (
            "pairs-unsorted",
            "digests of exports that do not ascend",
            digests[::-1],
        ),
        ("pairs-twice", "one export named twice", digests[:1] * 2),
    ):
        recipients = [{"key": vectors.pairs["resolver"].public.key_id, "role": "resolver",
                       "suite": "x25519"}]  # fmt: skip
        signer = {"recipients": recipients, "signer": vectors.pairs["matcher"].public.key_id}
        head = frame(b"H", canonical(fields | signer | {"exports": exports}))
        vectors.envelope(name, comment, MAGIC + head, "header", role="resolver", key="resolver",
                         signer="matcher")  # fmt: skip


def papers(vectors: Vectors) -> None:
    """What comes back to a partner, and its answer: files that open, and some that lie."""
    errand = {"epoch": "2026Q4", "key_id": KEY.key_id, "partner": "dic", "project": "project",
              "round": "2026Q4"}  # fmt: skip
    persons = pa.table([[-7, 5], [1, 2], ["P000002", "P000001"]], schema=PERSON_IDS)
    pairs = pa.table([[123456789], [5], [2], [None], [None], [0.5]], schema=QUESTIONS)
    levels = pa.table([[123456789], ["sex"], ["exact"], [0.7]], schema=LEVELS)
    answers = pa.table([[123456789], [True]], schema=ANSWERS)
    spoilt = levels.set_column(2, LEVELS.field("level"), pa.array(["Sok"]))
    cases = {
        "return": ("uic-return/1", {"persons": persons}, {"records": 2}),
        "return-unordered": ("uic-return/1", {"persons": persons.take([1, 0])}, {"records": 2}),
        "return-count": ("uic-return/1", {"persons": persons}, {"records": 3}),
        "review": ("uic-review/1", {"levels": levels, "pairs": pairs}, {"pairs": 1}),
        "review-word": ("uic-review/1", {"levels": spoilt, "pairs": pairs}, {"pairs": 1}),
        "answers": ("uic-answers/1", {"answers": answers}, {"answers": 1}),
        "answers-twice": (
            "uic-answers/1", {"answers": pa.concat_tables([answers] * 2)}, {"answers": 2},
        ),
    }  # fmt: skip
    comments = {
        "return": "a partner's records with their person ids",
        "return-unordered": "handles that do not ascend",
        "return-count": "fewer records than the header says",
        "review": "a question about a pair with another partner's record",
        "review-word": "a level that is no level",
        "answers": "a partner's answer",
        "answers-twice": "one question answered twice",
    }
    for name, (form, tables, counts) in cases.items():
        to, by = ("resolver", "partner") if form == "uic-answers/1" else ("partner", "resolver")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            part = (vectors.pairs[to].public, chunks_of(tables))
            write_envelope(path, errand | {"format": form} | counts, {to: part}, vectors.pairs[by])
            data = path.read_bytes()
        given = {"role": to, "key": to, "signer": by}
        if "-" in name:
            vectors.envelope(name, comments[name], data, "content", **given)
        else:
            plain = sha256(opened(data, to, vectors.pairs[to]))
            vectors.envelope(name, comments[name], data, "success", plain=plain, **given)


def withdrawals(vectors: Vectors) -> None:
    """What the matcher is to delete: a file that opens, and one that names an export twice."""
    rows = pa.table([["birth-date"], [5]], schema=ROWS)
    for name, comment, digests in (
        ("withdrawal", "a row and an export that go", ["ab" * 32]),
        ("withdrawal-twice", "one export named twice", ["ab" * 32] * 2),
    ):
        fields = {"epoch": "2026Q4", "files": len(digests), "format": "uic-withdrawal/1",
                  "key_id": KEY.key_id, "project": "project", "rows": 1}  # fmt: skip
        tables = {"exports": pa.table([digests], schema=EXPORTS), "rows": rows}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            part = (vectors.pairs["matcher"].public, chunks_of(tables))
            write_envelope(path, fields, {"matcher": part}, vectors.pairs["resolver"])
            data = path.read_bytes()
        given = {"role": "matcher", "key": "matcher", "signer": "resolver"}
        if name == "withdrawal":
            given["plain"] = sha256(opened(data, "matcher", vectors.pairs["matcher"]))
        expect = "content" if "plain" not in given else "success"
        vectors.envelope(name, comment, data, expect, **given)


def written(vectors: Vectors, value: Export) -> bytes:
    """Return the bytes of an export's file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        pairs = vectors.pairs
        write_export(
            value,
            path,
            matcher=pairs["matcher"].public,
            resolver=pairs["resolver"].public,
            signer=pairs["partner"],
        )
        return path.read_bytes()


def opened(data: bytes, role: str, key: PrivateKey) -> bytes:
    """Return the plain chunks of a part, end to end."""
    file = BytesIO(data)
    return b"".join(chunk for chunk, _ in open_compartment(file, read_envelope(file), role, key))


def export() -> Export:
    """Return an export of two records and one event; its tokens are made up."""
    header = Header(
        partner="dic",
        fingerprint=sha256(b"schema"),
        normaliser="1",
        project="project",
        epoch="2026Q4",
        key_id=KEY.key_id,
        records=2,
        attributes=frozenset({"birth_date", "sex"}),
        vouched=True,
    )
    whole, small = pa.int64(), pa.int32()
    rows = pa.table(
        {
            "row_id": pa.array([41, 42], whole),
            "token_hi": pa.array([-1, 2**62], whole),
            "token_lo": pa.array([7, -(2**63)], whole),
            "sex": pa.array([9, None], small),
        }
    )
    event = {"contact": 0, "record": 1, "channel": "outreach", "service": "needles", "quantity": 10,
             "returned": 8, "referral": "made", "population": "pwid"}  # fmt: skip
    handles = [[int.from_bytes(handle("dic", name)[at : at + 8], "big", signed=True)
                for name in ("A-1", "A-2")] for at in (0, 8)]  # fmt: skip
    return Export(
        header,
        MatcherPart(
            header,
            {"birth-date": rows},
            pa.table([["sex", "sex"], [1, 2], [60, 40]], schema=FREQUENCIES),
        ),
        ResolverPart(
            header,
            pa.table([["birth-date"] * 2, [41, 42], [1, 0], [True, False]], schema=ROW_MAP),
            pa.table([["birth-date"], [1], [0]], schema=CHANCE),
            pa.Table.from_pylist([event], schema=SENT_EVENTS),
            pa.table(
                [
                    [0, 1],
                    *handles,
                    [None] * 2,
                    [None] * 2,
                    ["F", None],
                    ["25-34", None],
                    [True] * 2,
                ],
                schema=RECORDS,
            ),
        ),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
