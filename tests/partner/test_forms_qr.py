"""The QR encoder of the card page against segno and against a reader written from the standard."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

import pytest
import segno

from uic.files import spec_path

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SCRIPT = """
const { matrix } = await import(process.argv[1]);
const texts = JSON.parse(process.argv[2]);
const all = [undefined, 0, 1, 2, 3, 4, 5, 6, 7];
console.log(JSON.stringify(texts.map((text) => all.map((mask) => matrix(text, mask)))));
"""

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


def draw(texts: list[str]) -> list[list[list[list[int]]]]:
    """Return for each text the encoder's own choice and its matrix under each of the 8 masks."""
    module = spec_path("javascript", "qr.mjs").resolve().as_uri()
    command = ["node", "--input-type=module", "-e", SCRIPT, module, json.dumps(texts)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)


def random_texts(lengths: range) -> list[str]:
    """Return one random text of each length."""
    rng = random.Random(7)
    return ["".join(rng.choice(CHARACTERS) for _ in range(length)) for length in lengths]


def fills_bytes(text: str) -> bool:
    """Return whether mode, length, characters and terminator end on a byte.

    segno 1.6 then adds one byte of zeros too many before the padding; readers do not mind, but
    its matrix is another one.
    """
    bits = 4 + 9 + 11 * (len(text) // 2) + 6 * (len(text) % 2) + 4
    return bits % 8 == 0


@needs_node
def test_matrices_are_segnos() -> None:
    """Every module agrees with segno, for the chosen mask and under each of the eight masks."""
    texts = [text for text in random_texts(range(1, 62)) if not fills_bytes(text)]
    assert len(texts) > 50
    for text, drawn in zip(texts, draw(texts), strict=True):
        for mask, rows in zip([None, *range(8)], drawn, strict=True):
            code = segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False, mask=mask)
            assert [list(row) for row in code.matrix] == rows, (len(text), mask)


@needs_node
def test_every_length_reads_back() -> None:
    """A reader of the bits finds the text again, at every length up to 61."""
    texts = random_texts(range(1, 62))
    for text, drawn in zip(texts, draw(texts), strict=True):
        assert read(drawn[0]) == text


@needs_node
def test_other_scripts_read_back() -> None:
    """Codes with Khmer consonants, and small letters, are written as UTF-8."""
    texts = ["សភដរM1501199012/A", "ក", "lower case", "é" * 21]
    for text, drawn in zip(texts, draw(texts), strict=True):
        assert read(drawn[0]) == text


@needs_node
@pytest.mark.parametrize("text", ["A" * 62, "a" * 43])
def test_what_does_not_fit_is_refused(text: str) -> None:
    """A text that is too long raises instead of drawing something else."""
    with pytest.raises(subprocess.CalledProcessError):
        draw([text])


MASKS = [
    lambda y, x: (y + x) % 2,
    lambda y, _x: y % 2,
    lambda _y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: (y * x) % 2 + (y * x) % 3,
    lambda y, x: ((y * x) % 2 + (y * x) % 3) % 2,
    lambda y, x: ((y + x) % 2 + (y * x) % 3) % 2,
]


def read(rows: list[list[int]]) -> str:
    """Read a clean matrix of version 1 to 3: mask from the format, zigzag, characters."""
    size = len(rows)
    mask = ((rows[8][2] << 2) | (rows[8][3] << 1) | rows[8][4]) ^ 0b101
    bits = "".join(
        str(rows[y][x] ^ (MASKS[mask](y, x) == 0)) for y, x in zigzag(size) if is_data(size, y, x)
    )
    if bits[:4] == "0100":
        count = int(bits[4:12], 2)
        return bytes(int(bits[12 + 8 * n : 20 + 8 * n], 2) for n in range(count)).decode()
    assert bits[:4] == "0010"
    length, at, text = int(bits[4:13], 2), 13, ""
    while length - len(text) >= 2:
        first, second = divmod(int(bits[at : at + 11], 2), 45)
        text, at = text + CHARACTERS[first] + CHARACTERS[second], at + 11
    return text + (CHARACTERS[int(bits[at : at + 6], 2)] if len(text) < length else "")


def zigzag(size: int) -> list[tuple[int, int]]:
    """Return the places of the bits in reading order."""
    rights = [*range(size - 1, 6, -2), 5, 3, 1]
    places = []
    for turn, right in enumerate(rights):
        ys = range(size) if turn % 2 else range(size - 1, -1, -1)
        places += [(y, x) for y in ys for x in (right, right - 1)]
    return places


def is_data(size: int, y: int, x: int) -> bool:
    """Return whether a module carries data: not finder, timing, alignment or format."""
    finder = (y < 9 and x < 9) or (y < 9 and x > size - 9) or (y > size - 9 and x < 9)
    aligned = size > 21 and abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return not finder and 6 not in {y, x} and not aligned
