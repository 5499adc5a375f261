"""What holds for several targets."""

_LONGEST_ERROR = 3000  # characters: what a peer sent is shown in part, each of it in up to ten


def plain_error(error, *secrets):
    """An error's text can be logged: it is plain, tells no secret, and is short but for our own URL."""
    assert str(error).replace("\n", " ").isprintable(), error
    message = getattr(error, "message", str(error))
    assert len(message) < _LONGEST_ERROR, message[:_LONGEST_ERROR]
    for secret in secrets:
        assert secret not in f"{error} {error!r}", error
