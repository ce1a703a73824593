"""What stops a local start, said to a person."""


class LocalError(Exception):
    """A local server cannot start or stop. The message is plain words with the next step."""
