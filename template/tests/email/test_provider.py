"""Which provider carries mail."""

import pytest

from app.email.provider import PROVIDERS, open_provider
from app.email.providers.console import Console
from app.email.providers.smtp import Smtp
from app.settings import Settings, SettingsError, load


@pytest.mark.parametrize(("name", "kind"), [("console", Console), ("smtp", Smtp)])
def test_the_setting_names_it(settings: Settings, name: str, kind: type[object]) -> None:
    """Both are there in every project."""
    assert isinstance(open_provider(load(Settings, email_provider=name)), kind)


def test_an_unknown_one_is_refused(settings: Settings) -> None:
    """The refusal lists those there are, and does not repeat what may be a key in the wrong place."""
    with pytest.raises(SettingsError) as refusal:
        open_provider(load(Settings, email_provider="s3cret"))

    assert f"EMAIL_PROVIDER must be one of {', '.join(PROVIDERS)}" == str(refusal.value)
