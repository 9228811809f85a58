"""What whoever runs the service sees: what it refuses to start with, its probes, its stop, its own TLS."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import create_default_context
from time import sleep

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wiring.cuts import Cut
from wiring.probes import ALONE, DEVELOPMENT, PRODUCTION, probe
from wiring.site import Site

HTTPS = {"X_Forwarded_Proto": "https"}
SETTINGS = "app/settings.py"


@probe(
    DEVELOPMENT,
    Cut("app/http/docs.py", 'swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",'),
    Cut("app/http/docs.py", 'headers={"Content-Security-Policy": policy}', "headers={}"),
    Cut(
        "app/http/docs.py",
        'app.mount(ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]), name="docs-assets")',
        "pass",
    ),
    Cut("app/main.py", "install_docs(app)", "pass"),
)
def docs_are_served_whole(site: Site) -> None:
    """Every script, style and image comes from here, under a policy that lets nothing else in."""
    page = site.anybody.get("/docs")
    assert page.status == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text) + re.findall(r"url: '([^']+)'", page.text)
    assert len(loaded) >= 3
    for path in loaded:
        assert path.startswith("/"), path
        assert site.anybody.get(path).status == 200, path
    policy = str(page.header("Content-Security-Policy"))
    assert "script-src 'self' 'sha256-" in policy
    assert "http" not in policy


@probe(
    ALONE,
    Cut("app/cli/serve.py", "= Environment.DEVELOPMENT", "= Environment.TEST"),
    Cut("app/cli/serve.py", 'typer.echo(f"Documentation http://{host}:{port}', 'str(f"'),
)
def dev_command_shows_everything(site: Site) -> None:
    """`api dev` without any setting but the secret: documentation and mailbox, at the addresses it prints."""
    least = {name: value for name, value in site.settings.items() if name != "ENVIRONMENT"}
    with replace(site, settings=least).serving({}, "--no-reload", command="dev") as served:
        printed = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", served.server.output)
        assert printed == ["/docs", "/dev/mailbox"]
        assert [served.anybody.get(path).status for path in printed] == [200, 200]


@probe(
    PRODUCTION,
    Cut(
        SETTINGS,
        "return not self.production if self.docs_enabled is None else self.docs_enabled",
        "return True",
    ),
    Cut("app/main.py", "if settings.development:", "if True:"),
)
def nothing_for_developers_in_production(site: Site) -> None:
    """No documentation, no schema, no mailbox."""
    for path in ("/docs", "/openapi.json", "/dev/mailbox", "/docs/assets/swagger-ui.css"):
        assert site.anybody.get(path, **HTTPS).error == (404, "not_found"), path


@probe(
    ALONE,
    Cut("app/health.py", 'if any(state != "ok" for state in checks.values()):', "if False:"),
    Cut("app/health.py", "if missing := await pending(request.app.state.database):", "if missing := ():"),
)
def readiness_follows_the_database(site: Site) -> None:
    """Red when it is gone or not migrated, green when it is back; alive all the while."""
    with site.serving({}) as served:

        def ready() -> tuple[int, str | None]:
            return served.anybody.get("/health/ready").error

        assert ready() == (200, None)
        site.write("UPDATE alembic_version SET version_num = 'none' WHERE version_num = 'a0001'")
        assert ready() == (503, "unavailable")
        assert served.anybody.get("/health/live").status == 200
        site.write("UPDATE alembic_version SET version_num = 'a0001' WHERE version_num = 'none'")
        assert ready() == (200, None)
        with site.without("alembic_version"):
            refused = served.anybody.get("/health/ready")
            assert refused.error == (503, "unavailable")
            assert refused.header("Retry-After")
        assert ready() == (200, None)


@probe(ALONE, Cut("app/cli/serve.py", "workers_kill_timeout=30", "workers_kill_timeout=1"))
def stop_finishes_what_runs(site: Site) -> None:
    """A request that is in work when the stop is asked for gets its answer, also after more than a second."""
    with site.serving({"DATABASE_TIMEOUT_SECONDS": "20"}) as served, ThreadPoolExecutor() as threads:
        user = served.user()
        with site.locked() as release:
            answer = threads.submit(user.invoice)
            # Requests are taken in order: the first one is in work once the second one is answered.
            assert user.get("/api/v1/users/me").status == 200
            served.server.terminate()
            served.eventually(lambda: not _accepts(served), "the end of new connections")
            sleep(1.5)  # what is proven is that this time is given
            release()
        assert answer.exception() is None
        assert answer.result().status == 201
        assert served.server.wait() == 0
        assert site.rows("SELECT count(*) FROM invoices") == [(1,)]


def _accepts(site: Site) -> bool:
    try:
        with closing(site.server.connect()) as connection:
            connection.request("GET", "/health/live")
            connection.getresponse()
    except OSError:
        return False
    return True


# --- TLS --------------------------------------------------------------------------------------------------


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return files


@probe(
    ALONE,
    Cut(
        "app/cli/serve.py",
        "_run(host, port, workers=workers, ssl_cert=tls_cert, ssl_key=tls_key)",
        "_run(host, port, workers=workers)",
    ),
)
def tls_is_served_without_a_proxy(site: Site) -> None:
    """`api serve --tls-cert --tls-key` speaks HTTPS itself, and knows that it does."""
    certificate, key = _certificate(site.project.new_room())
    trusting = create_default_context(cafile=str(certificate))
    arguments = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with site.serving({**PRODUCTION.settings, "TRUSTED_PROXIES": ""}, *arguments, tls=trusting) as served:
        answer = served.anybody.get("/problems")
        assert answer.status == 200
        assert answer.header("Strict-Transport-Security")
