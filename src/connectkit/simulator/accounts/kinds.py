"""The topic of accounts: how its objects are kept and shown."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.routing import Topic

from .showing import show

topic: Final = Topic("accounts")
topic.kind("account", render=show)
topic.kind("bank_account", indexes=("currency",))
topic.kind("card", indexes=("currency",))
topic.kind("capability")
topic.kind("person")
