"""``uic keys``: epoch keys of a project, and the pairs of its parties."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uic.keys import KeyFacts

app = typer.Typer(
    help="Make, hand over, replace and destroy keys. No command takes a key itself, only files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def new(
    project: Annotated[str, typer.Option(help="The project, as in the linkage schema.")],
    epoch: Annotated[str, typer.Option(help="The reporting period, as 2026Q4.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="New file, or keyring:NAME.")],
) -> None:
    """Make the epoch key of a project: one for all partners, one for each period.

    Example: uic keys new --project phnom-penh --epoch 2026Q4 -o 2026Q4.key
    """
    from uic import keys

    _tell(keys.new(project, epoch, output), output)
    _warn("whoever gets this file can test every name in a registry: keep it off shared drives")


@app.command()
def pair(
    output: Annotated[Path, typer.Option("--output", "-o", help="Name of the pair, no ending.")],
    post_quantum: Annotated[
        bool, typer.Option("--post-quantum", help="Seal with X25519 and ML-KEM-768 together.")
    ] = False,
) -> None:
    """Make your own pair: NAME.private stays with you, NAME.public goes to the others.

    Example: uic keys pair -o matcher

    Read the key id to the others by telephone: so they know that the file they got is yours.
    """
    from uic import keys

    _tell(keys.pair(output, post_quantum=post_quantum), f"{output}.private and {output}.public")


@app.command()
def show(file: Annotated[Path, typer.Argument(help="Any key file.")]) -> None:
    """Show what may be said aloud about a key: its sort, its id, project and epoch.

    Example: uic keys show matcher.public
    """
    from uic import keys

    for name, value in vars(keys.show(file)).items():
        if value:
            typer.echo(f"{name.replace('_', ' '):<10}{value}")


@app.command()
def rotate(
    file: Annotated[Path, typer.Argument(help="The old epoch key; it stays as it is.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new key file.")],
    epoch: Annotated[
        str | None, typer.Option(help="The next epoch. Default: the quarter after.")
    ] = None,
) -> None:
    """Make the next epoch's key, with nothing of the old one in it.

    Example: uic keys rotate 2026Q4.key -o 2027Q1.key

    To keep person ids, encode once with both: uic encode ... --key 2027Q1.key
    --previous 2026Q4.key. Then destroy the old key.
    """
    from uic import keys

    _tell(keys.rotate(file, output, epoch=epoch), output)
    _warn("the old key still works: destroy it when the hand-over is done")


@app.command()
def wrap(
    file: Annotated[Path, typer.Argument(help="The epoch key.")],
    to: Annotated[Path, typer.Option(help="NAME.public of the partner.")],
    sign: Annotated[Path, typer.Option(help="Your own NAME.private.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: EPOCH-for-NAME.uick.")
    ] = None,
) -> None:
    """Seal an epoch key to a partner, so that it can travel by mail or on a stick.

    Example: uic keys wrap 2026Q4.key --to dic.public --sign coordinator.private
    """
    from uic import keys

    target = output or Path(f"{keys.show(file).epoch}-for-{keys.show(to).name}.uick")
    _tell(keys.wrap(file, to=to, signer=sign, out=target), target)


@app.command()
def unwrap(
    file: Annotated[Path, typer.Argument(help="The sealed key.")],
    key: Annotated[Path, typer.Option(help="Your own NAME.private.")],
    signer: Annotated[Path, typer.Option(help="NAME.public of whoever made the key.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new key file.")],
    project: Annotated[str | None, typer.Option(help="Refuse another project's key.")] = None,
    epoch: Annotated[str | None, typer.Option(help="Refuse another epoch's key.")] = None,
) -> None:
    """Open an epoch key that was sealed to you. Delete the sealed file afterwards.

    Example: uic keys unwrap 2026Q4-for-dic.uick --key dic.private --signer coordinator.public
    -o 2026Q4.key

    As long as the sealed file is there, whoever takes it and your NAME.private has the epoch key,
    even when you have destroyed your own copy.
    """
    from uic import keys

    facts = keys.unwrap(file, key=key, signer=signer, out=output, project=project, epoch=epoch)
    _tell(facts, output)
    _warn(
        f"delete {file.name} now, here and in the mail or on the stick it came by: with your"
        " NAME.private it gives the epoch key away even when the key itself is destroyed"
    )


@app.command()
def destroy(
    file: Annotated[Path, typer.Argument(help="An epoch key or a NAME.private.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Overwrite and remove a secret key. This cannot be undone.

    Example: uic keys destroy 2026Q4.key

    Without its epoch key no token can be tested against a name any more, by nobody, and no
    record can be added to that epoch. Copies elsewhere are not touched.
    """
    from uic import keys

    if not yes:
        typer.confirm(f"Destroy {file.name} for ever?", abort=True, err=True)
    kind = keys.destroy(file)
    typer.echo(f"destroyed {file.name}", err=True)
    if kind == "epoch key":
        _warn("old tokens can no longer be tested against names, once no other copy is left")
    else:
        _warn("what was sealed to this key can no longer be opened, once no other copy is left")
    _warn(
        "copies survive elsewhere: at every partner, in wrapped keys, in backups, and in what a"
        " disk keeps of overwritten files"
    )


def _tell(facts: KeyFacts, where: Path | str) -> None:
    about = f"{facts.project}/{facts.epoch}" if facts.project else facts.name
    typer.echo(f"wrote {where}: {about}, key id {facts.key_id}", err=True)


def _warn(line: str) -> None:
    typer.echo(f"uic: {line}", err=True)
