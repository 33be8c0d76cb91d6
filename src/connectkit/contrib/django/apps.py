"""The application of Django that brings the management command."""

from __future__ import annotations

from django.apps import AppConfig


class ConnectKitConfig(AppConfig):
    """The application, as `INSTALLED_APPS` wants it: `"connectkit.contrib.django"`."""

    name = "connectkit.contrib.django"
    label = "connectkit"
