"""`backsmith new` with somebody at the keyboard."""

from pathlib import Path

from command import BARE, Terminal, answers, environment


def test_asks_at_a_terminal(template_repository: Path, folder: Path) -> None:
    """Asks what is open, shows every answer, lets one be changed, and writes only then."""
    flags = ["--database=sqlite", "--shared-store=memory", "--auth=jwt", "--email-provider=console"]
    flags += ["--example", "--license=none"]
    names = ["--project-name=Shop", "--author-name=Jane", "--author-email=jane@example.com", "--ci=github"]
    terminal = Terminal(
        ["new", "shop", *BARE, *flags, *names], folder, environment(template_repository, folder)
    )
    terminal.expect("Its name for machines?")
    terminal.expect("shop")
    terminal.type("\r")
    terminal.expect("What does it do")
    terminal.type("!\r")
    terminal.expect("A backend service.!")
    terminal.expect("Create the project?")
    assert not (folder / "shop").exists()
    terminal.expect("Change project_name")
    terminal.type("\x1b[B\r")
    terminal.expect("What is the service called?")
    terminal.type("2\r")
    terminal.expect("Shop2")
    terminal.expect("Create the project?")
    terminal.type("\r")
    assert 0 == terminal.end(), terminal.shown
    recorded = answers(folder / "shop")
    assert ("Shop2", "shop", "A backend service.!") == tuple(
        recorded[name] for name in ("project_name", "project_slug", "description")
    )
