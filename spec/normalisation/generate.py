# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write the character tables of this folder. Run: ``python spec/normalisation/generate.py``.

The JSON files are the norm; this program only records how their first version was made: from
the Unicode decompositions (Python 3.11, Unicode 14) plus the lists below, which were typed by
hand. Changing a table is a new version of the normalisation.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "1"
CASED = {"Lu", "Ll"}
Letters = dict[str, str]
"""What a letter becomes, and every character that becomes it."""


def group(pairs: dict[str, str]) -> Letters:
    """Turn character -> target into target -> characters, both in code point order."""
    targets: dict[str, list[str]] = {}
    for character, target in sorted(pairs.items()):
        targets.setdefault(target, []).append(character)
    return {target: "".join(targets[target]) for target in sorted(targets)}


def span(first: int, last: int) -> list[str]:
    """Every assigned character from first to last."""
    found = (chr(point) for point in range(first, last + 1))
    return [character for character in found if unicodedata.category(character) != "Cn"]


def stripped(character: str) -> str:
    """The character in upper case without anything Unicode calls a mark."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).upper())
    return "".join(part for part in parts if not unicodedata.category(part).startswith("M"))


def ranges(points: set[int]) -> list[str]:
    """Write code points as hexadecimal ranges."""
    found: list[list[int]] = []
    for point in sorted(points):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return [f"{a:04X}" if a == b else f"{a:04X}-{b:04X}" for a, b in found]


def points(text: str) -> set[int]:
    """Read hexadecimal ranges back: ``"0300-036F 1AB0"``."""
    found: set[int] = set()
    for item in text.split():
        first, _, last = item.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


# Letters that Unicode does not decompose, or that Latin writers of names read differently.
LATIN_BY_HAND = {
    "A": "ẚⱭⱯɐɑɒ", "AE": "Ææ", "B": "ƀƁɃɓƂƃ", "C": "ƇƈȻȼɕ", "D": "ÐðĐđƉƊƋƌɖɗȡ", "DZ": "ʣʥ",
    "E": "ƎƏƐǝɆɇəɛɘɜɝɞ", "F": "Ƒƒ", "G": "ƓƔɣǥɠɡɢ", "H": "ĦħⱧⱨɦɧ", "HV": "Ƕƕ",
    "I": "ıƖƗɨɩɪ", "IJ": "Ĳĳ", "J": "ȷɈɉɟʄʝ", "K": "ĸƘƙⱩⱪ", "L": "ĿŀŁłƚȽɫɬɭⱠⱡⱢ", "M": "Ɯɯɰɱ",
    "N": "ŉƝƞȠɲɳɴȵ", "NG": "Ŋŋ", "O": "ØøƆƟɔɵɤ", "OE": "Œœɶ", "OU": "Ȣȣ", "P": "ƤƥⱣᵽ",
    "Q": "Ɋɋʠ", "R": "ɌɍⱤɹɺɻɼɽɾʀʁ", "S": "ſƧƨƩȿʂʃʅʆⱾ", "SS": "ßẞ", "T": "ŦŧƬƭƫƮȾʈʇⱦȶ",
    "TH": "Þþ", "U": "ƱʉɄʊ", "V": "ƲʋɅʌ", "W": "Ƿƿⱳ", "Y": "ƳƴɎɏȜȝʎʏ", "Z": "ƵƶȤȥƷʒʐʑɀⱫⱬⱿƸƹ",
}  # fmt: skip

# Two letters for one, where a scheme asks for it; before any other rule.
GERMAN = {
    "Ä": "AE", "ä": "ae", "Ö": "OE", "ö": "oe", "Ü": "UE", "ü": "ue", "ß": "ss", "ẞ": "SS",
    "A\u0308": "AE", "a\u0308": "ae", "O\u0308": "OE", "o\u0308": "oe", "U\u0308": "UE",
    "u\u0308": "ue",
}  # fmt: skip

CYRILLIC_FOLDS = {
    "А": "Ә", "Г": "ҐҒ", "Е": "ЁЄЭЀ", "И": "ІЇЫЙЍӢ", "К": "Қ", "Н": "Ң", "О": "Ө", "У": "ЎҮҰӮ",
    "Х": "ҺҲ", "Ч": "Ҷ",
}  # fmt: skip
# Folded Ukrainian and Belarusian forms of a given name, and the form all of them become.
CYRILLIC_NAMES = {
    "АЛЕКСАНДР": "ОЛЕКСАНДР АЛЯКСАНДР", "АЛЕКСАНДРА": "ОЛЕКСАНДРА АЛЯКСАНДРА",
    "АЛЕКСЕИ": "ОЛЕКСИИ АЛЯКСЕИ", "АЛЕНА": "АЛОНА", "АЛЕСЯ": "ОЛЕСЯ", "АНДРЕИ": "АНДРИИ",
    "АННА": "ГАННА", "ВАСИЛИИ": "ВАСИЛ", "ВЕРА": "ВИРА", "ВЛАДИМИР": "ВОЛОДИМИР УЛАДЗИМИР",
    "ДАНИИЛ": "ДАНИЛО ДАНИЛ", "ДАРЯ": "ДАРИЯ", "ДМИТРИИ": "ДМИТРО ДЗМИТРИИ",
    "ЕВГЕНИИ": "ЕВГЕН ЯУГЕН", "ЕКАТЕРИНА": "КАТЕРИНА КАЦЯРИНА", "ЕЛЕНА": "ОЛЕНА",
    "ИЛЯ": "ИЛЛЯ", "ИОСИФ": "ИОСИП ОСИП", "КИРИЛЛ": "КИРИЛО КИРИЛ", "КОНСТАНТИН": "КОСТЯНТИН",
    "МАТВЕИ": "МАТВИИ", "МИХАИЛ": "МИХАИЛО", "НАДЕЖДА": "НАДИЯ", "НАТАЛЯ": "НАТАЛИЯ",
    "НИКИТА": "МИКИТА", "НИКОЛАИ": "МИКОЛА МИКАЛАИ", "ОЛГА": "ВОЛГА", "ПАВЕЛ": "ПАВЛО",
    "ПЕТР": "ПЕТРО", "СВЕТЛАНА": "СВИТЛАНА СВЯТЛАНА", "СЕРГЕИ": "СЕРГИИ СЯРГЕИ",
    "СОФЯ": "СОФИЯ", "ТАТЯНА": "ТЕТЯНА ТАЦЦЯНА ТАЦЯНА", "ТИМОФЕИ": "ТИМОФИИ", "ФЕДОР": "ФЕДИР",
    "ФИЛИПП": "ПИЛИП ФИЛИП", "ЯКОВ": "ЯКИВ",
}  # fmt: skip
CYRILLIC_SOUNDS = {
    "1": "БПФВ", "2": "КГХЦЧШЩЖСЗЏЋЂЅ", "3": "ДТ", "4": "ЛЉ", "5": "МНЊ", "6": "Р",
}  # fmt: skip

ARABIC_FOLDS = {
    "ا": "آأإٱٲٳ", "و": "ؤۇۆۈۋ", "ي": "ئىیےۍېۓ", "ه": "ةہھۀەۃۂ", "ك": "کڪ", "ن": "ں", "ت": "ٹ",
    "د": "ڈ", "ر": "ڑ",
}  # fmt: skip

THAI_SOUNDS = {
    "ก": "ก", "ค": "ขฃคฅฆ", "ง": "ง", "จ": "จ", "ช": "ฉชฌ", "ส": "ซศษส", "ย": "ญย", "ด": "ฎด",
    "ต": "ฏต", "ท": "ฐฑฒถทธ", "น": "ณน", "บ": "บ", "ป": "ป", "พ": "ผพภ", "ฟ": "ฝฟ", "ม": "ม",
    "ร": "รฤ", "ล": "ลฦฬ", "ว": "ว", "ห": "หฮ", "อ": "อ",
}  # fmt: skip

KHMER_CONSONANTS = "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ"
KHMER_LETTERS = {"ស": "ឝឞ", "អ": "ឣឤឥឦឧឨឩឪឯឰឱឲឳ", "រ": "ឫឬ", "ល": "ឭឮ"}
KHMER_SOUNDS = {
    "ក": "កគ", "ខ": "ខឃ", "ង": "ង", "ច": "ចជ", "ឆ": "ឆឈ", "ញ": "ញ", "ដ": "ដឌ", "ត": "តទ",
    "ថ": "ឋឍថធ", "ន": "ណន", "ប": "ប", "ផ": "ផភ", "ព": "ព", "ម": "ម", "យ": "យ", "រ": "រឫឬ",
    "ល": "លឡឭឮ", "វ": "វ", "ស": "សឝឞ", "ហ": "ហ", "អ": "អឥឦឧឩឪឯឰឱឳ",
}  # fmt: skip
CHECK_SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Scripts that are kept as they are written: block by block, letters and marks only.
OTHER_BLOCKS = {
    "hebrew": "05D0-05EA", "devanagari": "0900-097F", "bengali": "0980-09FF",
    "gurmukhi": "0A00-0A7F", "gujarati": "0A80-0AFF", "oriya": "0B00-0B7F", "tamil": "0B80-0BFF",
    "telugu": "0C00-0C7F", "kannada": "0C80-0CFF", "malayalam": "0D00-0D7F",
    "sinhala": "0D80-0DFF", "lao": "0E80-0EDF", "tibetan": "0F00-0FBC", "myanmar": "1000-109F",
    "georgian": "10D0-10FF", "hangul": "1100-11FF 3131-318E AC00-D7A3", "ethiopic": "1200-137F",
    "kana": "3041-309A 30A1-30FA 30FC", "han": "3400-4DBF 4E00-9FFC",
}  # fmt: skip

APOSTROPHES = "'`´ʹʻʼʽʾʿˈ‘’‚‛′＇՚׳"
DROPPED = (
    "00AD 0300-036F 0591-05BD 05BF 05C1-05C2 05C4-05C5 05C7 0610-061A 061C 0640 064B-065F 0670 "
    "06D6-06DC 06DF-06E4 06E7-06E8 06EA-06ED 17B4-17B5 180E 1AB0-1AFF 1DC0-1DFF 200B-200F "
    "202A-202E 2060-206F 20D0-20FF FE00-FE0F FE20-FE2F FEFF"
)
SEPARATORS = (
    "0000-0020 0021-0026 0028-002F 003A-0040 005B-005F 007B-00A0 00A1-00A9 00AB-00AC 00AE-00B3 "
    "00B5-00B9 00BB-00BF 00D7 00F7 02D0 055B-055F 0589-058A 05BE 05C0 05C3 05C6 05F4 060C 061B "
    "061E-061F 066A-066D 06D4 0964-0965 0970 0DF4 0E2F 0E3F 0E46 0E4F 0E5A-0E5B 0EAF 0EC6 "
    "0F0B-0F14 0F3A-0F3D 104A-104F 10FB 1361-1368 17D4-17DC 2000-200A 2010-2017 201A 201C-2029 "
    "202F-2031 2033-205F 3000-3003 3008-3011 3014-301F 30A0 30FB FE10-FE19 FE30-FE52 FE54-FE66 "
    "FE68-FE6B FF01-FF06 FF08-FF0F FF1A-FF20 FF3B-FF40 FF5B-FF65"
)
DIGIT_ZEROS = (
    "0030 0660 06F0 0966 09E6 0A66 0AE6 0B66 0BE6 0C66 0CE6 0D66 0E50 0ED0 0F20 1040 17E0 FF10"
)


def latin() -> Letters:
    """Every Latin letter of the European, Vietnamese and African alphabets."""
    by_hand = {form: target for target, forms in LATIN_BY_HAND.items() for form in forms}
    pairs: dict[str, str] = {}
    blocks = (
        "0041-005A 0061-007A 00AA 00BA 00C0-02AF 1E00-1EFF 2C60-2C7F FB00-FB06 FF21-FF3A FF41-FF5A"
    )
    for character in (chr(point) for point in sorted(points(blocks))):
        target = "".join(by_hand.get(letter, letter) for letter in stripped(character))
        if target and all("A" <= letter <= "Z" for letter in target):
            pairs[character] = target
    return group(pairs | by_hand)


def cyrillic() -> Letters:
    """Cyrillic upper case, with the folds that join Ukrainian, Russian and Central Asian forms."""
    folds = {source: target for target, sources in CYRILLIC_FOLDS.items() for source in sources}
    pairs = {}
    for character in span(0x0400, 0x052F):
        if unicodedata.category(character) in CASED and character.upper() not in "ЪЬ":
            base = stripped(character)
            pairs[character] = folds.get(character.upper(), folds.get(base, base))
    return group(pairs)


def arabic() -> Letters:
    """Arabic, Persian and Urdu letters and their presentation forms."""
    folds = {source: target for target, sources in ARABIC_FOLDS.items() for source in sources}
    pairs = {}
    for point in sorted(
        points(
            "0621-063A 0641-064A 066E-066F 0671-06D3 06D5 FB50-FBB1 FBD3-FD3D FD50-FDF1 FE70-FEFC"
        )
    ):
        parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", chr(point)))
        kept = [part for part in parts if unicodedata.category(part) == "Lo"]
        if kept and unicodedata.category(chr(point)) == "Lo":
            pairs[chr(point)] = "".join(folds.get(part, part) for part in kept)
        composed = unicodedata.normalize("NFKC", chr(point))
        if composed in folds:
            pairs[chr(point)] = folds[composed]
    return group(pairs)


def thai() -> Letters:
    """Thai letters and marks as they are; U+0E45 is a long U+0E32."""
    pairs = {chr(point): chr(point) for point in points("0E01-0E2E 0E30-0E3A 0E40-0E44 0E47-0E4E")}
    return group(pairs | {"ๅ": "า"})


def khmer() -> Letters:
    """Khmer letters and signs; deprecated letters become what they look like."""
    pairs = {chr(point): chr(point) for point in points("1780-17A2 17A5-17B3 17B6-17D3 17DD")}
    return group(pairs | {"ឣ": "អ", "ឤ": "អា", "ឨ": "ឧក", "ឲ": "ឱ"})


def folded(blocks: str) -> Letters:
    """A cased script in upper case without marks."""
    letters = [chr(p) for p in sorted(points(blocks)) if unicodedata.category(chr(p)) in CASED]
    return group({item: stripped(item) for item in letters})


def others() -> dict[str, list[str]]:
    """Letters and marks of the scripts that are kept as written."""
    found = {}
    for script, blocks in OTHER_BLOCKS.items():
        kept = {p for p in points(blocks) if unicodedata.category(chr(p))[0] in "LM"}
        found[script] = ranges(kept - points(DROPPED) - points(SEPARATORS))
    return found


def write(name: str, data: dict[str, object]) -> None:
    """Write one table as readable JSON."""
    text = json.dumps({"version": VERSION} | data, ensure_ascii=False, indent=1)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Write every table."""
    zeros = [int(zero, 16) for zero in DIGIT_ZEROS.split()]
    digits = {str(value): "".join(chr(zero + value) for zero in zeros) for value in range(10)}
    write("shared", {
        "apostrophes": APOSTROPHES, "dropped": ranges(points(DROPPED)),
        "separators": ranges(points(SEPARATORS) - {ord(item) for item in APOSTROPHES}),
        "digits": digits,
    })  # fmt: skip
    write("latin", {"letters": latin(), "expansions": {"german": GERMAN}})
    names = {target: forms.split() for target, forms in CYRILLIC_NAMES.items()}
    write(
        "cyrillic",
        {"letters": cyrillic(), "dropped": "ЪЬъь", "names": names, "sounds": CYRILLIC_SOUNDS},
    )
    write("arabic", {"letters": arabic(), "weak": "اوي"})
    write("thai", {
        "letters": thai(), "consonants": "".join(span(0x0E01, 0x0E2E)), "above_below": "ัิีึืฺุู",
        "tones": "็่้๊๋์ํ๎", "sounds": THAI_SOUNDS,
    })  # fmt: skip
    write("khmer", {
        "letters": khmer(), "consonants": KHMER_CONSONANTS,
        "code_letters": {item: item + KHMER_LETTERS.get(item, "") for item in KHMER_CONSONANTS},
        "check_symbols": dict(zip(KHMER_CONSONANTS, CHECK_SYMBOLS, strict=False)),
        "robat": "៌", "coeng": "្", "last_subscript": "រ", "subscript_folds": {"ដ": "ត"},
        "shifters": "៉៊", "vowels": "េែៃើឿៀោៅុូួិីឹឺា", "signs": "ំះៈ់៍៎៏័៑៓៝",
        "vowel_folds": [["េ", "ី", "ើ"], ["េ", "ា", "ោ"]],
        "lowered": {"vowel": "ុ", "above": "ិីឹឺើឿ៝័", "pair": "ាំ", "strong": "៊", "weak": "៉",
                    "series_one": "កខគឃចឆជឈដឋឌឍតថទធផពភឞសហអ", "always_weak": "ប"},
        "killer": "៍", "sounds": KHMER_SOUNDS,
    })  # fmt: skip
    write("other", {
        "letters": {"greek": folded("0370-03FF 1F00-1FFF"), "armenian": folded("0531-0587")},
        "kept": others(),
    })  # fmt: skip


if __name__ == "__main__":
    main()
