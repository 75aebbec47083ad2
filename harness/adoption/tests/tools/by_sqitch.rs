//! sqitch itself.

use std::process::Command;

use crate::agreement::{Agreement, run};

pub(crate) fn agrees() {
    run(async {
        let agreement = Agreement::on("sqitch").await;
        let target = agreement.url().replacen("postgresql://", "db:pg://", 1);
        let deployed = Command::new("sqitch")
            .args(["deploy", "--verify", &target])
            .current_dir(agreement.project.path())
            // Nobody's own settings.
            .envs([("SQITCH_USER_CONFIG", "/dev/null"), ("SQITCH_SYSTEM_CONFIG", "/dev/null")])
            .envs([("SQITCH_FULLNAME", "Fixture"), ("SQITCH_EMAIL", "fixture@example.org")])
            .output()
            .expect("sqitch runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(deployed.status.success(), "{}{}", said(&deployed.stdout), said(&deployed.stderr));
        agreement.holds("sqitch.*").await;
    });
}
