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

# In the order of the work. Each module defines a function ``command``; the verb is its name.
COMMANDS: dict[str, str] = {
    "dedupe": "dedupe",
    "estimate": "estimate",
    "evaluate": "evaluate",
    "simulate": "simulate",
    "demo": "demo",
}

for verb, module in COMMANDS.items():
    app.command(verb)(importlib.import_module(f"uic.cli.{module}").command)
