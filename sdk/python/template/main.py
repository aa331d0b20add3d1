"""Says which updates this computer lacks."""

from dataclasses import dataclass
from typing import Annotated

from bindery import output, updates, warning


@dataclass
class Parameters:
    most: Annotated[int, {"minimum": 1}] = 10
    """Name so many of them at most."""


@dataclass
class Summary:
    missing: int


def main(parameters: Parameters) -> Summary:
    missing = updates.assess().missing
    for update in missing[: parameters.most]:
        output(update.title)
    if len(missing) > parameters.most:
        warning(f"{len(missing) - parameters.most} more")
    return Summary(len(missing))
