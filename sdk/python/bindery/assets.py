# Made from sdk/wit by `cargo xtask bless`. Do not edit.
"""The interface `assets`. Grant: `assets.read:<name>`."""

from ._host import Interface
from .types import Certificate, Connection, Credential, Secret, SecretField, Variable

__all__ = [
    "Certificate",
    "Connection",
    "Credential",
    "Secret",
    "SecretField",
    "Variable",
    "get_certificate",
    "get_connection",
    "get_credential",
    "get_variable",
]

_host = Interface("assets")


def get_variable(name: str) -> Variable:
    """The value of a variable. `NotFound` if the account has none of this name; so for the
    others.
    """
    return _host.call("assets.get-variable", name)


def get_credential(name: str) -> Credential:
    return _host.call("assets.get-credential", name)


def get_certificate(name: str) -> Certificate:
    return _host.call("assets.get-certificate", name)


def get_connection(name: str) -> Connection:
    return _host.call("assets.get-connection", name)
