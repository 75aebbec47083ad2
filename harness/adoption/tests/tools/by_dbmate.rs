//! dbmate itself.

use std::process::Command;

use crate::agreement::{Agreement, run};

pub(crate) fn agrees() {
    run(async {
        let agreement = Agreement::on("dbmate").await;
        let url = format!("{}?sslmode=disable", agreement.url());
        let migrated = Command::new("dbmate")
            .args(["--url", &url, "--no-dump-schema", "migrate"])
            .current_dir(agreement.project.path())
            .output()
            .expect("dbmate runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(migrated.status.success(), "{}{}", said(&migrated.stdout), said(&migrated.stderr));
        agreement.holds("schema_migrations").await;
    });
}
