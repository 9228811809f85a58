"""Where sites are made: a project with certain answers, and a database of its kind with all its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from launching import PATIENCE
from running import Project
from styles import Style
from variants import Server, settings_on
from wiring.backends import open_database
from wiring.probes import Setup
from wiring.site import Site


@dataclass(frozen=True)
class Ground:
    """A project, and the URL of its database, empty and nobody's."""

    project: Project
    server: Server
    migrated: str
    style: Style

    @contextmanager
    def site(self, setup: Setup, patience: float = PATIENCE) -> Iterator[Site]:
        """The project, running as a setup says, on its own copy of the database."""
        database = open_database(self.server.copy_database(self.migrated), patience)
        mailbox = self.project.new_room() / "mailbox"
        settings = {**settings_on(database.url), "MAILBOX_DIR": str(mailbox), **setup.settings}
        site = Site(self.project, database, settings, patience, self.style)
        if not setup.serves:
            yield site
            return
        with self.project.serve(settings=settings) as server:
            yield replace(site, running=server)
