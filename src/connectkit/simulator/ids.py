"""Ids that look like Stripe's: a prefix and characters of base 62, the same for the same seed."""

from __future__ import annotations

import random
import string
from typing import Final

_ALPHABET: Final = string.digits + string.ascii_letters
_BASE_62: Final = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))
_LENGTHS: Final = {"acct": 16, "req": 14, "ca": 32}
_USUAL_LENGTH: Final = 24


class Ids:
    """A source of fresh ids.

    Args:
        seed: Equal seeds give equal ids in equal order.
    """

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # an id is no secret, and has to be reproducible

    def new(self, prefix: str) -> str:
        """Give a fresh id such as `tr_1AbC…`."""
        return f"{prefix}_{self.token(_LENGTHS.get(prefix, _USUAL_LENGTH))}"

    def token(self, length: int) -> str:
        """Give so many random characters, for secrets and links."""
        return self._random.getrandbits(8 * length).to_bytes(length, "little").translate(_BASE_62).decode()
