"""The text in which Prometheus' exporters answer. Calls nothing of the host."""


def value(text: str, name: str) -> float | None:
    """The value of the first sample of a metric; none if there is no such sample."""
    for line in text.splitlines():
        labelled = "{" in line
        head, _, rest = line.rpartition("}") if labelled else line.partition(" ")
        if head.partition("{")[0].strip() == name and rest.strip():
            return float(rest.split()[0])
    return None
