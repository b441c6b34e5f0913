"""Keys in the keyring: the same rules as for files, and no keyring that writes plain text."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import uic
from uic import keys
from uic.crypto.keys import key_text, load_key, load_or_make_key, new_key, save_key
from uic.errors import KeyMaterialError

keyring = pytest.importorskip("keyring", reason="the extra 'keyring' is not installed")
from keyring.backend import KeyringBackend  # noqa: E402
from keyring.errors import KeyringLocked, PasswordDeleteError  # noqa: E402


class InMemory(KeyringBackend):
    """A keyring of the keyring package that forgets everything at the end."""

    priority = 5.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret, or None."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        if (service, username) not in self.kept:
            raise PasswordDeleteError(username)
        del self.kept[service, username]


class PlainText(InMemory):
    """One of those that keep secrets readable."""

    priority = 0.5  # type: ignore[assignment]


class Locked(InMemory):
    """Locked, and its error holds what it was asked for."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse, and tell everything."""
        raise KeyringLocked(f"secret {service} {username}")


@pytest.fixture
def ring() -> Iterator[InMemory]:
    """A keyring for this test only."""
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_an_epoch_key_lives_in_the_keyring(ring: InMemory, tmp_path: Path) -> None:
    """Made, shown, used, rotated and destroyed by its name; no file appears."""
    made = keys.new("project", "2026Q4", "keyring:2026Q4")
    assert keys.show(Path("keyring:2026Q4")) == made
    assert load_key("keyring:2026Q4").key_id == made.key_id
    keys.rotate("keyring:2026Q4", "keyring:next")
    assert keys.destroy("keyring:2026Q4") == "epoch key"
    assert [name for _, name in ring.kept] == ["next"]
    assert list(tmp_path.iterdir()) == []


def test_a_run_takes_its_key_from_the_keyring(ring: InMemory) -> None:
    """uic dedupe makes the key on first use and finds it again."""
    first = load_or_make_key("keyring:runs", "project")
    assert load_or_make_key("keyring:runs", "project").key_id == first.key_id
    people = {"a": [{"family_name": "Sok", "birth_date": "1990-05-17"}]}
    tables = {name: pa.Table.from_pylist(rows) for name, rows in people.items()}
    assert len(uic.dedupe(tables, key="keyring:runs").persons) == 1
    assert len(ring.kept) == 1


def test_a_key_in_the_keyring_is_never_overwritten(ring: InMemory) -> None:
    """A taken name is refused and keeps its key."""
    save_key(new_key("project", "2026Q4"), "keyring:k")
    kept = dict(ring.kept)
    with pytest.raises(KeyMaterialError, match="exists already"):
        save_key(new_key("project", "2026Q4"), "keyring:k")
    assert ring.kept == kept


def test_a_missing_name_says_so(ring: InMemory) -> None:
    """No key of this name, and nothing else in the keyring is told."""
    assert ring.kept == {}
    with pytest.raises(KeyMaterialError, match="no key of this name"):
        load_key("keyring:nothing")


@pytest.mark.parametrize("backend", [PlainText, Locked])
def test_a_keyring_that_cannot_be_used_is_refused(ring: InMemory, backend: type[InMemory]) -> None:
    """Plain text or locked: refused, without a byte of the key in the error."""
    keyring.set_keyring(backend())
    key = new_key("project", "2026Q4")
    with pytest.raises(KeyMaterialError) as caught:
        save_key(key, "keyring:k")
    told = "".join(traceback.format_exception(caught.value))
    assert key_text(key).split("\n")[3] not in told
    assert "secret" not in told
    assert ring.kept == {}


def test_what_is_no_key_in_the_keyring_is_not_told(ring: InMemory) -> None:
    """Another program's secret under that name stays out of the error."""
    ring.set_password("uic", "k", "hunter2 ក")
    with pytest.raises(KeyMaterialError) as caught:
        load_key("keyring:k")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing package is told with the line that installs it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyMaterialError, match=r"uic-link\[keyring\]"):
        load_key("keyring:k")
