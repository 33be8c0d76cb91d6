"""What a payment keeps to itself."""

from __future__ import annotations

import copy
import pickle

from connectkit.models.browser import Secret


def test_a_secret_is_copied_within_the_process_and_never_pickled() -> None:
    secret = Secret("pi_1_secret_2")
    assert [copy.copy(secret), copy.deepcopy(secret)] == [secret, secret]
    restored = pickle.loads(pickle.dumps(secret))  # noqa: S301  # our own
    assert (restored, type(restored), repr(secret)) == ("", Secret, "Secret('…')")
