"""Checked by mypy and pyright, never run: our stores, as what the contract asks for."""

from __future__ import annotations

from connectkit import MemoryStore, SQLiteStore
from connectkit.storage.base import AsyncStore, Store
from connectkit.storage.bridges import Inline, Threaded

in_memory: Store = MemoryStore()
in_a_file: Store = SQLiteStore("journal.db")
here: AsyncStore = Inline(in_memory)
in_a_thread: AsyncStore = Threaded(in_a_file)

# A blocking store is no asynchronous one, and the other way round.
mistaken: AsyncStore = in_memory  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
inverted: Store = here  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
