"""The tables of a register, one DuckDB file a project.

No column holds a name, a code, a token or a key. A record is named by partner and handle
(spec/keys.md), a person by a number; ``P000001`` is how that number is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.engines.storing import stored

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from uic.engines.storing import Database

REGISTER = "uic-register/1"

TABLES = (
    # Every export that ever came; state is here, outdated (a newer one replaced it) or withdrawn.
    """CREATE TABLE exports (number INTEGER, digest VARCHAR, partner VARCHAR, epoch VARCHAR,
    state VARCHAR, signer VARCHAR, arrived VARCHAR, file VARCHAR, header VARCHAR)""",
    # What the exports that are here brought: ROW_MAP, SENT_EVENTS, RECORDS, CHANCE and OWN_PAIRS of
    # uic.exchange.
    """CREATE TABLE pass_rows
    (export INTEGER, pass VARCHAR, row_id BIGINT, record INTEGER, usable BOOLEAN)""",
    """CREATE TABLE events (export INTEGER, contact BIGINT, record INTEGER, date DATE,
    channel VARCHAR, service VARCHAR, quantity BIGINT, site VARCHAR,
    returned BIGINT, referral VARCHAR, population VARCHAR)""",
    """CREATE TABLE records (export INTEGER, record INTEGER,
    handle_hi BIGINT, handle_lo BIGINT, previous_hi BIGINT, previous_lo BIGINT,
    sex VARCHAR, age_group VARCHAR, own_id BOOLEAN)""",
    "CREATE TABLE chance (export INTEGER, pass VARCHAR, pairs BIGINT, agreeing BIGINT)",
    """CREATE TABLE own_pairs (export INTEGER, pass VARCHAR, row_a BIGINT, row_b BIGINT,
    pattern BIGINT, log_odds DOUBLE)""",
    # Finished rounds. Another revision of a round has other inputs; all of them stay.
    """CREATE TABLE rounds (number INTEGER, name VARCHAR, revision INTEGER, epoch VARCHAR,
    finished VARCHAR, inputs VARCHAR, parameters VARCHAR, facts VARCHAR)""",
    # Who the records were in each round.
    """CREATE TABLE persons
    (round INTEGER, partner VARCHAR, handle_hi BIGINT, handle_lo BIGINT, person BIGINT)""",
    # Which pairs were compared, with which score (uic.resolving.resolver.Resolution.compared).
    """CREATE TABLE pairs (round INTEGER,
    partner_a VARCHAR, handle_a_hi BIGINT, handle_a_lo BIGINT,
    partner_b VARCHAR, handle_b_hi BIGINT, handle_b_lo BIGINT,
    log_odds DOUBLE, same BOOLEAN, decided BOOLEAN, best TINYINT, met BIGINT, pattern BIGINT)""",
    # The person each known record last belonged to, and the round it last stood in.
    """CREATE TABLE members
    (partner VARCHAR, handle_hi BIGINT, handle_lo BIGINT, person BIGINT, round INTEGER)""",
    # The life of person ids: uic.resolving.identity.Change; round is null for a withdrawal.
    """CREATE TABLE history
    (number BIGINT, round INTEGER, kind VARCHAR, before BIGINT[], after BIGINT[])""",
    # What people decided about pairs of records.
    """CREATE TABLE decisions (
    partner_a VARCHAR, handle_a_hi BIGINT, handle_a_lo BIGINT,
    partner_b VARCHAR, handle_b_hi BIGINT, handle_b_lo BIGINT, same BOOLEAN)""",
    # What partners were asked about pairs of records (uic.resolving.reviewing.LEDGER).
    """CREATE TABLE questions (round VARCHAR, question BIGINT, partner VARCHAR,
    partner_a VARCHAR, handle_a_hi BIGINT, handle_a_lo BIGINT,
    partner_b VARCHAR, handle_b_hi BIGINT, handle_b_lo BIGINT)""",
    # Handles of records that were withdrawn: they are passed over wherever they come again.
    "CREATE TABLE withdrawn (partner VARCHAR, handle_hi BIGINT, handle_lo BIGINT)",
    # One line an action, chained by hashes (uic.chained).
    "CREATE TABLE audit (number INTEGER, line VARCHAR)",
)


def open_register(path: str | Path | None) -> AbstractContextManager[Database]:
    """Open the register of a project, or make it; None for one that is gone after the block.

    Raises:
        InputError: another run has it open.
        FormatError: the file is no register.
    """
    return stored(path, REGISTER, TABLES)
