"""Questions for names, and the calculations that bring a name to code letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.forms import expressions
from uic.partner.forms.rows import Row, calculate, field
from uic.partner.forms.words import EMPTY, REASONS, Words, attribute, phrase
from uic.partner.schemes.model import Letters

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Take


def letters_of(name: str) -> str:
    """Return a reference to the code letters of an attribute."""
    return field(f"{name}_letters")


def name_rows(name: str, scheme: Scheme) -> list[Row]:
    """Ask for a name; where the scheme tells reasons apart, ask why it is empty."""
    optional = all(component.pads or component.fallback for component in letters_in(name, scheme))
    hint = phrase("leave_empty") if optional else EMPTY
    question = _question(name, scheme, hint, required="" if optional else "yes")
    return [question, *_why_empty(name, scheme)]


def letters_in(name: str, scheme: Scheme) -> list[Letters]:
    """Return the components of a scheme that take letters of one name first."""
    return [c for c in scheme.components if isinstance(c, Letters) and c.attribute == name]


def fallback_row(name: str, scheme: Scheme) -> Row:
    """Ask for a name that stands in for others, only where one of those is empty."""
    waiting = [
        f"{letters_of(component.attributes[0])} = ''"
        for component in scheme.components
        if name in component.attributes[1:]
    ]
    return _question(name, scheme, EMPTY, required="yes", relevant=" or ".join(waiting))


def _question(name: str, scheme: Scheme, hint: Words, required: str, relevant: str = "") -> Row:
    least = _least(name, scheme)
    empty = required == "" and not reasons_for(name, scheme)
    accepted = expressions.accepted(scheme.scripts, least, optional=empty)
    latin = phrase("letters_only", least)
    return Row(
        "text",
        name,
        attribute(name),
        hint,
        required=required,
        relevant=relevant,
        constraint=f'regex(., "{accepted}")',
        message=latin if scheme.scripts == ("latin",) else phrase("one_script"),
    )


def _least(name: str, scheme: Scheme) -> int:
    """Return how many letters a name needs: all that are taken, where nothing stands for one."""
    needed = [1]
    for component in scheme.components:
        if isinstance(component, Letters) and component.short is None:
            parts: list[Letters | Take] = [component, *component.fallback]
            needed += [places(part)[-1] for part in parts if part.attribute == name]
    return max(needed)


def places(part: Letters | Take) -> tuple[int, ...]:
    """Return the positions of the letters that are taken, counted from 1."""
    return part.letters if part.letters != "all" else ()


def _why_empty(name: str, scheme: Scheme) -> list[Row]:
    """Ask why a name is empty, where that changes the code."""
    words = reasons_for(name, scheme)
    if not words:
        return []
    signs = [component.missing for component in letters_in(name, scheme)]
    return [
        Row(
            "select_one",
            f"{name}_status",
            phrase("why_empty"),
            required="yes" if None in signs else "",
            relevant=f"{field(name)} = ''",
            answers=tuple((word, REASONS[word]) for word in words),
        )
    ]


def reasons_for(name: str, scheme: Scheme) -> list[str]:
    """Return the reasons for an empty name that change the code."""
    components = letters_in(name, scheme)
    told = ("unknown", "refused")
    words = [w for w in told if any(getattr(c, w) is not None for c in components)]
    if scheme.mononym is not None and scheme.mononym.target == name:
        words.append("none")
    return words


def letter_rows(names: list[str], scheme: Scheme) -> list[Row]:
    """Bring names to code letters, one calculation a step, for each script of the scheme."""
    rows: list[Row] = []
    typed: dict[str, str] = {}
    for name in names:
        ends = []
        for script in scheme.scripts:
            last = name
            for number, step in enumerate(expressions.letters_of(script), start=1):
                rows.append(
                    calculate(f"{name}_{script}_{number}", step.replace("{0}", field(last)))
                )
                last = rows[-1].name
            ends.append(field(last))
        typed[name] = expressions.concat(ends)
    moved = typed | _mononym(typed, scheme)
    return rows + [calculate(f"{name}_letters", moved[name]) for name in names]


def _mononym(typed: dict[str, str], scheme: Scheme) -> dict[str, str]:
    """Move the only name of a person to where the scheme wants it."""
    rule = scheme.mononym
    if rule is None or rule.target not in typed or rule.source not in typed:
        return {}
    only = f"{field(rule.target + '_status')} = 'none' and {field(rule.target)} = ''"
    return {
        rule.target: f"if({only}, {typed[rule.source]}, {typed[rule.target]})",
        rule.source: f"if({only}, '', {typed[rule.source]})",
    }


def script_fields(names: list[str], script: str) -> list[str]:
    """Return references to the code letters of names as far as they are in one script."""
    last = len(expressions.letters_of(script))
    return [field(f"{name}_{script}_{last}") for name in names]


def one_script(names: list[str], scheme: Scheme) -> str:
    """Return a condition: all names of a person are in one script."""
    empty = [
        " and ".join(f"{letters} = ''" for letters in script_fields(names, script))
        for script in scheme.scripts
    ]
    others = ["".join(f"({e}) and " for e in empty if e != own)[:-5] for own in empty]
    return " or ".join(f"({other})" for other in others)
