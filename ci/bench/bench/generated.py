"""Suites made from a suite for the length of one measurement."""

import re
import shutil
from pathlib import Path

from .tap import with_keys_of_its_own

ID = re.compile(r'^id = "(.*)"$', re.MULTILINE)


class Original:
    """The suite that others are made from, without its added gates, findings and scenarios."""

    def __init__(self, suite: Path):
        self.name = suite.name
        self.text = (suite / "suite.toml").read_text()
        self.fixtures = (suite / re.search(r'^fixtures = "(.*)"', self.text, re.MULTILINE)[1]).resolve()
        self.need = self.text[self.text.index("[server]") : self.text.index("[[phase]]")]
        self.phases = re.findall(r"^\[\[phase\]\]\n(?:.+\n)+", self.text, re.MULTILINE)
        gates = [(path, path.read_text()) for path in sorted(suite.glob("gates/*/*.toml"))]
        self.gates = [(path, text) for path, text in gates if "\nadded = true" not in text]

    def write(self, folder: Path, name: str, phases: str, gates: dict) -> Path:
        """Writes a suite with these phases and gates; gives the folder of suites that it lies in."""
        target = folder / "suites" / name
        for path, text in gates.items():
            (target / "gates" / path).parent.mkdir(parents=True, exist_ok=True)
            (target / "gates" / path).write_text(text)
        head = f'suite = "{name}"\ntitle = "{name}"\nsource = "{self.name}"\nfixtures = "../../fixtures"\n\n'
        text = head + self.need + phases
        (target / "suite.toml").write_text(text)
        read = text + "".join(text for _, text in self.gates)
        for file in self.fixtures.rglob("*.sql"):
            path = file.relative_to(self.fixtures)
            # A suite may not leave a file of its fixtures unread.
            if str(path) in read or f"{path.parent}/*.sql" in read:
                (folder / "fixtures" / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, folder / "fixtures" / path)
        return folder / "suites"


def gates_of_the_source(suite: Path, name: str, folder: Path) -> Path:
    """The same phases with no gates but those of the source: what can be compared with what is done by hand."""
    original = Original(suite)
    gates = {f"{path.parent.name}/{path.name}": text for path, text in original.gates}
    return original.write(folder, name, "\n".join(original.phases), gates)


class Many:
    """A suite of many checks: those of a suite over and over, each copy with keys of its own, on one phase."""

    def __init__(self, suite: Path, name: str, checks: int, folder: Path):
        original = Original(suite)
        # The ids of the checks in each copy, for the other side to take the same.
        self.copies = []
        gates = {}
        left = checks
        while left:
            copy = []
            number = len(self.copies)
            for path, text in original.gates:
                gate, *ids = ID.findall(text)
                # Whole gates as long as they fit; the last copy takes those that still do.
                if len(ids) > left:
                    continue
                left -= len(ids)
                copy += ids
                text = with_keys_of_its_own(ID.sub(rf'id = "\1x{number:03}"', text), number)
                gates[f"1-all/{gate}x{number:03}-{path.name.removeprefix(f'{gate}-')}"] = text
            if not copy:
                raise SystemExit(f"no gate has {left} checks or fewer: choose another number")
            self.copies.append(copy)
        ups = re.findall(r'^up = (".*")', original.text, re.MULTILINE)
        phase = f'[[phase]]\nid = "1"\nslug = "1-all"\ntitle = "all phases in one"\nup = [{", ".join(ups)}]\n'
        self.suites = original.write(folder, name, phase, gates)
