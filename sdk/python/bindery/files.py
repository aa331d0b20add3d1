# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `files`. Grant: `files.read:<path>`."""

from ._host import Interface
from .types import Entry, EntryKind, TextFile

__all__ = [
    "Entry",
    "EntryKind",
    "TextFile",
    "list",
    "read",
]

_host = Interface("files")


def read(path: str) -> TextFile:
    """Reads a file of at most 1 MiB. `NotFound` if it is not there; `InvalidArguments` if it is
    no UTF-8 text.
    """
    return _host.call("files.read", path)


def list(path: str) -> list[Entry]:
    """What is in a folder, by name; at most 10,000 entries. The grant's mask is held against the
    path with `/` at its end: whoever may read all that is below `/srv` may list it, and so
    may the mask `/srv/`, which reads nothing there.
    """
    return _host.call("files.list", path)
