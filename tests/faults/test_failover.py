"""A failover: the server that was written to becomes a standby, which only reads."""

from faults.site import Site, assert_unavailable

# Who is connected does not notice.
READ_ONLY = {
    "postgresql": "ALTER DATABASE {} SET default_transaction_read_only = on",
    "mysql": "SET GLOBAL TRANSACTION READ ONLY",
}
WRITABLE = {
    "postgresql": "ALTER DATABASE {} RESET default_transaction_read_only",
    "mysql": "SET GLOBAL TRANSACTION READ WRITE",
}


def test_server_that_became_read_only_is_left(site: Site) -> None:
    """The open connections still lead to it after the failover: they are given up for new ones."""
    server, answer = site.backend.server, site.backend.answer
    name = site.url.rpartition("/")[2]
    user = site.user()
    server.execute(READ_ONLY[answer].format(name))
    try:
        for connection in site.backend.connections(site.url):
            site.backend.kill(connection)
        assert_unavailable(user.invoice())
    finally:
        server.execute(WRITABLE[answer].format(name))
    assert 201 == user.invoice().status
