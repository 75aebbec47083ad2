//! The projects of `fixtures/adoption`: each has a wrong way back and misses a backfill, and nobody edits a file.

use crate::{Claim, project::Project};

/// What mends a fault: a file, what stands there, and what should.
pub(crate) type Mend = (&'static str, &'static str, &'static str);

/// A project with its two faults.
pub(crate) struct Faulty {
    pub(crate) name: &'static str,
    /// What its tool calls its fourth migration, before the one that both faults show themselves in.
    pub(crate) fourth: &'static str,
    pub(crate) way_back: Mend,
    pub(crate) backfill: Mend,
}

const WAY_BACK: (&str, &str) = ("5.3.1", "catalog-differs");
const BACKFILL: (&str, &str) = ("5.4.1", "refused");

const SQLX: Faulty = Faulty {
    name: "sqlx",
    fourth: "20250104090000",
    way_back: (
        "migrations/20250105090000_depot_is_one.down.sql",
        "ALTER TABLE depots",
        "ALTER TABLE parcels DROP CONSTRAINT parcels_depot;\nALTER TABLE depots",
    ),
    backfill: ("migrations/20250102090000_parcels.up.sql", "(102, 7,", "(102, 2,"),
};
pub(crate) const FLYWAY: Faulty = Faulty {
    name: "flyway",
    fourth: "9",
    way_back: ("sql/U10__harvests_are_weighed.sql", "ALTER TABLE", "DROP INDEX harvests_by_year;\nALTER TABLE"),
    backfill: ("sql/V2__harvests.sql", "NULL)", "38)"),
};
const SQITCH: Faulty = Faulty {
    name: "sqitch",
    fourth: "solos",
    way_back: ("revert/solo_voices.sql", "ALTER TABLE", "COMMENT ON COLUMN singers.voice IS NULL;\nALTER TABLE"),
    backfill: ("deploy/voices.sql", "WHERE id = 2", "WHERE id IN (2, 3)"),
};

impl Faulty {
    pub(crate) fn project(&self, mends: &[&Mend]) -> Project {
        let project = Project::copy(self.name);
        mends.iter().for_each(|mend| mended(&project, mend));
        project
    }

    /// Mends both in a project that lies there.
    pub(crate) fn mends(&self, project: &Project) {
        [self.way_back, self.backfill].iter().for_each(|mend| mended(project, mend));
    }

    /// Both are found and nothing else; and where both are mended, everything passes.
    pub(crate) fn shows_its_faults(&self) {
        self.shows_its_faults_by(&["init"]);
    }

    /// So it is where the suite is written by this command.
    fn shows_its_faults_by(&self, command: &[&str]) {
        self.ends_in(command, &[], &[WAY_BACK, BACKFILL]);
        self.ends_in(command, &[&self.way_back, &self.backfill], &[]);
    }

    /// So it is where the project is imported.
    pub(crate) fn shows_its_faults_when_imported(&self) {
        self.shows_its_faults_by(&["import", self.name]);
    }

    /// Each is found alone where the other is mended.
    pub(crate) fn shows_each_alone(&self) {
        self.ends_in(&["init"], &[&self.backfill], &[WAY_BACK]);
        self.ends_in(&["init"], &[&self.way_back], &[BACKFILL]);
    }

    /// Where the first four are the baseline, the fifth changes what it changed behind them, and both faults are found.
    pub(crate) fn shows_them_behind_its_history(&self) {
        let [whole, short] = [self.project(&[]), self.project(&[])];
        whole.init();
        let told = short.phasegate(&["init", "--baseline", self.fourth]);
        assert!(
            told.stdout.contains(&format!("the baseline is the 4 migrations up to {}", self.fourth)),
            "{}",
            told.stdout
        );
        assert!(told.stdout.contains("saw    1 of 1 phase applies"), "{}{}", told.stdout, told.stderr);
        let gate = |project: &Project, phase: &str, name: &str| {
            let texts = project.texts();
            let gates = texts.into_iter().filter(|(path, _)| path.starts_with(&format!("phasegate/gates/{phase}-")));
            let mut found = gates.filter(|(path, _)| path.ends_with(name));
            found.next().expect("a gate").1.replace(&format!("\"{phase}."), "\"")
        };
        for name in ["1-what-changes.toml", "2-what-stays.toml", "3-the-way-back.toml", "4-what-was-not-validated.toml"]
        {
            assert_eq!(gate(&short, "1", name), gate(&whole, "5", name), "{}", self.name);
        }
        let (code, failed) = short.run();
        let failed: Vec<(&str, &str)> = failed.iter().map(|(check, code)| (check.as_str(), code.as_str())).collect();
        assert_eq!((code, failed), (1, vec![("1.3.1", WAY_BACK.1), ("1.4.1", BACKFILL.1)]), "{}", self.name);
        self.mends(&short);
        assert_eq!(short.run(), (0, Vec::new()), "{}", self.name);
    }

    fn ends_in(&self, command: &[&str], mends: &[&Mend], expected: &[(&str, &str)]) {
        let project = self.project(mends);
        let before = project.texts();
        let told = project.writes(command).stdout;
        assert!(told.contains("saw    5 of 5 phases apply"), "{told}");
        let after = project.texts();
        let kept = before.iter().all(|(name, text)| after.get(name) == Some(text));
        assert!(kept, "a file of the project is another");
        let new = after.keys().filter(|name| !before.contains_key(*name));
        let others: Vec<_> = new.filter(|name| !name.starts_with("phasegate/") && *name != ".gitignore").collect();
        assert!(others.is_empty(), "{others:?}");
        let (code, failed) = project.run();
        let failed: Vec<(&str, &str)> = failed.iter().map(|(check, code)| (check.as_str(), code.as_str())).collect();
        assert_eq!(failed, expected, "{} with {} faults mended", self.name, mends.len());
        assert_eq!(code, i32::from(!expected.is_empty()));
    }
}

fn mended(project: &Project, (file, from, to): &Mend) {
    project.change(file, from, to);
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("a_sqlx_project_ends_in_exactly_its_two_faults", || SQLX.shows_its_faults()),
        ("a_flyway_project_ends_in_exactly_its_two_faults", || FLYWAY.shows_its_faults()),
        ("a_sqitch_project_ends_in_exactly_its_two_faults", || SQITCH.shows_its_faults()),
        ("sqlx_flyway_and_sqitch_projects_end_in_the_same_two_faults_where_they_are_imported", || {
            [SQLX, FLYWAY, SQITCH].iter().for_each(Faulty::shows_its_faults_when_imported);
        }),
        ("each_fault_is_found_without_the_other", || {
            [SQLX, FLYWAY, SQITCH].iter().for_each(Faulty::shows_each_alone);
        }),
        ("what_is_said_to_be_history_is_the_baseline_and_no_phase", || {
            [SQLX, FLYWAY, SQITCH].iter().for_each(Faulty::shows_them_behind_its_history);
        }),
    ]
}
