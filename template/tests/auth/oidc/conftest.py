"""A provider that is as it was at the start of each test, and a service that has not asked it anything."""

from collections.abc import Iterator
from copy import deepcopy

import pytest

from app.auth.oidc.bearer import bearer_tokens
from app.auth.oidc.provider import provider
from tests.fixtures.identity_provider import IdentityProvider


@pytest.fixture(autouse=True)
def restored(identity_provider: IdentityProvider) -> Iterator[None]:
    """Whatever a test lets the provider do, the next one knows nothing of it."""
    key, published = identity_provider.key, deepcopy(identity_provider.published)
    _forget(identity_provider)
    yield
    identity_provider.key, identity_provider.published = key, published
    _forget(identity_provider)


def _forget(identity_provider: IdentityProvider) -> None:
    identity_provider.client_authentication = ["client_secret_basic"]
    provider.cache_clear()
    bearer_tokens.cache_clear()
    for mutable in (
        identity_provider.asked,
        identity_provider.answers,
        identity_provider.grants,
        identity_provider.id_claims,
    ):
        mutable.clear()
