"""Ids that look like Stripe's: a prefix and characters of base 62, the same for the same seed."""

from __future__ import annotations

import random
import string
from io import StringIO
from typing import Final

_ALPHABET: Final = string.digits + string.ascii_letters
_BASE_62: Final = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))
_LENGTHS: Final = {"acct": 16, "req": 14, "ca": 32}
_USUAL_LENGTH: Final = 24
_DRAWN: Final = 1024


class Ids:
    """A source of fresh ids.

    Args:
        seed: Equal seeds give equal ids in equal order.
    """

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)  # noqa: S311  # an id is no secret, and has to be reproducible
        self._drawn = StringIO()

    def new(self, prefix: str) -> str:
        """Give a fresh id such as `tr_1AbC…`."""
        return f"{prefix}_{self.token(_LENGTHS.get(prefix, _USUAL_LENGTH))}"

    def token(self, length: int) -> str:
        """Give so many random characters, for secrets and links."""
        token = self._drawn.read(length)
        if len(token) < length:  # many characters at once cost little more than one
            self._drawn = StringIO(self._random.randbytes(_DRAWN).translate(_BASE_62).decode())
            token += self._drawn.read(length - len(token))
        return token
