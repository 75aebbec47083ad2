"""The whole migration as it is done by hand: one program after another, one revision at a time."""

import os
import re
import shutil
import socket
import time
import tomllib
from pathlib import Path

from .packages import Packages
from .peer import Peer, run
from .tap import TapFile

# As the harness initialises the clusters of its own, so that neither side gains by its settings.
INITDB = [
    "--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions",
    "--wal-segsize=1", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
]


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
        self.phases = [(phase["id"], phase["revision"], fixtures / phase["up"]) for phase in text["phase"]]
        folder = scratch / "by-hand"
        folder.mkdir()
        self.tests = tap.by_phase(folder)

    def run(self) -> dict:
        """Does it once; gives the milliseconds of all, and of the parts."""
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
            run([*as_servers, self.bin / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "start"])
            started = True
            done("start")
            server = {"bin": self.bin, "folder": str(folder), "url": f"//:{port}/"}
            peer = Peer(self.packages, server)
            peer.psql("postgres", "-c", "CREATE DATABASE b03")
            peer.psql("b03", "-c", "CREATE EXTENSION timescaledb")
            done("createdb")
            peer.install_pgtap("b03")
            done("pgtap")
            files = [word for path in self.baseline for word in ("-f", path)]
            peer.psql("b03", *files, "-c", "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
            peer.psql("b03", "-c", "INSERT INTO alembic_version VALUES ('202511141311')")
            done("baseline")
            for phase, revision, up in self.phases:
                note = f"UPDATE alembic_version SET version_num = '{revision}'"
                peer.psql("b03", "-1", "-c", f"SET ROLE {self.role}", "-f", up, "-c", "RESET ROLE", "-c", note)
                done("phases")
                peer.prove("b03", [self.tests[phase]])
                done("pg_prove")
        finally:
            if started:
                run([*as_servers, self.bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
            shutil.rmtree(folder)
        done("stop")
        return {"ms": sum(parts.values()), "parts": parts}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
