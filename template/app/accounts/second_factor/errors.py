"""What can be wrong with a second factor."""

from app.errors import Conflict, Forbidden, Unauthorized


class SecondFactorRequired(Unauthorized):
    """The password is right; the code of the second factor is missing, wrong, or was used already."""

    code, title = "second_factor_required", "A code of the second factor is needed"


class WrongCode(Forbidden):
    """The code of the second factor is missing, wrong, or was used already."""

    code, title = "wrong_code", "A code of the second factor is needed"


class SecondFactorExists(Conflict):
    """You have a second factor; remove it to add another one."""

    code, title = "second_factor_exists", "You have a second factor already"


class NoSecondFactor(Conflict):
    """You have no second factor, or have not begun to add one."""

    code, title = "no_second_factor", "You have no second factor"
