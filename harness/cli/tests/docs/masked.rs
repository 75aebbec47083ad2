//! What differs from run to run and means nothing to a reader, so that the rest can be compared.

use crate::Claim;

/// A line without digests, times, names of runs, addresses, versions of the server and paths of temporary files.
pub(crate) fn masked(line: &str) -> String {
    for label in ["server: ", "library: ", "  server   "] {
        if line.starts_with(label) {
            return label.trim_end().to_owned();
        }
    }
    let mut words: Vec<String> = line.split(' ').map(word).collect();
    for index in 1..words.len() {
        if words[index - 1] == "PostgreSQL"
            && let Some((major, _)) = words[index].split_once('.')
        {
            words[index] = format!("{major}.#");
        }
        if is_unit(&words[index]) && words[index - 1].parse::<f64>().is_ok() {
            "#".clone_into(&mut words[index - 1]);
            "s".clone_into(&mut words[index]);
        }
    }
    words.join(" ").trim_end().to_owned()
}

fn is_unit(word: &str) -> bool {
    ["µs", "ms", "s"].contains(&word)
}

fn word(word: &str) -> String {
    if let Some((before, _)) = word.split_once("/tmp/") {
        return format!("{before}/tmp/…");
    }
    if let Some((before, _)) = word.split_once("postgresql://") {
        return format!("{before}postgresql://…");
    }
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return word.replace(bare, "…");
    }
    let parts: Vec<&str> = word.split('/').map(|part| if is_run(part) { "RUN" } else { part }).collect();
    parts.join("/")
}

/// Whether it is the name of a run, as `20261120T104243.060Z-12176`.
fn is_run(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape.trim_end_matches('0') == "00000000T000000.000Z-" && !shape.ends_with('-')
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("what_differs_from_run_to_run_is_masked", || {
            let digest = "0123456789abcdef".repeat(4);
            let same = [
                (format!("  result digest  {digest}"), "  result digest  …".to_owned()),
                ("  took  300 ms".to_owned(), "  took  1.2 s".to_owned()),
                (
                    "reports/runs/20261120T104243.060Z-12176/x".to_owned(),
                    "reports/runs/20250101T000000.000Z-1/x".to_owned(),
                ),
                ("for 1.1: sqlite:/tmp/a/state.db".to_owned(), "for 1.1: sqlite:/tmp/b/state.db".to_owned()),
                ("server: embedded, PostgreSQL 17.1".to_owned(), "server: external".to_owned()),
                ("on PostgreSQL 17.1".to_owned(), "on PostgreSQL 17.12".to_owned()),
            ];
            match same.iter().find(|(one, other)| masked(one) != masked(other)) {
                None => Ok(()),
                Some((one, other)) => Err(format!("{} and {}", masked(one), masked(other))),
            }
        }),
        ("what_means_something_is_not_masked", || {
            let lines = [
                "  passed: 7 of 7 checks",
                "wrong-cause: constraint notes.slug",
                "    applied: 4 statements in",
                "1.1.1",
                "on PostgreSQL 17",
            ];
            match lines.iter().find(|line| masked(line) != **line) {
                None => Ok(()),
                Some(line) => Err(format!("{line} became {}", masked(line))),
            }
        }),
    ]
}
