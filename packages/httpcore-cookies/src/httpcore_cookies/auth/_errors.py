"""The errors of authentication. Their messages never hold a secret."""

__all__ = ["AuthError", "InvalidCredentials"]


class AuthError(ValueError):
    """A scheme can't do what is asked of it."""


class InvalidCredentials(AuthError):
    """Credentials that their scheme can't carry."""
