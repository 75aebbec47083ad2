"""Suites made from a suite for the length of one measurement."""

import re
import shutil
from pathlib import Path

from .tap import with_keys_of_its_own

ID = re.compile(r'^id = "(.*)"$', re.MULTILINE)
GIVEN = re.compile(r"^given = \[(.*)\]$", re.MULTILINE)
STATE = re.compile(r'^(\w+) = ("""\n(?:.|\n)*?"""|\{.*\})$', re.MULTILINE)
ON = re.compile(r"on = \[(.*?)\]")
FILE = re.compile(r'sql = "(.*?)"')
NAME = re.compile(r'"(\w+)"')
ROW = re.compile(r"^    \{ (.*) \},$", re.MULTILINE)
VALUE = re.compile(r'(\w+) = "(.*?)"')


def ids_of(gate: str) -> tuple:
    """The id of a gate, and those of its checks: a check with `each` has one for each of its rows."""
    gate_id, *checks = gate.split("[[check]]")
    ids = []
    for check in checks:
        each = re.search(r"^each = \[\n((?:.|\n)*?)^\]$", check, re.MULTILINE)
        for row in ROW.findall(each[1]) if each else [""]:
            values = dict(VALUE.findall(row))
            ids.append(re.sub(r"\$\{(\w+)\}", lambda name: values[name[1]], ID.search(check)[1]))
    return ID.search(gate_id)[1], ids


class States:
    """The named states of a suite, which may be written again under other names and with keys of their own."""

    def __init__(self, suite: Path, text: str):
        section = re.search(r"^\[given\]\n((?:.|\n)*?)(?=^\[)", text, re.MULTILINE)
        self.states = dict(STATE.findall(section[1] if section else ""))
        files = (FILE.search(state) for state in self.states.values())
        self.files = {file[1]: (suite / file[1]).read_text() for file in files if file}

    def needed_by(self, gates: list) -> list:
        """Those that the gates start from, and those that these build on."""
        needed = []
        left = [name for gate in gates for given in GIVEN.findall(gate) for name in NAME.findall(given)]
        while left:
            name = left.pop()
            if name not in needed:
                needed.append(name)
                on = ON.search(self.states[name])
                left += NAME.findall(on[1]) if on else []
        return sorted(needed)

    def written(self, names: list, folder: Path, rename=lambda text: text, change=lambda sql: sql) -> str:
        """The states as lines of `[given]`, their files written."""
        lines = []
        for name in names:
            state = ON.sub(lambda on: "on = [" + NAME.sub(lambda n: f'"{rename(n[1])}"', on[1]) + "]", self.states[name])
            file = FILE.search(state)
            if file:
                path = folder / file[1].replace(".sql", f"{rename('')}.sql")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(change(self.files[file[1]]))
                state = FILE.sub(f'sql = "{path.relative_to(folder)}"', state)
            else:
                state = change(state)
            lines.append(f"{rename(name)} = {state}\n")
        return "".join(lines)


class Original:
    """The suite that others are made from, without its added gates, findings and scenarios."""

    def __init__(self, suite: Path):
        self.name = suite.name
        self.text = (suite / "suite.toml").read_text()
        self.fixtures = (suite / re.search(r'^fixtures = "(.*)"', self.text, re.MULTILINE)[1]).resolve()
        self.need = self.text[self.text.index("[server]") : self.text.index("[[phase]]")]
        self.phases = re.findall(r"^\[\[phase\]\]\n(?:.+\n)+", self.text, re.MULTILINE)
        self.states = States(suite, self.text)
        gates = [(path, path.read_text()) for path in sorted(suite.glob("gates/*/*.toml"))]
        self.gates = [(path, text) for path, text in gates if "\nadded = true" not in text]

    def write(self, folder: Path, name: str, phases: str, gates: dict, given: str) -> Path:
        """Writes a suite with these phases, gates and states; gives the folder of suites that it lies in."""
        target = folder / "suites" / name
        for path, text in gates.items():
            (target / "gates" / path).parent.mkdir(parents=True, exist_ok=True)
            (target / "gates" / path).write_text(text)
        head = f'suite = "{name}"\ntitle = "{name}"\nsource = "{self.name}"\nfixtures = "../../fixtures"\n\n'
        text = head + self.need + phases + (f"\n[given]\n{given}" if given else "")
        (target / "suite.toml").write_text(text)
        read = text + "".join(text for _, text in self.gates)
        named = [re.sub(r"\$\{\w+\}", "*", file) for file in re.findall(r'"([^"]*\.sql)"', read)]
        for file in self.fixtures.rglob("*.sql"):
            path = file.relative_to(self.fixtures)
            # A suite may not leave a file of its fixtures unread.
            if any(path.match(pattern) for pattern in named):
                (folder / "fixtures" / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, folder / "fixtures" / path)
        return folder / "suites"


def gates_of_the_source(suite: Path, name: str, folder: Path) -> Path:
    """The same phases with no gates but those of the source: what can be compared with what is done by hand."""
    original = Original(suite)
    gates = {f"{path.parent.name}/{path.name}": text for path, text in original.gates}
    states = original.states.needed_by(gates.values())
    given = original.states.written(states, folder / "suites" / name)
    return original.write(folder, name, "\n".join(original.phases), gates, given)


class Many:
    """A suite of many checks: those of a suite over and over, each copy with keys of its own, on one phase."""

    def __init__(self, suite: Path, name: str, checks: int, folder: Path):
        original = Original(suite)
        # The ids of the checks in each copy, for the other side to take the same.
        self.copies = []
        gates = {}
        given = ""
        left = checks
        while left:
            copy = []
            taken = []
            number = len(self.copies)
            for path, text in original.gates:
                gate, ids = ids_of(text)
                # Whole gates as long as they fit; the last copy takes those that still do.
                if len(ids) > left:
                    continue
                left -= len(ids)
                copy += ids
                text = with_keys_of_its_own(ID.sub(rf'id = "\1x{number:03}"', text), number)
                text = GIVEN.sub(lambda names: "given = [" + NAME.sub(rf'"\1_{number:03}"', names[1]) + "]", text)
                taken.append(path)
                gates[f"1-all/{gate}x{number:03}-{path.name.removeprefix(f'{gate}-')}"] = text
            if not copy:
                raise SystemExit(f"no gate has {left} checks or fewer: choose another number")
            self.copies.append(copy)
            states = original.states.needed_by([text for path, text in original.gates if path in taken])
            given += original.states.written(
                states,
                folder / "suites" / name,
                lambda state, number=number: f"{state}_{number:03}",
                lambda sql, number=number: with_keys_of_its_own(sql, number),
            )
        ups = re.findall(r'^up = (".*")', original.text, re.MULTILINE)
        phase = f'[[phase]]\nid = "1"\nslug = "1-all"\ntitle = "all phases in one"\nup = [{", ".join(ups)}]\n'
        self.suites = original.write(folder, name, phase, gates, given)
