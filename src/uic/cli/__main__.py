"""``python -m uic.cli``: the same as the command ``uic``."""

from uic.cli import main

main()
