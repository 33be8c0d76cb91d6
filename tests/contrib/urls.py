"""The addresses of the Django application under test; each test sets its own."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
