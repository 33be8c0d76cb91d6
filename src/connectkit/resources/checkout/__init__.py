"""Checkout: pages of Stripe's on which buyers pay, and orders delivered once."""

from .checkout import AsyncCheckout as AsyncCheckout
from .checkout import Checkout as Checkout
