"""The whole migration as it is done by hand: one program after another, one revision at a time."""

import os
import re
import shutil
import socket
import subprocess
import time
import tomllib
from pathlib import Path
from typing import NamedTuple

from .packages import Packages
from .peer import Peer, run
from .tap import TapFile

# As the harness initialises the clusters of its own, so that neither side gains by its settings.
INITDB = [
    "--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions",
    "--wal-segsize=1", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
]


class Revision(NamedTuple):
    phase: str
    revision: str
    up: Path
    down: Path


class ByHand:
    def __init__(self, packages: Packages, server: dict, suite: Path, tap: TapFile, scratch: Path):
        self.packages = packages
        self.bin = Path(server["bin"])
        self.near = Path(server["folder"]).parent
        self.conf = (Path(server["folder"]) / "data" / "postgresql.conf").read_text()
        text = tomllib.loads((suite / "suite.toml").read_text())
        fixtures = (suite / text["fixtures"]).resolve()
        self.role = text["baseline"]["role"]
        baseline = text["baseline"]["schema"] + text["baseline"]["data"]
        self.baseline = [path for pattern in baseline for path in sorted(fixtures.glob(pattern))]
        self.phases = [
            Revision(phase["id"], phase["revision"], fixtures / phase["up"], fixtures / phase["down"])
            for phase in text["phase"]
        ]
        folder = scratch / "by-hand"
        folder.mkdir()
        self.tests = tap.by_phase(folder)

    def run(self) -> dict[str, float]:
        """Does it once; gives the milliseconds of the parts. The part `way back` walks down to the baseline and up again
        after each phase, and compares the schema at each step by pg_dump: the least that proves a rollback."""
        # On the same file system as the harness's own server.
        folder = self.near / f"by-hand-{os.getpid()}"
        data = folder / "data"
        folder.mkdir(mode=0o700)
        as_servers = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(folder, "nobody", "nogroup")
            as_servers = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        parts = {}
        begun = time.perf_counter()

        def done(part: str):
            parts[part] = parts.get(part, 0) + (time.perf_counter() - begun) * 1000 - sum(parts.values())

        started = False
        try:
            run([*as_servers, self.bin / "initdb", *INITDB, "-D", data])
            done("initdb")
            port = _free_port()
            conf = re.sub(r"(?m)^port = .*", f"port = {port}", self.conf)
            conf = re.sub(r"(?m)^unix_socket_directories = .*", f"unix_socket_directories = '{folder}'", conf)
            (data / "postgresql.conf").write_text(conf)
            started = True
            run([*as_servers, self.bin / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "start"])
            done("start")
            server = {"bin": self.bin, "folder": str(folder), "url": f"//:{port}/"}
            peer = Peer(self.packages, server)
            peer.psql("postgres", "-c", "CREATE DATABASE b03")
            peer.psql("b03", "-c", "CREATE EXTENSION timescaledb")
            done("createdb")
            peer.install_pgtap("b03")
            done("pgtap")
            files = [word for path in self.baseline for word in ("-f", path)]
            peer.psql("b03", *files)
            done("baseline")
            dumps = [dump(peer)]
            done("way back")
            for number, revision in enumerate(self.phases, 1):
                self.migrate(peer, revision.up)
                done("phases")
                peer.prove("b03", [self.tests[revision.phase]])
                done("pg_prove")
                dumps.append(dump(peer))
                for at in reversed(range(number)):
                    self.migrate(peer, self.phases[at].down)
                    same(dump(peer), dumps[at])
                for at in range(number):
                    self.migrate(peer, self.phases[at].up)
                    same(dump(peer), dumps[at + 1])
                done("way back")
        finally:
            if started:
                stop = [*as_servers, self.bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]
                # Whatever failed before is what must be told, not that there was nothing left to stop.
                subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            shutil.rmtree(folder)
        done("stop")
        return parts

    def migrate(self, peer: Peer, file: Path):
        peer.psql("b03", "-1", "-c", f"SET ROLE {self.role}", "-f", file, "-c", "RESET ROLE")


def dump(peer: Peer) -> list:
    text = run([peer.psql_program.with_name("pg_dump"), *peer.connection, "--schema-only", "--schema=public", "b03"])
    # Each dump is restricted by a random key of its own.
    return [line for line in text.splitlines() if not re.match(r"\\(un)?restrict ", line)]


def same(dump: list, expected: list):
    # A column that went and came again stands last: only the lines are compared, not their order.
    if sorted(line.rstrip(",") for line in dump) != sorted(line.rstrip(",") for line in expected):
        raise SystemExit("the schema by hand differs after the way back")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
