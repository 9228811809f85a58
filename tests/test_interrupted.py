"""Whatever stops `backsmith new` half-way leaves nothing behind."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from command import COMMAND, PATIENCE_SECONDS, Terminal, environment, run
from rendering import copy_template, snapshot


@pytest.fixture
def endless_template(tmp_path: Path) -> Path:
    """A template with a file whose rendering does not end."""
    template = copy_template(tmp_path / "endless")
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (template / "template/endless.txt.jinja").write_text(loop)
    return template


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_writing(
    endless_template: Path, folder: Path, sent: signal.Signals, code: int
) -> None:
    """Nothing is left, not even the folders above the project."""
    command = [*COMMAND, "new", "deep/project", "--defaults"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(endless_template, folder), start_new_session=True
    )
    end = time.monotonic() + PATIENCE_SECONDS
    while not list(folder.glob("deep/.backsmith-*/*/*")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(sent)
    assert code == process.wait(PATIENCE_SECONDS)
    assert {} == snapshot(folder)


def test_failure_while_writing(tmp_path: Path, folder: Path) -> None:
    """A template that breaks half-way leaves nothing; the line says where it broke."""
    template = copy_template(tmp_path / "broken")
    (template / "template/migrations/broken.txt.jinja").write_text("{{ no_such_answer }}")
    done = run(["new", "deep/project", "--defaults"], folder, environment(template, folder))
    assert (1, 1) == (done.code, len(done.said)), done.err
    assert "'no_such_answer' is undefined" in done.err
    assert {} == snapshot(folder)


@pytest.mark.parametrize(
    ("moment", "keys", "code"),
    [("What does it do", "\x03", 130), ("Stop", "\x1b[A\r", 1)],
    ids=["Ctrl-C at a question", "Stop at the review"],
)
def test_stopped_at_the_keyboard(
    template_repository: Path, folder: Path, moment: str, keys: str, code: int
) -> None:
    """Nothing is left."""
    given = [
        "project_name=Shop",
        "project_slug=shop",
        "database=sqlite",
        "auth=jwt",
        "shared_store=memory",
        "email_provider=console",
    ]
    given += ["author_name=Jane", "author_email=jane@example.com", "ci=github", "license=none", "example=yes"]
    command = ["new", "deep/shop", *(f"--set={answer}" for answer in given)]
    terminal = Terminal(command, folder, environment(template_repository, folder))
    if moment == "Stop":
        terminal.expect("What does it do")
        terminal.type("\r")
    terminal.expect(moment)
    terminal.type(keys)
    assert code == terminal.end(), terminal.shown
    assert "nothing was written" in terminal.shown
    assert {} == snapshot(folder)
