"""The metrics of several processes as one text: each sample with the name of its process.

They are not added up. A process that is replaced begins at 0; in a sum that would be a fall, which Prometheus takes for
the restart of all of them, and the next one that is late to answer would be a peak of everything it ever counted.
"""

from __future__ import annotations

from collections.abc import Mapping

LABEL = "worker"


def join_metrics(texts: Mapping[str, str]) -> str:
    """Join texts in Prometheus' format, by the name of the process that each is of; a family stands once."""
    heads: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for name, text in texts.items():
        family = ""
        for line in text.splitlines():
            if line.startswith("# HELP "):
                family = line.split(" ", 3)[2]
                heads.setdefault(family, []), samples.setdefault(family, [])
            if line.startswith("# "):
                if line not in heads[family]:
                    heads[family].append(line)
            elif line:
                samples[family].append(_labelled(line, name))
    return "\n".join([*(line for family in heads for line in (*heads[family], *samples[family])), ""])


def _labelled(sample: str, process: str) -> str:
    """Return the sample with the label of its process before all others."""
    end = min(found for found in (sample.find("{"), sample.find(" ")) if found >= 0)
    name, rest = sample[:end], sample[end:]
    return f'{name}{{{LABEL}="{process}",{rest[1:]}' if rest.startswith("{") else f'{name}{{{LABEL}="{process}"}}{rest}'
