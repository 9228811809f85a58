"""Mail on its way out: from the outbox into the mailbox of a developer, or over a socket to a mail server."""

from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, part

INVOICES = "/api/v1/invoices"
SERVICE = "app/features/invoices/service.py"
DELIVERY = "app/email/delivery.py"
REGISTER = "/api/v1/auth/register"


@probe(
    DEVELOPMENT,
    Cut(SERVICE, 'await send(self.session, Email(invoice.customer_email, "invoices/sent", context))', "pass"),
    Cut(SERVICE, "if invoice.status != InvoiceStatus.DRAFT:", "if False:"),
    Cut("app/email/rendering.py", 'autoescape=select_autoescape(["html"])', "autoescape=False"),
)
def sent_invoice_is_mailed_once(site: Site) -> None:
    """To the customer, with nothing in it that a browser would run; afterwards it stays as it is."""
    user, customer = site.user(), "customer@example.org"
    made = user.invoice(customer_email=customer, customer_name="<b>&Co", amount_cents=123456).json
    there = f"{INVOICES}/{made['id']}"
    assert user.post(f"{there}/send").json["status"] == "sent"
    for answer in (user.post(f"{there}/send"), user.patch(there, {"amount_cents": 1}), user.delete(there)):
        assert answer.error == (409, "invoice_not_draft")
    mail = site.mail(customer)
    assert made["number"] in mail["Subject"]
    assert "1,234.56 EUR" in part(mail, "plain")
    assert "<b>&Co" in part(mail, "plain")
    assert "&lt;b&gt;&amp;Co" in part(mail, "html")
    assert "<b>&Co" not in part(mail, "html")
    assert len(site.rows("SELECT 1 FROM email_messages WHERE recipient = ?", customer)) == 1


@probe(
    DEVELOPMENT,
    Cut("app/main.py", "app.include_router(mailbox.router)", "pass"),
    Cut("app/email/mailbox.py", '"X-Frame-Options": "SAMEORIGIN"', '"X-Other": "none"'),
    Cut(
        "app/email/mailbox.py",
        'loader=PackageLoader("app.email", "pages"), autoescape=True',
        'loader=PackageLoader("app.email", "pages")',
    ),
)
def mailbox_shows_mails_in_development(site: Site) -> None:
    """A list, a page for each mail, and its html in a frame of our own."""
    user, customer = site.user(), "shown@example.org"
    made = user.invoice(
        customer_email=customer, customer_name="<i>Ada</i>", notes="<script>alert(1)</script>"
    ).json
    user.post(f"{INVOICES}/{made['id']}/send")
    name = str(site.mail(customer)["Message-ID"]).strip("<>").partition("@")[0]
    for path, shown in (("", customer), (f"/{name}", "&lt;i&gt;Ada"), (f"/{name}/html", "&lt;i&gt;Ada")):
        page = site.anybody.get(f"/dev/mailbox{path}")
        assert (page.status, page.headers.get_content_type()) == (200, "text/html")
        assert shown in page.text
        assert "<script>alert" not in page.text
        assert page.header("X-Frame-Options") == "SAMEORIGIN"
    assert site.anybody.get("/dev/mailbox/no-such-mail").error == (404, "not_found")
