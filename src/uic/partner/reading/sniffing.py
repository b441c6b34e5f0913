"""Find out how a text file is written: encoding, separator, header row."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.partner.reading.held import opened
from uic.partner.reading.sources import header_position, refusal, tidy_header

if TYPE_CHECKING:
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export

SEPARATORS = ",;\t|"
SAMPLE = 262_144
_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4,}")
_SEP_LINE = re.compile(r'"?sep=(.)"?(?=\s|$)')
_ENCODING_HINT = "save it as 'CSV UTF-8', or as XLSX, or set 'encoding' in the partner's mapping"


@dataclass(frozen=True, repr=False)
class Survey:
    """How a text file is written.

    Attributes:
        headers: Texts of the header row, trimmed.
        header_row: The record that holds them; the first record of the file is 1.
        encoding: Name of a Python codec.
        separator: One character.
        quoted: Whether the file has a quotation mark anywhere.
        digest: SHA-256 of the bytes.
    """

    headers: tuple[str, ...]
    header_row: int
    encoding: str
    separator: str
    quoted: bool
    digest: str


def survey(path: File, export: Export) -> Survey:
    """Look at every byte once and at the first records closely.

    Raises:
        InputError: empty file, NUL bytes, no encoding fits, or the header cannot be read.
    """
    mapping = export.mapping
    with opened(path) as file:
        head = file.read(SAMPLE)
    encoding = (mapping and mapping.encoding) or _marked(head)
    encoding, digest, quoted = _pass_over(path, encoding)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
    if not text.strip():
        raise refusal(path.name, "", "the file is empty", "export it again")
    separator = (mapping and mapping.separator) or _separator(text)
    if not separator.isascii() or separator in '"\r\n':
        hint = "set it to a comma, a semicolon, a tab or a bar"
        raise refusal(path.name, "separator", "the mapping's separator cannot be used", hint)
    records = _records(text, separator)
    if records and _SEP_LINE.fullmatch(separator.join(records[0])):
        records[0] = []
    row = header_position(records, export.wanted)
    if row is None:
        raise refusal(path.name, "row 1", "the header cannot be read", _ENCODING_HINT)
    headers = tuple(map(tidy_header, records[row]))
    return Survey(headers, row + 1, encoding, separator, quoted, digest)


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _pass_over(path: File, encoding: str | None) -> tuple[str, str, bool]:
    """Read the whole file once: check NUL bytes and the encoding, and take the digest."""
    digest, quoted, nul = hashlib.sha256(), False, False
    decoder = _decoder(path, encoding or "utf-8")
    fits = True
    with opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            quoted = quoted or b'"' in block
            nul = nul or b"\0" in block
            fits = fits and _decodes(decoder, block)
    fits = fits and _decodes(decoder, b"", final=True)
    wide = encoding is not None and encoding.lower().replace("_", "-").startswith(
        ("utf-16", "utf-32")
    )
    if nul and not wide:
        hint = "it is damaged, or UTF-16 without a mark: export it again as 'CSV UTF-8'"
        raise refusal(path.name, "", "the file holds NUL bytes", hint)
    if fits:
        return encoding or "utf-8", digest.hexdigest(), quoted
    if encoding is not None or not _is_western(path):
        raise refusal(path.name, "", "the encoding of the file cannot be read", _ENCODING_HINT)
    return "cp1252", digest.hexdigest(), quoted


def _is_western(path: File) -> bool:
    """Tell whether a file can be cp1252: no byte it does not have, hardly a run of high bytes."""
    western, runs = True, 0
    with opened(path) as file:
        while western and (block := file.read(_BLOCK)):
            runs += len(_HIGH_RUN.findall(block))
            western = len(block.translate(None, _NOT_CP1252)) == len(block) and runs <= 2
    return western


def _decoder(path: File, encoding: str) -> codecs.IncrementalDecoder:
    try:
        "".encode(encoding)  # refuses codecs that are no text encoding, such as "zlib"
        return codecs.getincrementaldecoder(encoding)("strict")
    except (LookupError, ValueError):
        pass
    raise refusal(path.name, "encoding", "the mapping names an unknown encoding", _ENCODING_HINT)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeError:
        return False
    return True


def _separator(text: str) -> str:
    """Choose the separator under which most records are equally wide."""
    if given := _SEP_LINE.match(text):
        return given[1]

    def fit(separator: str) -> tuple[float, int]:
        widths = [len(cells) for cells in _records(text, separator)[:50] if cells]
        width, times = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (times / len(widths), width) if width > 1 else (0.0, 0)

    return max(SEPARATORS, key=fit)


def _records(text: str, separator: str) -> list[list[str]]:
    """Split the first records of a sample; what cannot be split ends the list."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            records.append(cells)
            if len(records) == 100:
                break
    except csv.Error:
        pass
    return records
