"""The simulated topics, in one list: a new topic is one line here."""

from __future__ import annotations

from typing import Final

from . import accounts, destinations, events, file_links, files
from .buyers import attempts, authentication, customers, deposits, elements, setups, sources, tokens
from .buyers import methods as buyers_methods
from .money import (
    application_fees,
    asking,
    balances,
    capturing,
    cash,
    charges,
    collecting,
    confirmation_tokens,
    debits,
    disputes,
    express,
    increments,
    instant,
    intents,
    laws,
    mandates,
    methods,
    payout_reversals,
    payouts,
    refunds,
    reversals,
    rows,
    topups,
    transfers,
    warnings,
)
from .routing import Topic
from .selling import invoices, links, pages, prices, products, sessions, subscription_items, subscriptions

TOPICS: Final[tuple[Topic, ...]] = (
    accounts.topic,
    application_fees.topic,
    asking.topic,
    attempts.topic,
    authentication.topic,
    balances.topic,
    buyers_methods.topic,
    capturing.topic,
    cash.topic,
    charges.topic,
    collecting.topic,
    confirmation_tokens.topic,
    customers.topic,
    debits.topic,
    deposits.topic,
    disputes.topic,
    destinations.topic,
    elements.topic,
    events.topic,
    express.topic,
    file_links.topic,
    files.topic,
    increments.topic,
    instant.topic,
    intents.topic,
    laws.topic,
    invoices.topic,
    links.topic,
    mandates.topic,
    methods.topic,
    pages.topic,
    payout_reversals.topic,
    payouts.topic,
    prices.topic,
    products.topic,
    refunds.topic,
    reversals.topic,
    rows.topic,
    sessions.topic,
    setups.topic,
    sources.topic,
    subscription_items.topic,
    subscriptions.topic,
    tokens.topic,
    topups.topic,
    transfers.topic,
    warnings.topic,
)
"""Every topic that the simulator has."""
