"""A suite of many checks: the gates of a suite over and over, each copy with keys of its own, on one phase."""

import re
import shutil
from pathlib import Path

from .tap import with_keys_of_its_own

NAME = "generated"
ID = re.compile(r'^id = "(.*)"$', re.MULTILINE)


class Generated:
    def __init__(self, suite: Path, checks: int, folder: Path):
        self.suites = folder / "suites"
        text = (suite / "suite.toml").read_text()
        fixtures = (suite / re.search(r'^fixtures = "(.*)"', text, re.MULTILINE)[1]).resolve()
        head = text[text.index("[server]") : text.index("[[phase]]")]
        ups = re.findall(r'^up = "(.*)"', text, re.MULTILINE)
        target = self.suites / NAME
        (target / "gates" / "1-all").mkdir(parents=True)
        (target / "suite.toml").write_text(
            f'suite = "{NAME}"\ntitle = "{checks} checks"\nsource = "{suite.name}"\nfixtures = "../../fixtures"\n\n{head}'
            f'[[phase]]\nid = "1"\nslug = "1-all"\ntitle = "all phases in one"\nup = {ups}\n'.replace("'", '"')
        )
        # The ids of the checks in each copy, for the other side to take the same.
        self.copies = []
        gates = [(path, path.read_text()) for path in sorted(suite.glob("gates/*/*.toml"))]
        gates = [(path, text) for path, text in gates if "\nadded = true" not in text]
        left = checks
        while left:
            copy = []
            for path, text in gates:
                gate, *ids = ID.findall(text)
                # Whole gates as long as they fit; the last copy takes those that still do.
                if len(ids) > left:
                    continue
                left -= len(ids)
                copy += ids
                number = len(self.copies)
                text = with_keys_of_its_own(ID.sub(rf'id = "\1x{number:03}"', text), number)
                slug = path.name.removeprefix(f"{gate}-")
                (target / "gates" / "1-all" / f"{gate}x{number:03}-{slug}").write_text(text)
            if not copy:
                raise SystemExit(f"no gate has {left} checks or fewer: choose another number")
            self.copies.append(copy)
        read = "".join(text for _, text in gates) + head + " ".join(ups)
        for file in fixtures.rglob("*.sql"):
            path = file.relative_to(fixtures)
            # A suite may not leave a file of its fixtures unread.
            if str(path) in read or f"{path.parent}/*.sql" in read:
                (folder / "fixtures" / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, folder / "fixtures" / path)
