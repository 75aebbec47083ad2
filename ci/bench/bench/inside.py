"""The helper that holds the server: one command a line, one JSON object a line back."""

import json
import subprocess
from pathlib import Path


class Inside:
    def __init__(self, program: Path, suites: Path, suite: str, phases: int):
        self.process = subprocess.Popen(
            [program, "serve", suites, suite, str(phases)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.server = self._read()
        self.parts = self.server.pop("parts")

    def ask(self, *words) -> dict:
        print(*words, file=self.process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the helper ended: {self.process.stderr.read().strip()}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The end of its input is its order to stop the server and go.
        self.process.stdin.close()
        self.parts |= json.loads(self.process.stdout.readline() or "{}")
        self.process.wait()
