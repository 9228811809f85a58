"""Sending a draft: by mail, once, and then it stays as it is."""

import pytest
from httpx2 import AsyncClient

from tests.features.invoices.drafts import at, create
from tests.fixtures.mails import SentMails


async def test_the_customer_gets_a_mail(alice: AsyncClient, sent_mails: SentMails) -> None:
    """As text and as html, with everything that stands on the invoice."""
    invoice = await create(alice, number="A-1", due_on="2026-12-24", notes="Thank you.")

    await alice.post(f"{at(invoice)}/send")

    [mail] = await sent_mails()
    assert ("ann@customer.example", "Invoice A-1 from alice@example.com") == (mail.to, mail.subject)
    for part in (mail.text, mail.html):
        for fact in ("A-1", "1,234.56 EUR", "2026-12-24", "Thank you.", "alice@example.com"):
            assert fact in part


async def test_the_html_is_safe(alice: AsyncClient, sent_mails: SentMails) -> None:
    """What users write is text, never markup."""
    invoice = await create(alice, customer_name="Ann <b>& Co", notes="<script>x</script>")

    await alice.post(f"{at(invoice)}/send")

    [mail] = await sent_mails()
    assert "Dear Ann <b>& Co,\n" in mail.text
    assert "Dear Ann &lt;b&gt;&amp; Co," in mail.html
    assert "&lt;script&gt;x&lt;/script&gt;" in mail.html


async def test_the_invoice_is_sent(alice: AsyncClient) -> None:
    """The answer tells when; it is a new version."""
    invoice = await create(alice)

    response = await alice.post(f"{at(invoice)}/send")

    sent = response.json()
    assert (200, "sent", '"2"') == (response.status_code, sent["status"], response.headers["etag"])
    assert sent["sent_at"] >= invoice["created_at"]
    assert sent == (await alice.get(at(invoice))).json()


@pytest.mark.parametrize(
    ("method", "action", "body"),
    [("POST", "/send", None), ("PATCH", "", {"notes": "x"}), ("DELETE", "", None)],
)
async def test_a_sent_invoice_stays_as_it_is(
    alice: AsyncClient, sent_mails: SentMails, method: str, action: str, body: dict[str, str] | None
) -> None:
    """It is neither sent again nor changed nor deleted."""
    invoice = await create(alice)
    sent = await alice.post(f"{at(invoice)}/send")

    response = await alice.request(method, at(invoice) + action, json=body)

    assert (409, "invoice_not_draft") == (response.status_code, response.json()["code"])
    assert sent.json() == (await alice.get(at(invoice))).json()
    assert 1 == len(await sent_mails())


async def test_a_version_that_is_gone_is_not_sent(alice: AsyncClient, sent_mails: SentMails) -> None:
    """The customer gets what its sender has seen, or nothing."""
    path = at(await create(alice))
    await alice.patch(path, json={"amount_cents": 1})

    response = await alice.post(f"{path}/send", headers={"If-Match": '"1"'})

    assert 412 == response.status_code
    assert [] == await sent_mails()
    assert "draft" == (await alice.get(path)).json()["status"]
