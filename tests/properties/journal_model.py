"""A small model of the journal's world, walked exhaustively.

Two senders and one later caller work on one operation, over a store that is perfect and a network that is not:
requests may arrive late or never, answers may be lost or delayed beyond every lease, processes may die between any two
steps, and Stripe may change its mind once. The laws of the real code (`claimed`, `settled`, `claimable`, `judge`) are
plugged in, and mutants of them, to show that the walk would notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum

from attrs import evolve, frozen

from connectkit.calls.outcomes import CREATES_DOUBT, Meaning, Silence, Verdict, judge
from connectkit.journal import Doubt, Refusal, Report, Success, claimable, claimed, settled
from connectkit.requests import Request, Response
from connectkit.storage.records import Identity, Operation, State

LEASE = 3
DEADLINE = 1
END = 4
SENDS = 2
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
REQUEST = Request("post", "/v1/payouts")
DRAFT = Operation(Identity("", "acct_1", livemode=False, key="payout-1"), "payouts.create", "fingerprint", "frozen")


def at(tick: int) -> datetime:
    """Give the time of a tick."""
    return EPOCH + timedelta(seconds=tick)


class Phase(Enum):
    """How far a sender has come."""

    IDLE = "idle"
    CLAIMED = "claimed"
    WAITING = "waiting"
    ENDED = "ended"


@frozen
class Sender:
    """One process."""

    phase: Phase = Phase.IDLE
    token: int = 0
    key: int = 0
    doubt: bool = False
    lease_end: int = 0
    sent_at: int = 0
    sends: int = 0


@frozen
class Message:
    """A request under way; it dies with its sender's hard deadline."""

    sender: int
    key: int
    expires: int


@frozen
class Reply:
    """An answer under way, for as long as it likes."""

    sender: int
    answer: Response
    sent_at: int


@frozen
class Model:
    """Everything that there is at one moment."""

    senders: tuple[Sender, ...] = (Sender(), Sender(), Sender())
    row: Operation | None = None
    now: int = 0
    memory: frozenset[tuple[int, bool]] = frozenset()
    effects: int = 0
    permitted: bool = True
    minds: int = 1
    messages: frozenset[Message] = frozenset()
    replies: tuple[Reply, ...] = ()
    learnt: bool = False


@frozen
class Laws:
    """The rules under test."""

    claim: Callable[[Operation, datetime], Operation] = lambda row, now: claimed(row, now, lambda row: row.request)
    settle: Callable[[Operation, int, Report], Operation] = settled
    judge: Callable[[Response | Silence, bool], Verdict] = lambda answer, doubt: judge(
        REQUEST, answer, repetition=doubt
    )
    key: Callable[[Operation], int] = lambda row: row.generation
    stored: bool = True


OK = Response(200, {}, {"id": "po_1"})
REMEMBERED = Response(400, {"stripe-should-retry": "false"}, {"error": {"code": "balance_insufficient"}})
FORGOTTEN = Response(403, {}, {"error": {}})


def steps(model: Model, laws: Laws) -> Iterator[Model]:
    """Give everything that may happen next."""
    for index in range(len(model.senders)):
        yield from _sender_steps(model, laws, index)
    for message in model.messages:
        rest = evolve(model, messages=model.messages - {message})
        yield rest
        yield from _arrives(rest, laws, message)
    if model.minds:
        yield evolve(model, permitted=not model.permitted, minds=model.minds - 1)
    if model.now < END:
        alive = frozenset(message for message in model.messages if message.expires > model.now)
        yield evolve(model, now=model.now + 1, messages=alive)


def _sender_steps(model: Model, laws: Laws, index: int) -> Iterator[Model]:
    sender = model.senders[index]
    if sender.phase in {Phase.CLAIMED, Phase.WAITING}:
        yield _with(model, index, evolve(sender, phase=Phase.ENDED))  # killed
    if sender.phase is Phase.IDLE and _may_begin(model, index):
        yield from _begins(model, laws, index)
    elif sender.phase is Phase.CLAIMED and model.now + DEADLINE <= sender.lease_end:
        message = Message(index, sender.key, model.now + DEADLINE)
        waiting = evolve(sender, phase=Phase.WAITING, sent_at=model.now, sends=sender.sends + 1)
        yield evolve(_with(model, index, waiting), messages=model.messages | {message})
    elif sender.phase is Phase.WAITING:
        yield from _waits(model, laws, index)


def _may_begin(model: Model, index: int) -> bool:
    later = index == len(model.senders) - 1
    return not later or all(other.phase is Phase.ENDED for other in model.senders[:-1])


def _begins(model: Model, laws: Laws, index: int) -> Iterator[Model]:
    lease_end = model.now + LEASE
    if model.row is None:
        row = evolve(DRAFT, first_sent=at(model.now), lease_until=at(lease_end))
    elif model.row.state in {State.SUCCEEDED, State.REVIEW}:
        yield _with(model, index, Sender(phase=Phase.ENDED))
        return
    elif claimable(model.row, at(model.now)):
        row = evolve(laws.claim(model.row, at(model.now)), lease_until=at(lease_end))
    else:
        return
    sender = Sender(Phase.CLAIMED, row.token, laws.key(row), row.doubt, lease_end)
    yield _with(evolve(model, row=row), index, sender)


def _waits(model: Model, laws: Laws, index: int) -> Iterator[Model]:
    sender = model.senders[index]
    for reply in model.replies:
        if reply.sender == index and reply.sent_at == sender.sent_at:
            rest = evolve(model, replies=tuple(other for other in model.replies if other is not reply))
            yield _hears(rest, laws, index, reply.answer)
    if model.now > sender.sent_at + DEADLINE:
        yield _hears(model, laws, index, Silence("timeout", sent=True))


def _hears(model: Model, laws: Laws, index: int, answer: Response | Silence) -> Model:
    sender = model.senders[index]
    verdict = laws.judge(answer, sender.doubt)
    doubt = sender.doubt or verdict.meaning in CREATES_DOUBT
    report: Report
    if verdict.meaning is Meaning.DONE:
        report = Success("po_1", "{}")
        model = evolve(model, learnt=True)
    elif verdict.meaning is Meaning.REFUSED:
        report = Refusal(at(sender.sent_at), verdict.spent, "", "{}")
    elif verdict.meaning is Meaning.UNKNOWN and sender.sends < SENDS:
        return _with(model, index, evolve(sender, phase=Phase.CLAIMED, doubt=doubt))
    else:
        report = Doubt(at(model.now), possible=doubt)
    if model.row is None:
        raise AssertionError(model)
    row = laws.settle(model.row, sender.token, report)
    return _with(evolve(model, row=row), index, evolve(sender, phase=Phase.ENDED))


def _arrives(model: Model, laws: Laws, message: Message) -> Iterator[Model]:
    """Let Stripe execute a request; then its answer is under way, or lost."""
    remembered = dict(model.memory).get(message.key)
    if remembered is None and model.permitted:
        model = evolve(model, memory=model.memory | {(message.key, True)}, effects=model.effects + 1)
        answer = OK
    elif remembered is None and laws.stored:
        model = evolve(model, memory=model.memory | {(message.key, False)})
        answer = REMEMBERED
    elif remembered is None:
        answer = FORGOTTEN
    else:
        answer = OK if remembered else REMEMBERED
    yield model
    reply = Reply(message.sender, answer, message.expires - DEADLINE)
    yield evolve(model, replies=(*model.replies, reply))


def _with(model: Model, index: int, sender: Sender) -> Model:
    senders = (*model.senders[:index], sender, *model.senders[index + 1 :])
    return evolve(model, senders=senders)


def wrong(model: Model) -> str:
    """Say which law this moment breaks, or `""`."""
    row = model.row
    if model.effects > 1:
        return "double effect"
    if row is not None and row.state is State.REFUSED and model.effects:
        return "false refused"
    if row is not None and row.state is State.SUCCEEDED and not model.effects:
        return "false success"
    if model.learnt and row is not None and row.state is not State.SUCCEEDED:
        return "lost success"
    return ""


def walk(start: Model, laws: Laws) -> tuple[int, str]:
    """Visit every reachable moment; give how many there were, and the first law found broken, or `""`."""
    seen = {_canonical(start)}
    stack = [start]
    while stack:
        model = stack.pop()
        if broken := wrong(model):
            return len(seen), broken
        for following in steps(model, laws):
            moment = _canonical(following)
            if moment not in seen:
                seen.add(moment)
                stack.append(following)
    return len(seen), ""


def _canonical(model: Model) -> object:
    """Give a hashable stand-in for a moment, blind to which of two equal answers is which."""
    row = model.row
    short = row and (row.state, row.generation, row.token, row.doubt, row.spent, row.quiet_from, row.lease_until)
    replies = tuple(sorted((reply.sender, reply.answer.status, reply.sent_at) for reply in model.replies))
    return (
        model.senders,
        short,
        model.now,
        model.memory,
        model.effects,
        model.permitted,
        model.minds,
        model.messages,
        replies,
        model.learnt,
    )
