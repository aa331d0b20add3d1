# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `files-admin`. Grant: `files.write:<path>`."""

from ._host import Interface

__all__ = [
    "remove",
    "write",
]

_host = Interface("files-admin")


def write(path: str, text: str) -> None:
    """Replaces a file by this text, or makes it, as one step: a reader sees the old text or the
    new one. Its folder must be there. At most 1 MiB. A file that is replaced keeps its
    permissions and its owner; one that is made is the agent's alone.
    """
    _host.call("files.write", path, text)


def remove(path: str) -> None:
    """Removes a file. One that is not there is no error."""
    _host.call("files.remove", path)
