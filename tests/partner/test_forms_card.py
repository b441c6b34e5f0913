"""The offline page as a file, and the sheets of cards: what is on them and what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import segno

from uic.errors import InputError
from uic.partner.codes import check_character, grouped
from uic.partner.forms import card
from uic.partner.forms.page import digest, page
from uic.partner.schemes import list_schemes, load_scheme

CODES = ["OE2OH191220001", "RONLI191220002", "UA2MI191220001"]


@pytest.mark.parametrize("name", [scheme.id for scheme in list_schemes()])
def test_every_scheme_has_a_page(tmp_path: Path, name: str) -> None:
    """Each scheme gets one file below 130 kB, under the policy that forbids any network."""
    out = tmp_path / "card.html"
    assert card(name, out) == ()
    text = out.read_text("utf-8")
    assert len(text.encode()) < 130_000
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest(script)}'" in policy
    assert f"style-src 'sha256-{digest(style)}'" in policy
    assert not re.search(r"""(src|href)=["']""", text)


def test_a_scheme_cannot_end_the_script_it_stands_in() -> None:
    """A title with a closing tag stays text."""
    title = "</script><script>alert(1)</script>"
    scheme = load_scheme("ca-ddrp").model_copy(update={"title": title})
    assert page(scheme).count("</script>") == 1


def test_cards_carry_groups_check_and_qr(tmp_path: Path) -> None:
    """A card has the groups, the check character and the QR code of both."""
    scheme = load_scheme("au-slk581")
    out = tmp_path / "cards.html"
    assert card(scheme, out, codes=CODES) == ()
    text = out.read_text("utf-8")
    assert text.count('<article class="card">') == 3
    for code in CODES:
        check = check_character(code)
        for group in grouped(code, scheme).split("-"):
            assert f"<span>{group}</span>" in text
        assert f'<span class="check">{check}</span>' in text
        drawn = segno.make_qr(f"{code}/{check}", error="m", boost_error=False)
        assert drawn.svg_inline(border=4, omitsize=True) in text


def test_cards_name_nobody(tmp_path: Path) -> None:
    """Beside code and QR there is not one word on a card: no organisation, no population."""
    out = tmp_path / "cards.html"
    card("ny-leshrc", out, codes=["RIM09P"])
    body = out.read_text("utf-8").split("<body>")[1]
    words = re.sub(r"<[^>]*>", " ", body).split()
    assert words == ["RIM", "09", "P", check_character("RIM09P")]
    assert "<script" not in body


def test_a_code_is_printed_once_and_in_order(tmp_path: Path) -> None:
    """Repeated codes give one card, and the order of the register is not kept."""
    card("ny-leshrc", tmp_path / "cards.html", codes=["RIM09P", "ABC01P", "rim-09-p"])
    text = (tmp_path / "cards.html").read_text("utf-8")
    assert text.count('<article class="card">') == 2
    assert text.index("<span>ABC</span>") < text.index("<span>RIM</span>")


def test_khmer_codes_are_printed(tmp_path: Path) -> None:
    """A code with Khmer consonants has its letters and a QR code in UTF-8."""
    card("kh-template", tmp_path / "cards.html", codes=["សភដរM1501199012"])
    assert "<span>សភដរ</span>" in (tmp_path / "cards.html").read_text("utf-8")


def test_codes_of_a_file_are_printed_and_bad_rows_named(tmp_path: Path) -> None:
    """Of a file that 'uic code' wrote the good rows are printed, the others named by row."""
    path = tmp_path / "coded.csv"
    lines = ["name,uic,uic_check", "A,OE2OH191220001,T", "B,RONLI191220002,T", "C,,", "D,XX,"]
    path.write_text("\n".join(lines), encoding="utf-8")
    problems = card("au-slk581", tmp_path / "cards.html", codes=path)
    assert [problem.row for problem in problems] == [3, 5]
    assert "RONLI" not in repr(problems)
    assert (tmp_path / "cards.html").read_text("utf-8").count('<article class="card">') == 1


def test_nothing_to_print_is_refused(tmp_path: Path) -> None:
    """A file without a column of codes, or without a good code, stops with a reason."""
    path = tmp_path / "list.csv"
    path.write_text("name,code\nA,OE2OH191220001\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column 'uic'"):
        card("au-slk581", tmp_path / "cards.html", codes=path)
    with pytest.raises(InputError, match="no code of the scheme"):
        card("au-slk581", tmp_path / "cards.html", codes=["XX"])
    assert not (tmp_path / "cards.html").exists()
