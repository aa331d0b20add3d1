"""Run with `python3 -m unittest discover tests` in the project's folder."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import metrics  # noqa: E402

TEXT = """# HELP probe_success Whether it went well
probe_success 1
probe_duration 0.25 1767225600000
probe_dns{phase="resolve it"} 1.5e-05
"""


class Values(unittest.TestCase):
    def test_a_sample_is_found_by_the_name_of_its_metric(self) -> None:
        rows = [("probe_success", 1.0), ("probe_duration", 0.25), ("probe_dns", 1.5e-05), ("probe", None)]
        for name, value in rows:
            self.assertEqual(metrics.value(TEXT, name), value, name)


if __name__ == "__main__":
    unittest.main()
