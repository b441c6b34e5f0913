# ruff: noqa: E501, INP001 - one vector a line reads as a table; a script, not a package
"""Names in every script, section by section of ``spec/normalisation.md``."""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder import Vectors


def normalising(v: Vectors) -> None:
    """Section by section of ``spec/normalisation.md``."""
    v.normalise("latin-case", "letters A-Z in capitals", "Sok", "SOK", script="latin", letters="SOK")
    v.normalise("latin-separators", "spaces, hyphens, points and digits are no letters", " Jean-Luc 2nd. ", "JEANLUCND")
    v.normalise("latin-apostrophes", "typed, curly and modifier apostrophes are no letters", "D'Arcy O\u2019Brien \u02bbAna", "DARCYOBRIENANA")
    v.normalise("latin-accents", "composed accents", "\u00c9l\u00e8ne No\u00ebl", "ELENENOEL")
    v.normalise("latin-decomposed", "the same accents as combining marks", "E\u0301le\u0300ne Noe\u0308l", "ELENENOEL")
    v.normalise("latin-vietnamese", "every Vietnamese mark, Đ as D", "Nguy\u1ec5n \u0110\u1ee9c Ph\u01b0\u01a1ng", "NGUYENDUCPHUONG")
    v.normalise("latin-eth-for-d-stroke", "the Icelandic Ð that is often typed for Đ", "\u00d0\u1eb7ng \u00f0\u0111", "DANGDD")
    v.normalise("latin-african-d", "the African Ɖ, which looks the same", "\u0189\u1eb7ng", "DANG")
    v.normalise("latin-sharp-s", "ß is SS, not a lost letter", "Stra\u00dfe Wei\u1e9e", "STRASSEWEISS")
    v.normalise("latin-ligatures", "Æ, œ and typographic ligatures", "\u00c6gir \u0153uvre \ufb01n\ufb03", "AEGIROEUVREFINFFI")
    v.normalise("latin-dotless", "Turkish dotless and dotted i", "\u0130lk\u0131n", "ILKIN")
    v.normalise("latin-slashed", "letters that Unicode does not decompose", "\u0141ukasz S\u00f8ren \u00deor \u0126al", "LUKASZSORENTHORHAL")
    v.normalise("latin-fullwidth", "fullwidth letters of East Asian keyboards", "\uff33\uff4f\uff4b", "SOK")
    v.normalise("latin-ordinals", "ordinal signs stand for letters in Mª", "M\u00aa", "MA")
    v.normalise("latin-umlaut", "without a scheme's own rule an umlaut is its letter", "M\u00fcller", "MULLER")
    v.normalise("invisible", "soft hyphen, zero width space and byte order mark", "S\u00ado\u200bk\ufeff", "SOK")
    v.normalise("no-letters", "a value without a letter is missing", " -- 12 ", None, text="12")
    v.normalise("empty", "an empty value is missing", "", None, text=None)
    v.normalise("unknown-character", "a character no table lists is left out, and told", "Sok \U0001f600", "SOK", unknown=True, flags=["rule", "unknown"])
    v.normalise("text-street", "places keep digits and single spaces", "  12,  Rue de l'\u00c9glise\u00a0-- B ", "RUEDELEGLISEB", text="12 RUE DE LEGLISE B")
    v.normalise("text-digits", "digits of every script are 0-9", "\u17e1\u17e2 \u0e51 \u0662 \uff13", None, text="12 1 2 3")

    v.normalise("khmer-plain", "already in canonical order", "\u179f\u17bb\u1781", "\u179f\u17bb\u1781", script="khmer", letters="\u179f\u1781", sound="\u179f\u1781")
    khmer = "\u1781\u17d2\u1798\u17c2\u179a"
    v.normalise("khmer-coeng-after-vowel", "the reference pair: the subscript typed after the vowel", "\u1781\u17c2\u17d2\u1798\u179a", khmer, letters="\u1781\u179a", sound="\u1781\u1798\u179a", flags=["published"])
    v.normalise("khmer-coeng-before-vowel", "the same word in canonical order", khmer, khmer)
    v.normalise("khmer-zero-width", "zero width space, joiner and non-joiner inside a word", "\u1781\u200b\u17d2\u1798\u200c\u17c2\u200d\u179a", khmer)
    v.normalise("khmer-split-coeng", "NFC has put the sign U+17DD between the coeng and its letter", "\u1780\u17d2\u17dd\u179f", "\u1780\u17d2\u179f\u17dd")
    v.normalise("khmer-dangling-coeng", "a coeng with no letter after it is dropped", "\u1780\u17d2", "\u1780")
    v.normalise("khmer-double-coeng", "a coeng typed twice", "\u1780\u17d2\u17d2\u179f", "\u1780\u17d2\u179f")
    v.normalise("khmer-coeng-ro-last", "subscript RO goes last", "\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8")
    v.normalise("khmer-coeng-da", "subscript DA looks like subscript TA", "\u1780\u178e\u17d2\u178a\u17b6\u179b", "\u1780\u178e\u17d2\u178f\u17b6\u179b")
    v.normalise("khmer-split-oe", "E and II typed for OE", "\u179b\u17c1\u17b8", "\u179b\u17be")
    v.normalise("khmer-split-oo", "E and AA typed for OO", "\u1796\u17c1\u17b6", "\u1796\u17c4")
    v.normalise("khmer-u-for-triisap", "a vowel U under II on a strong letter is a TRIISAP", "\u179f\u17bb\u17b8", "\u179f\u17ca\u17b8")
    v.normalise("khmer-u-for-muusikatoan", "a vowel U under AA and nikahit on a weak letter is a MUUSIKATOAN", "\u1789\u17bb\u17b6\u17c6", "\u1789\u17c9\u17b6\u17c6")
    v.normalise("khmer-u-stays", "the vowel U with nikahit alone is the vowel OM", "\u1781\u17bb\u17c6", "\u1781\u17bb\u17c6")
    v.normalise("khmer-nikahit-first", "nikahit typed before the vowel", "\u1780\u17c6\u17bb", "\u1780\u17bb\u17c6")
    v.normalise("khmer-shifter-late", "a shifter typed after the vowel", "\u1794\u17b6\u17c9", "\u1794\u17c9\u17b6")
    v.normalise("khmer-robat-late", "robat goes before everything else", "\u1792\u1798\u17b6\u17cc", "\u1792\u1798\u17cc\u17b6")
    v.normalise("khmer-repeated-mark", "a mark typed twice counts once", "\u1780\u17b6\u17b6", "\u1780\u17b6")
    v.normalise("khmer-deprecated-qa", "U+17A3 is U+17A2", "\u17a3\u1780", "\u17a2\u1780")
    v.normalise("khmer-deprecated-qaa", "U+17A4 is U+17A2 U+17B6", "\u17a4", "\u17a2\u17b6")
    v.normalise("khmer-deprecated-quk", "U+17A8 is U+17A7 U+1780", "\u17a8", "\u17a7\u1780")
    v.normalise("khmer-look-alike-qoo", "U+17B2 is U+17B1", "\u17b2\u1799", "\u17b1\u1799")
    v.normalise("khmer-inherent-vowels", "U+17B4 and U+17B5 are dropped", "\u1780\u17b4\u1781\u17b5", "\u1780\u1781")
    v.normalise("khmer-stray-mark", "a mark without a letter is dropped", "\u17b6\u1780", "\u1780")
    v.normalise("khmer-only-marks", "marks alone are no name", "\u17b6\u17c6", None)
    v.normalise("khmer-independent-vowel", "an independent vowel counts as the letter QA in a code", "\u17a5\u1793\u17d2\u1791\u17d2\u179a", "\u17a5\u1793\u17d2\u1791\u17d2\u179a", letters="\u17a2\u1793")
    v.normalise("khmer-silent-letter", "a letter under toandakhiat is not heard", "\u1785\u17d0\u1793\u17d2\u1791\u17cd", "\u1785\u17d0\u1793\u17d2\u1791\u17cd", letters="\u1785\u1793", sound="\u1785")
    v.normalise("khmer-sounds-alike", "KO and KA, DA and DO sound alike", "\u1782\u178a\u178c", "\u1782\u178a\u178c", sound="\u1780\u178a")
    v.normalise("khmer-digits", "Khmer digits in a place", "\u1797\u17bc\u1798\u17b7 \u17e1\u17e2", "\u1797\u17bc\u1798\u17b7", text="\u1797\u17bc\u1798\u17b7 12")
    v.normalise("khmer-and-latin", "two scripts in one value are told", "\u179f\u17bb\u1781 Sok", "\u179f\u17bb\u1781SOK", script="mixed")

    v.normalise("thai-leading-vowel", "the letter of a code is the consonant, not the vowel before it", "\u0e40\u0e01\u0e29\u0e21", "\u0e40\u0e01\u0e29\u0e21", script="thai", letters="\u0e01\u0e29\u0e21", flags=["published"])
    v.normalise("thai-double-e", "two SARA E look like SARA AE", "\u0e40\u0e40\u0e01\u0e49\u0e27", "\u0e41\u0e01\u0e49\u0e27")
    v.normalise("thai-split-am", "nikhahit and AA typed for AM", "\u0e19\u0e4d\u0e32", "\u0e19\u0e33")
    v.normalise("thai-tone-in-split-am", "a tone typed inside a split AM", "\u0e19\u0e4d\u0e49\u0e32", "\u0e19\u0e49\u0e33")
    v.normalise("thai-tone-after-am", "a tone typed after AM", "\u0e19\u0e33\u0e49", "\u0e19\u0e49\u0e33")
    v.normalise("thai-tone-before-vowel", "a tone typed before the vowel above", "\u0e17\u0e48\u0e35", "\u0e17\u0e35\u0e48")
    v.normalise("thai-silent", "a silenced consonant is not heard", "\u0e28\u0e31\u0e01\u0e14\u0e34\u0e4c", "\u0e28\u0e31\u0e01\u0e14\u0e34\u0e4c", sound="\u0e2a\u0e01")
    v.normalise("thai-no-consonant", "vowels alone give no letter for a code", "\u0e32\u0e35", "\u0e32\u0e35", letters=None)

    alexander = "\u0410\u041b\u0415\u041a\u0421\u0410\u041d\u0414\u0420"
    v.normalise("cyrillic-ukrainian", "the Ukrainian form of a name that Russian writes otherwise", "\u041e\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440", alexander, script="cyrillic")
    v.normalise("cyrillic-russian", "the Russian form", "\u0410\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440", alexander)
    v.normalise("cyrillic-mykola", "Микола and Николай", "\u041c\u0438\u043a\u043e\u043b\u0430", "\u041d\u0418\u041a\u041e\u041b\u0410\u0418")
    v.normalise("cyrillic-nikolai", "Й folds into И", "\u041d\u0438\u043a\u043e\u043b\u0430\u0439", "\u041d\u0418\u041a\u041e\u041b\u0410\u0418")
    v.normalise("cyrillic-yo", "Ё is Е, composed or not", "\u0401\u0415\u0308", "\u0415\u0415")
    v.normalise("cyrillic-signs", "hard and soft signs are no letters", "\u041d\u0430\u0442\u0430\u043b\u044c\u044f", "\u041d\u0410\u0422\u0410\u041b\u042f")
    v.normalise("cyrillic-surname", "a name that only contains a given name is left alone", "\u041e\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440\u0435\u043d\u043a\u043e", "\u041e\u041b\u0415\u041a\u0421\u0410\u041d\u0414\u0420\u0415\u041d\u041a\u041e")
    v.normalise("cyrillic-kazakh", "Kazakh letters fold to what keyboards lack them type", "\u049a\u0430\u0439\u0440\u0430\u0442", "\u041a\u0410\u0418\u0420\u0410\u0422")

    v.normalise("arabic-alef", "alif with hamza is alif", "\u0623\u062d\u0645\u062f", "\u0627\u062d\u0645\u062f", script="arabic")
    v.normalise("arabic-alef-decomposed", "the same as alif and a combining hamza", "\u0627\u0654\u062d\u0645\u062f", "\u0627\u062d\u0645\u062f")
    v.normalise("arabic-harakat", "vowel signs and tatweel are dropped", "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u0640\u062f", "\u0645\u062d\u0645\u062f", sound="\u0645\u062d\u0645\u062f")
    v.normalise("arabic-ta-marbuta", "ta marbuta is ha", "\u0641\u0627\u0637\u0645\u0629", "\u0641\u0627\u0637\u0645\u0647", sound="\u0641\u0637\u0645\u0647")
    v.normalise("arabic-ya", "alif maqsura and the Persian ya are ya", "\u0644\u06cc\u0644\u0649", "\u0644\u064a\u0644\u064a")
    v.normalise("arabic-presentation", "presentation forms, as old software stores them", "\ufee3\ufea4\ufee4\ufeaa", "\u0645\u062d\u0645\u062f")
    v.normalise("arabic-lam-alef", "the lam-alif ligature is two letters", "\ufefb", "\u0644\u0627")

    v.normalise("devanagari", "other scripts are kept as written", "\u092a\u094d\u0930\u093f\u092f\u093e", "\u092a\u094d\u0930\u093f\u092f\u093e", script="devanagari")
    v.normalise("hangul-jamo", "and composed", "\u1100\u1175\u11b7", "\uae40", script="hangul")
    v.normalise("greek", "Greek in capitals without accents, one sigma", "\u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2", "\u0393\u0399\u03a9\u03a1\u0393\u039f\u03a3", script="greek")

    for name, key in (("Robert", "R163"), ("Rupert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522"), ("Pfister", "P236"), ("Honeyman", "H555"), ("Lee", "L000")):
        v.normalise(f"soundex-{name.lower()}", "American Soundex", name, name.upper(), sound=key, flags=["published"])
    for name, key in (("Sok", "SK"), ("Sokh", "SK"), ("Sauk", "SK"), ("Heng", "7"), ("Hieng", "7"), ("Kim", "KM"), ("Gim", "KM"), ("Phalla", "PL"), ("Falla", "PL"), ("Vuthy", "VT"), ("Wuthy", "VT"), ("Chan", "CN"), ("Chann", "CN"), ("Ou", "0"), ("Chhay", "C"), ("Nhean", "N"), ("Sreymom", "SRM")):
        v.normalise(f"skeleton-{name.lower()}", "consonant skeleton of a Khmer name in Latin letters", name, name.upper(), skeleton=key, flags=["published"])
