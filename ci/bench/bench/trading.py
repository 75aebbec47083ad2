"""The trading core's ledger: generated, hashed and loaded; verified against reading it and against the same in SQL."""

import json
import subprocess
import time
import tomllib
from pathlib import Path

from .inside import Inside
from .peer import Peer, run
from .report import Row

SUITE = "trading-phase-1c"
# What the ledger needs beside it.
TABLES = "account,cost_profile,backtest_run,run_context,order_fill,cash_ledger"
ROWS_PER_SECOND = 200_000
HERE = Path(__file__).resolve().parent.parent


class Trading:
    def __init__(self, root: Path, target: Path, helper: Path, suites: Path, packages, rows: int, note):
        self.helper, self.suites, self.packages, self.rows, self.note = helper, suites, packages, rows, note
        note("building trading-data, optimised")
        subprocess.run(["cargo", "build", "--quiet", "--release", "--package", "trading-model"], cwd=root, check=True)
        self.program = target / "release" / "trading-data"
        self.memory_kb = {}

    def measure(self, repeat: int) -> list:
        phases = len(tomllib.loads((self.suites / SUITE / "suite.toml").read_text())["phase"])
        loads, reads, verifies, in_sql = [], [], [], []
        with Inside(self.helper, self.suites, SUITE, phases) as inside:
            self.server = inside.server
            peer = Peer(self.packages, inside.server)
            for turn in range(repeat):
                self.note(f"{self.rows} ledger rows: {turn + 1} of {repeat}")
                database = inside.ask("database")["database"]
                peer.psql(database, "-f", HERE / "trading_empty.sql")
                loaded = self.data(inside, database, "load", "--ledger", "--rows", self.rows, "--tables", TABLES, "--unchecked")
                self.ledger_rows = loaded["rows_of"]["cash_ledger"]
                loads.append(loaded["ms"])
                peer.psql(database, "-c", "ALTER TABLE cash_ledger ADD UNIQUE (account_id, run_mode, ledger_seq)", "-c", "ANALYZE")
                reads.append(self.data(inside, database, "read")["ms"])
                verifies.append(self.data(inside, database, "verify", "--ledger")["ms"])
                begun = time.perf_counter()
                said = run([peer.psql_program, *peer.connection, "-X", "-q", "-A", "-t", "-d", database, "-f", HERE / "trading_ledger.sql"])
                in_sql.append((time.perf_counter() - begun) * 1000)
                if said.strip() != f"{self.ledger_rows}|0":
                    raise SystemExit(f"the verification in SQL should find {self.ledger_rows} good rows, but: {said}")
                inside.ask("drop", database)
        count = self.ledger_rows
        return [
            Row(f"{count} ledger rows generated, hashed and loaded", loads, limit_ms=count / ROWS_PER_SECOND * 1000),
            Row(f"{count} ledger rows verified", verifies, reads, "bare COPY of the same rows", limit_ratio=1 / 0.8),
            Row(f"{count} ledger rows verified", verifies, in_sql, "the same in SQL", limit_ratio=1 / 3),
        ]

    def data(self, inside: Inside, database: str, *words) -> dict:
        port = inside.server["url"].rpartition(":")[2].split("/")[0]
        url = f"postgresql://postgres@localhost:{port}/{database}?host={inside.server['folder']}"
        said = json.loads(run([self.program, "--database-url", url, *words]))
        if said.get("breaks"):
            raise SystemExit(f"the ledger should verify, but: {said}")
        self.memory_kb[words[0]] = max(said["memory_max_kb"], self.memory_kb.get(words[0], 0))
        return said
