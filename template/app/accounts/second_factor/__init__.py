"""The second factor: codes of an authenticator app, and recovery codes for whoever has lost it."""

from app.accounts.second_factor.codes import Codes
from app.accounts.second_factor.throttle import begin_guess, forget_guesses

__all__ = ["Codes", "begin_guess", "forget_guesses"]
