"""The pgTAP file of this folder, taken apart: by phase, and multiplied."""

import re
from pathlib import Path

HEAD = "BEGIN;\nSELECT plan({plan});\n"
TAIL = "SELECT * FROM finish();\nROLLBACK;\n"
ASSERTION = re.compile(
    r"^SELECT (?:is|ok|matches|lives_ok|throws_ok|results_eq|has_table|hasnt_index|col_\w+)\(", re.MULTILINE
)
# What one check writes and another may not share: two files judged at once would wait for each other's keys.
KEYS = re.compile(r"'(?=hash-of-|key-of-|another-|transaction-)")
IDS = re.compile(r"('9[0-9a-f]000000-0000-4)000-")


class TapFile:
    def __init__(self, path: Path):
        self.path = path
        text = path.read_text()
        self.assertions = int(re.search(r"SELECT plan\((\d+)\)", text)[1])
        body = text.split(f"SELECT plan({self.assertions});")[1].split("SELECT * FROM finish();")[0]
        # A list of (phase, check, SQL) in order.
        self.checks = []
        for phase in re.split(r"^-- phase ", body, flags=re.MULTILINE)[1:]:
            name = phase.split(":")[0]
            for check in re.split(r"^-- check ", phase, flags=re.MULTILINE)[1:]:
                self.checks.append((name, check.split(":")[0], "-- check " + check))
        counted = sum(len(ASSERTION.findall(sql)) for _, _, sql in self.checks)
        if counted != self.assertions:
            raise SystemExit(f"{path.name} plans {self.assertions} assertions and holds {counted}")

    def by_phase(self, folder: Path) -> dict:
        files = {}
        for phase in dict.fromkeys(phase for phase, _, _ in self.checks):
            files[phase] = folder / f"phase-{phase}.sql"
            files[phase].write_text(_file([sql for of, _, sql in self.checks if of == phase]))
        return files

    def copies(self, copies: list, folder: Path) -> tuple:
        """One file for each list of check ids, each with keys of its own, to be judged side by side on one database;
        and one file of what must be judged apart.

        That is what locks a whole table: two such files side by side end in a deadlock, and all others wait for them.
        """
        sql = {check: text for _, check, text in self.checks}
        locking = []
        files = []
        for number, ids in enumerate(copies):
            texts = [with_keys_of_its_own(sql[check], number) for check in ids]
            locking += [text for text in texts if "ALTER TABLE" in text]
            path = folder / f"copy-{number:03}.sql"
            path.write_text(_file([text for text in texts if "ALTER TABLE" not in text]))
            files.append(path)
        apart = folder / "locking.sql"
        apart.write_text(_file(locking))
        return files, apart


def with_keys_of_its_own(sql: str, number: int) -> str:
    return IDS.sub(rf"\g<1>{number:03}-", KEYS.sub(f"'{number}-", sql))


def _file(checks: list) -> str:
    # pgTAP's count of the assertions goes back with a savepoint, so the last check leaves it to the end of the file.
    body = "\n".join(checks).rstrip().removesuffix("ROLLBACK TO SAVEPOINT the_check;")
    return HEAD.format(plan=len(ASSERTION.findall(body))) + body + TAIL
