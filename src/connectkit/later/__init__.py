"""The transactional outbox: the same verbs, written down in the caller's own transaction and sent by workers.

An order and the payment to its seller are then committed together or not at all. Each room has the verbs of its twin on
a `Connect` that create or move something, with the same arguments, and sends nothing.
"""

from .asynchronous import AsyncLater as AsyncLater
from .blocking import Later as Later
from .pending import AsyncPending as AsyncPending
from .pending import Pending as Pending
