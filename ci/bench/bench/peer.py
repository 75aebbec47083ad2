"""The other side: psql, pgTAP and pg_prove on the same server."""

import re
import subprocess
from pathlib import Path

from .packages import Packages


class Peer:
    def __init__(self, packages: Packages, server: dict):
        self.packages = packages
        self.psql_program = Path(server["bin"]) / "psql"
        port = re.search(r":(\d+)/", server["url"])[1]
        # The same way in as ours: the server's own socket.
        self.connection = ["--host", server["folder"], "--port", port, "--username", "postgres"]

    def psql(self, database: str, *arguments):
        run([self.psql_program, *self.connection, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments])

    def install_pgtap(self, database: str):
        self.psql(database, "-o", "/dev/null", "-f", self.packages.pgtap)

    def prove(self, database: str, files: list, jobs: int = 1):
        command = [self.packages.prove, "--psql-bin", self.psql_program, *self.connection, "--dbname", database]
        if jobs > 1:
            command += ["--jobs", str(jobs)]
        said = run([*command, *files], env=self.packages.environment)
        if "Result: PASS" not in said:
            raise SystemExit(f"pg_prove did not pass:\n{said}")


def run(command: list, **options) -> str:
    """Runs a command that must succeed; gives what it said."""
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, **options
    )
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout
