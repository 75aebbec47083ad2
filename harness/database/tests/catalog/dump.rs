//! What pg_dump writes about a database, without what differs between two dumps of the same one.

use std::{ffi::OsStr, path::Path};

use tokio::process::Command;

/// The schema of one database with what belongs to the database itself: its owner, rights, settings and comment.
pub(crate) async fn of_database(bin: &Path, url: &str, name: &str) -> Result<String, String> {
    let text = run(&bin.join("pg_dump"), ["--schema-only", "--create", url]).await?;
    // Each clone has a name of its own.
    Ok(stable(&text).replace(name, "database"))
}

/// The roles, their settings and memberships, and the tablespaces of the server.
pub(crate) async fn of_server(bin: &Path, url: &str) -> Result<String, String> {
    run(&bin.join("pg_dumpall"), ["--globals-only", "--no-role-passwords", "--dbname", url])
        .await
        .map(|text| stable(&text))
}

async fn run(program: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("{}: {}", program.display(), String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// The restrict keys are random. The rights on an object stand in the order in which they were granted, and the roles of a
/// policy in the order in which they lie on the disk; nothing depends on either.
fn stable(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict "))
        .map(|line| if line.starts_with("CREATE POLICY ") { sorted_roles(line) } else { line.to_owned() })
        .collect();
    for rights in lines.split_mut(|line| line.starts_with("--")) {
        let granted = rights.iter().filter(|line| !line.is_empty());
        if granted.clone().all(|line| line.starts_with("GRANT ") || line.starts_with("REVOKE ")) {
            rights.sort_unstable();
        }
    }
    lines.join("\n")
}

/// `CREATE POLICY ... TO b, a USING (...);` with the roles in the order of their names.
fn sorted_roles(policy: &str) -> String {
    let Some((before, rest)) = policy.split_once(" TO ") else { return policy.to_owned() };
    let end = [" USING (", " WITH CHECK ("].iter().filter_map(|word| rest.find(word)).min().unwrap_or(rest.len());
    let (roles, after) = rest.split_at(end);
    let mut roles: Vec<&str> = roles.split(", ").collect();
    roles.sort_unstable();
    format!("{before} TO {}{after}", roles.join(", "))
}

/// Two dumps of one database.
pub(crate) fn is_stable() -> Result<(), String> {
    let one = "\\restrict a\n-- Type: ACL\n\nGRANT SELECT ON t TO a;\nGRANT SELECT ON t TO b;\n\n-- Type: POLICY\n\n\
               CREATE POLICY p ON t TO a, b USING (true);\n\\unrestrict a";
    let other = "\\restrict b\n-- Type: ACL\n\nGRANT SELECT ON t TO b;\nGRANT SELECT ON t TO a;\n\n-- Type: POLICY\n\n\
                 CREATE POLICY p ON t TO b, a USING (true);\n\\unrestrict b";
    if stable(one) != stable(other) {
        return Err(format!("{}\nand\n{}", stable(one), stable(other)));
    }
    for lost in ["GRANT SELECT ON t TO b;", "b USING", "USING (true)"] {
        if stable(one) == stable(&one.replace(lost, "")) {
            return Err(format!("the loss of `{lost}` is not seen"));
        }
    }
    Ok(())
}
