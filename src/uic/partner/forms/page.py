"""The offline page that composes and checks codes: one file, nothing fetched, nothing kept."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from uic.files import spec_path
from uic.partner.forms import words
from uic.partner.forms.dates import PARTS, parts_of
from uic.partner.forms.names import reasons_for
from uic.partner.schemes.model import Code, Date, Literally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jinja2 import Template

    from uic.partner.forms.words import Words
    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Length, Letters, Number, Soundex, Text

    Asked = Letters | Length | Soundex | Date | Code | Number | Text

Field = dict[str, Any]
"""A question of the page, as its script reads it."""

CARD_KINDS = {
    "letters": "name", "length": "name", "soundex": "name", "date": "date", "code": "choice",
    "number": "number", "text": "text",
}  # fmt: skip
EXPORTED = re.compile(r"^export ((?:const|let|function\*?|class) (\w+))", re.MULTILINE)


def page(scheme: Scheme) -> str:
    """Return the page, script and style inside it, under a policy that forbids any network."""
    script, style = _script(scheme), asset("card.css")
    return template("card.html.jinja").render(
        scheme=scheme,
        script=script,
        style=style,
        script_hash=digest(script),
        style_hash=digest(style),
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a script or style as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _script(scheme: Scheme) -> str:
    """Join the specification's JavaScript, the scheme, the words and the page's own script."""
    data = {
        "SCHEME": scheme.model_dump(mode="json"),
        "FIELDS": fields(scheme),
        "WORDS": _words(scheme),
    }
    lines = [
        '"use strict";',
        _module("UIC", spec_path("javascript", "uic.mjs")),
        _module("QR", spec_path("javascript", "qr.mjs")),
        *(f"const {name} = {_json(value)};" for name, value in data.items()),
        asset("card.js"),
    ]
    return "\n".join(lines)


def _module(name: str, path: Path) -> str:
    """Wrap a module so that it stands in one script with others: its exports become a value."""
    text = path.read_text(encoding="utf-8")
    names = [match.group(2) for match in EXPORTED.finditer(text)]
    body = EXPORTED.sub(r"\1", text)
    return f"const {name} = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();"


def _json(value: object) -> str:
    """Write JSON that cannot end the script it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def fields(scheme: Scheme) -> list[Field]:
    """Return the questions of the page, in order; what replaces another comes last."""
    own: dict[str, Field] = {}
    for component in scheme.components:
        if not isinstance(component, Literally) and component.attribute not in own:
            own |= {field["name"]: field for field in _asked(component, scheme)}
    return [*own.values(), *_replacements(scheme, own), *_suffix(scheme)]


def _asked(component: Asked, scheme: Scheme) -> Iterable[Field]:
    name = component.attribute
    alike = [c for c in scheme.components if c.attributes[:1] == (name,)]
    optional = all(c.pads or c.attributes[1:] for c in alike)
    field: Field = {"name": name, "kind": CARD_KINDS[component.kind], "optional": optional}
    if isinstance(component, Code):
        field["answers"] = list(component.codes)
    if isinstance(component, Date):
        field["parts"] = [PARTS[kind] for kind in parts_of(name, scheme)]
    yield field
    if told := reasons_for(name, scheme):
        yield {"name": f"{name}_status", "kind": "reason", "answers": told, "instead": [name]}


def _replacements(scheme: Scheme, own: dict[str, Field]) -> Iterable[Field]:
    waiting: dict[str, list[str]] = {}
    for component in scheme.components:
        for name in component.attributes[1:]:
            if name not in own:
                waiting.setdefault(name, []).append(component.attributes[0])
    for name, empty in waiting.items():
        yield {"name": name, "kind": "name", "optional": False, "instead": empty}


def _suffix(scheme: Scheme) -> list[Field]:
    return [{"name": "code_suffix", "kind": "text", "optional": True}] if scheme.suffix else []


def _words(scheme: Scheme) -> dict[str, dict[str, str]]:
    """Return every word the page says, by key and language."""
    phrases = ("why_empty", "leave_empty", "no_such_date", "year_first", "write_down")
    found: dict[str, Words] = words.PAGE | words.RULES
    found |= {name: words.PHRASES[name] for name in phrases}
    found |= {f"reason_{name}": label for name, label in words.REASONS.items()}
    for number, (english, khmer) in enumerate(words.MONTHS, start=1):
        found[f"month_{number}"] = (f"{number} {english}", f"{number} {khmer}")
    for field in fields(scheme):
        found[field["name"]] = words.attribute(field["name"])
        for part in field.get("parts", ()):
            found[f"{field['name']}_{part}"] = words.PARTS[part]
        for answer in field.get("answers", ()):
            found[f"answer_{answer}"] = words.CHOICES.get(answer, (answer, answer))
    for component in scheme.components:
        if component.attributes:
            found[f"part_{component.name}"] = words.attribute(component.attributes[0])
    return {key: {"en": english, "km": khmer} for key, (english, khmer) in found.items()}


def asset(name: str) -> str:
    """Return the text of a file in ``assets``."""
    return resources.files("uic.partner.forms").joinpath("assets", name).read_text("utf-8")


@functools.cache
def template(name: str) -> Template:
    """Return a page template; values are escaped, a misspelt name raises."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template(name)
