"""Which certificates expire soon, as the blackbox exporter of Prometheus sees them. Changes nothing."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import metrics
from bindery import BinderyError, http, output, warning

EXPORTER = "http://blackbox.example.com:9115/probe"
"""The grant in runbook.toml names the same host."""

TIMEOUT = timedelta(seconds=30)


@dataclass
class Parameters:
    targets: Annotated[list[str], {"minItems": 1, "maxItems": 200}]
    """The URLs to look at, such as https://shop.example.com."""
    days: Annotated[int, {"minimum": 1, "maximum": 365}] = 21
    """Fail if a certificate expires within so many days."""


@dataclass
class Result:
    expiring: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Targets that nobody could look at."""


def main(parameters: Parameters) -> Result:
    now, result = datetime.now(UTC), Result()
    for target in parameters.targets:
        expiry = expiry_of(target)
        if expiry is None:
            result.unknown.append(target)
            continue
        left = (expiry - now).days
        soon = left < parameters.days
        say = warning if soon else output
        say(f"{target}: {left} days left, until {expiry:%Y-%m-%d}")
        if soon:
            result.expiring.append(target)
    if result.expiring:
        message = f"{len(result.expiring)} of {len(parameters.targets)} certificates expire soon"
        raise BinderyError("CertificatesExpire", message, asdict(result))
    return result


def expiry_of(target: str) -> datetime | None:
    """When the certificate expires; none, with a warning, if that cannot be found out."""
    query = urlencode({"module": "http_2xx", "target": target})
    try:
        response = http.send(f"{EXPORTER}?{query}", "GET", [], TIMEOUT)
    except BinderyError as error:
        if error.code not in ("TimedOut", "Unreachable"):
            raise
        warning(f"{target}: {error.message}")
        return None
    seconds = metrics.value(response.body, "probe_ssl_earliest_cert_expiry")
    if response.status != 200 or seconds is None:
        warning(f"{target}: the exporter saw no certificate (status {response.status})")
        return None
    return datetime.fromtimestamp(seconds, UTC)
