"""How a command ends when it cannot do what was asked: one line, an exit code, and nothing half written."""


class Refused(Exception):
    """What was asked cannot be done as asked; `str()` is the line that says why."""

    exit_code = 2


class Failed(Refused):
    """It could have been done, but something outside went wrong."""

    exit_code = 1
