"""What stops an import as a whole."""


class ImportFileError(Exception):
    """The file cannot be read; the message says where and what to do, for the person who chose it."""


class LeaseLostError(Exception):
    """Another worker has taken the job over, or a person has cancelled it: this one must write nothing more."""
