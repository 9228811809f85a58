"""Which provider carries mail: EMAIL_PROVIDER names it. This project was generated without a hosted one."""

from collections.abc import Callable

from app.email.message import Provider
from app.email.providers.console import Console
from app.email.providers.smtp import Smtp
from app.settings import Settings, SettingsError

PROVIDERS: dict[str, Callable[[Settings], Provider]] = {"console": Console, "smtp": Smtp}


def open_provider(settings: Settings) -> Provider:
    """Make the provider that the settings name. Raises SettingsError."""
    if settings.email_provider not in PROVIDERS:
        raise SettingsError(f"EMAIL_PROVIDER must be one of {', '.join(PROVIDERS)}")
    return PROVIDERS[settings.email_provider](settings)
