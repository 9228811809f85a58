"""`backsmith demo`: the default project, served."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from command import COMMAND, PATIENCE_SECONDS, environment, run
from rendering import snapshot


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fetch(url: str) -> str | None:
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310 - http, on this machine
            return str(response.read().decode())
    except (URLError, ConnectionError):
        return None


def test_demo_serves_the_default_project(template_repository: Path, folder: Path) -> None:
    """Generated, set up and served; the URLs it prints answer; a signal ends the server and the command."""
    port = _free_port()
    command = [*COMMAND, "demo", "--port", str(port)]
    variables = environment(template_repository, folder, UV_RUNS="everything")
    with (folder.parent / "output").open("w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=output, start_new_session=True)
        try:
            end = time.monotonic() + PATIENCE_SECONDS
            while (ready := _fetch(f"http://127.0.0.1:{port}/health/ready")) is None:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
            output.seek(0)
            urls = set(re.findall(rf"http://127.0.0.1:{port}/\S+", output.read()))
            assert '"ok"' in ready
            assert {
                f"http://127.0.0.1:{port}/{path}" for path in ("docs", "dev/mailbox", "health/ready")
            } <= urls
            for url in urls:
                assert _fetch(url), url
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    assert [folder / "demo-api"] == list(folder.iterdir())
    assert _fetch(f"http://127.0.0.1:{port}/health/ready") is None


def test_demo_takes_up_its_project_again(template_repository: Path, rendered: Path, folder: Path) -> None:
    """What the user changed there stays; the exit status is the server's."""
    shutil.copytree(rendered, folder / "demo-api")
    (folder / "demo-api/app/mine.py").write_text('"""Mine."""\n')
    before = snapshot(folder / "demo-api")
    variables = environment(template_repository, folder, UV_BREAKS="run api dev")
    done = run(["demo", "--port", str(_free_port())], folder, variables)
    assert done.code == 3, done.err
    after = snapshot(folder / "demo-api")
    assert before == {name: after[name] for name in before}
    assert {".env", "openapi.json"} <= after.keys()


def test_demo_refuses_a_taken_port(template_repository: Path, folder: Path) -> None:
    """Before it generates anything, in one line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(["demo", "--port", str(port)], folder, environment(template_repository, folder))
    assert (2, 1) == (done.code, len(done.said))
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use; try another --port" in done.err
    assert {} == snapshot(folder)


def test_demo_ends_when_a_step_fails(template_repository: Path, folder: Path) -> None:
    """It serves nothing half installed; the same command takes it up again."""
    variables = environment(template_repository, folder, UV_BREAKS="sync")
    done = run(["demo", "--port", str(_free_port())], folder, variables)
    assert done.code == 1
    assert "Not done: uv sync" in done.err
    assert ["uv sync"] == Path(variables["UV_LOG"]).read_text().splitlines()
