"""What was measured: rows of ours against a peer or a limit, as a table and as JSON."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    what: str
    ours: list
    peer: list = field(default_factory=list)
    peer_name: str = ""
    # Ours may take so many milliseconds, or so many times what the peer takes.
    limit_ms: float | None = None
    limit_ratio: float | None = None

    @property
    def ours_ms(self) -> float:
        return statistics.median(self.ours)

    @property
    def peer_ms(self) -> float | None:
        return statistics.median(self.peer) if self.peer else self.limit_ms

    @property
    def ratio(self) -> float | None:
        return self.ours_ms / self.peer_ms if self.peer_ms else None

    @property
    def holds(self) -> bool | None:
        limit = self.limit_ratio if self.peer else 1.0
        return self.ratio <= limit if self.ratio is not None and limit is not None else None

    def cells(self) -> list:
        against = f"limit {_time(self.limit_ms)}" if self.limit_ms and not self.peer else "-"
        if self.peer:
            against = f"{self.peer_name} {_time(self.peer_ms)}"
        wanted = f" (<= {self.limit_ratio:.2f})" if self.peer and self.limit_ratio else ""
        ratio = f"{self.ratio:.2f}{wanted}" if self.ratio is not None else "-"
        spread = f"{_time(min(self.ours))} .. {_time(max(self.ours))}"
        return [self.what, _time(self.ours_ms), spread, against, ratio, {True: "holds", False: "DOES NOT HOLD", None: ""}[self.holds]]

    def json(self) -> dict:
        return {
            "what": self.what, "ours_ms": self.ours_ms, "ours_samples_ms": self.ours, "peer": self.peer_name or None,
            "peer_ms": statistics.median(self.peer) if self.peer else None, "peer_samples_ms": self.peer,
            "limit_ms": self.limit_ms, "limit_ratio": self.limit_ratio, "ratio": self.ratio, "holds": self.holds,
        }


def table(rows: list) -> str:
    lines = [["what", "ours, median", "ours, spread", "against", "ratio", ""], *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    right = {1, 4}
    text = []
    for number, line in enumerate(lines):
        cells = [cell.rjust(width) if column in right else cell.ljust(width) for column, (cell, width) in enumerate(zip(line, widths))]
        text.append("  ".join(cells).rstrip())
        if number == 0:
            text.append("  ".join("-" * width for width in widths))
    return "\n".join(text)


def _time(milliseconds: float) -> str:
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.2f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 100 else f"{milliseconds:.1f} ms"
