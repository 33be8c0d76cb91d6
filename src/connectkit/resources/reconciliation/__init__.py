"""Reconciliation: what moved at Stripe against what was meant, to the cent."""

from .reconciliation import AsyncReconciliation as AsyncReconciliation
from .reconciliation import Reconciliation as Reconciliation
