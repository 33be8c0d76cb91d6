"""Payments: direct, destination and separate charges, and their refunds."""

from .charges import AsyncCharges as AsyncCharges
from .charges import Charges as Charges
