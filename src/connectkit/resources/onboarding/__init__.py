"""Sellers: connected accounts made, onboarded and looked at."""

from .onboarding import AsyncOnboarding as AsyncOnboarding
from .onboarding import Onboarding as Onboarding
