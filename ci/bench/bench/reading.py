"""Phases of many megabytes, and how long a suite that holds one takes to be read."""

import resource
from pathlib import Path

from bench.peer import run
from bench.report import Row

MEGABYTES = 50
LIMIT_MS = 3000

SUITE = """suite = "large"
title = "a phase of many megabytes"
source = "the benchmark"
fixtures = "../../fixtures"
[server]
kind = "{kind}"
[baseline]
schema = ["baseline.sql"]
[[phase]]
id = "1"
slug = "1-data"
title = "data"
up = "1.sql"
"""
GATE = 'id = "1.1"\nclaim = "c"\nrequirement = "r"\n[[check]]\nid = "1.1.1"\ntitle = "t"\nquery = "SELECT 1"\nrows = [["1"]]\n'
ROW = "INSERT INTO t (a, b, c) VALUES (1, 'some text here', 'x; y');\n"
STEP = "DELETE FROM t WHERE a = 1;\n"

PHASES = {
    "rows, an INSERT each": ("postgres", "", ROW, ""),
    "rows, one INSERT": ("postgres", "INSERT INTO t VALUES\n", "(1, 'some text here', '4.5'),\n", "(1, '', '');\n"),
    "a function": ("postgres", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN\n", STEP, "END $x$;\n"),
    "SQLite: rows, an INSERT each": ("sqlite", "", ROW, ""),
    "SQLite: a trigger": ("sqlite", "CREATE TRIGGER g AFTER INSERT ON t BEGIN\n", STEP, "END;\n"),
}


def reading(phasegate: Path, scratch: Path, turns) -> list:
    """Each phase, and half of it: twice as much should take twice as long. The processor's time, which others do not change."""
    rows = []
    for name, phase in PHASES.items():
        whole, half = [], []
        for _ in turns(f"reading {MEGABYTES} MB of {name}"):
            whole.append(read(phasegate, scratch / "whole", phase, MEGABYTES))
            half.append(read(phasegate, scratch / "half", phase, MEGABYTES // 2))
        what = f"`phasegate list`, {MEGABYTES} MB of {name}"
        rows.append(Row(what, whole, limit_ms=LIMIT_MS))
        rows.append(Row(what, whole, half, "half of it", limit_ratio=2.5))
    return rows


def read(phasegate: Path, folder: Path, phase: tuple, megabytes: int) -> float:
    kind, begin, line, end = phase
    text = begin + line * (megabytes * 1_000_000 // len(line)) + end
    files = {
        "suites/large/suite.toml": SUITE.format(kind=kind),
        "suites/large/gates/1-data/1.1-data.toml": GATE,
        "fixtures/baseline.sql": "CREATE TABLE t (a integer, b text, c text);\n",
        "fixtures/1.sql": text,
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run([phasegate, "--suites", folder / "suites", "list"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
