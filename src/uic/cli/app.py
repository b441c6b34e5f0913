"""The list of commands. A new verb is a module in this folder and a line here."""

from __future__ import annotations

import importlib

import typer

app = typer.Typer(
    name="uic",
    help="Count people instead of contacts, without anyone but the NGO ever holding a name.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time and reads well in a log
    context_settings={"help_option_names": ["-h", "--help"]},
)

# In the order of the work. A module defines the function ``command``, or a Typer ``app`` of
# several sub-commands; the verb is the module's name.
COMMANDS = (
    "init",
    "dedupe",
    "check",
    "code",
    "schemes",
    "form",
    "card",
    "keys",
    "encode",
    "gate",
    "inspect",
    "open",
    "match",
    "resolve",
    "link",
    "rounds",
    "send",
    "receive",
    "answer",
    "decide",
    "explain",
    "count",
    "estimate",
    "multiplier",
    "consensus",
    "release",
    "export",
    "evaluate",
    "simulate",
    "demo",
)

for verb in COMMANDS:
    module = importlib.import_module(f"uic.cli.{verb}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=verb)
    else:
        app.command(verb)(module.command)
