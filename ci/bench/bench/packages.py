"""pgTAP and pg_prove, from the distribution's packages, unpacked beside the build and not installed."""

import os
import re
import subprocess
from pathlib import Path

PROVE = "libtap-parser-sourcehandler-pgtap-perl"


class Packages:
    def __init__(self, scratch: Path):
        self.root = scratch / "packages" / "root"
        if not (self.root / "done").exists():
            self._fetch(scratch / "packages")
        scripts = sorted(self.root.glob("usr/share/postgresql/*/extension/pgtap.sql"))
        # A plain SQL script, whatever server version it was packaged for; its compatibility is decided when it runs.
        self.pgtap = scripts[-1]
        control = self.pgtap.with_name("pgtap.control").read_text()
        self.pgtap_version = re.search(r"default_version = '(.*)'", control)[1]
        self.prove = self.root / "usr/bin/pg_prove"
        self.environment = {**os.environ, "PERL5LIB": str(self.root / "usr/share/perl5"), "LC_ALL": "C"}
        said = subprocess.run([self.prove, "--version"], env=self.environment, capture_output=True, text=True, check=True)
        self.prove_version = said.stdout.split()[-1]

    def _fetch(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        found = subprocess.run(
            ["apt-cache", "search", "--names-only", r"^postgresql-[0-9]+-pgtap$"], capture_output=True, text=True
        ).stdout.split()
        names = sorted((word for word in found if word.endswith("-pgtap")), key=lambda name: int(name.split("-")[1]))
        if not names:
            raise SystemExit("no package postgresql-*-pgtap is known here: run `apt-get update` and try again")
        for old in folder.glob("*.deb"):
            old.unlink()
        # apt's own sandbox user may not write here; what it then warns of is harmless.
        subprocess.run(["apt-get", "--quiet=2", "download", names[-1], PROVE], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, self.root], check=True)
        (self.root / "done").touch()
