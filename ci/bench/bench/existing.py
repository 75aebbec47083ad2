"""A large SQLite file that exists, judged by `phasegate check`, beside half of it and beside SQLite's own check of it, which is
one of the checks and takes most of the time: how long that is depends on what the file holds, so there is no limit to it."""

import resource
import sqlite3
from pathlib import Path

from bench.peer import run
from bench.report import Row

SUITE = "risk-manager-v2"
MEGABYTES = 61
FILES = ["baseline/v1-a.sql", "legacy/*.sql", "phases/01-core/up.sql", "phases/02-analytics-indexes/up.sql",
         "phases/03-optional-table/up.sql", "phases/02-analytics-indexes/complete.sql"]
MORE = """INSERT INTO trade_history (account_id, timestamp, contract_id, pnl)
SELECT account_id, timestamp, contract_id, pnl FROM trade_history LIMIT 10000"""


def existing(phasegate: Path, suites: Path, fixtures: Path, scratch: Path, turns) -> list:
    """The processor's time, which others do not change."""
    scratch.mkdir()
    whole, half = (made(fixtures, scratch / f"{megabytes}.db", megabytes) for megabytes in (MEGABYTES, MEGABYTES // 2))
    ours, of_half, by_sqlite = [], [], []
    for _ in turns(f"checking a file of {MEGABYTES} MB"):
        ours.append(spent(resource.RUSAGE_CHILDREN, lambda: checked(phasegate, suites, whole, scratch)))
        of_half.append(spent(resource.RUSAGE_CHILDREN, lambda: checked(phasegate, suites, half, scratch)))
        by_sqlite.append(spent(resource.RUSAGE_SELF, lambda: sqlite3.connect(whole).execute("PRAGMA integrity_check").fetchall()))
    what = f"`phasegate check` of a SQLite file of {MEGABYTES} MB"
    return [
        Row(what, ours, of_half, "half of it", limit_ratio=2.5),
        Row(what, ours, by_sqlite, f"integrity_check of SQLite {sqlite3.sqlite_version}", limit_ratio=1.5),
    ]


def made(fixtures: Path, path: Path, megabytes: int) -> Path:
    file = sqlite3.connect(path)
    for pattern in FILES:
        for script in sorted(fixtures.glob(pattern)):
            file.executescript(script.read_text())
    while path.stat().st_size < megabytes * 1_000_000:
        file.execute(MORE)
        file.commit()
    file.close()
    return path


def checked(phasegate: Path, suites: Path, path: Path, scratch: Path):
    run([phasegate, "--suites", suites, "check", SUITE, "--read-only", "--database-url", f"sqlite:{path}", "--runs", scratch / "runs"])


def spent(who: int, work) -> float:
    before = resource.getrusage(who)
    work()
    after = resource.getrusage(who)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
