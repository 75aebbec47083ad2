//! Which mirror this machine's own apt uses for the distribution, and which key it trusts for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Suites of the distribution itself, as they stand in a sources file.
const SUITES: &[&str] =
    &["bullseye", "bookworm", "trixie", "forky", "sid", "oldoldstable", "oldstable", "stable", "testing", "unstable"];

/// The key ring that the distribution's own package of keys installs.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// One place to fetch packages from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The mirror.
    pub(crate) uri: String,
    /// The key ring or keys that its signature must come from; none means every key that apt trusts.
    pub(crate) signed_by: Option<String>,
}

/// The mirror that was named, trusted by the distribution's own keys alone.
pub(crate) fn named(uri: &str) -> Source {
    let signed_by = Path::new(KEYRING).exists().then(|| KEYRING.to_owned());
    Source { uri: uri.to_owned(), signed_by }
}

/// The machine's own source for the distribution.
pub(crate) fn of_machine() -> Option<Source> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    let mut parts: Vec<PathBuf> =
        fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    parts.sort();
    files.extend(parts);
    let mut best: Option<(u8, Source)> = None;
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let entries = match file.extension().and_then(|extension| extension.to_str()) {
            Some("sources") => stanzas(&text),
            Some("list") => lines(&text),
            _ => continue,
        };
        for (score, source) in entries {
            if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                best = Some((score, source));
            }
        }
    }
    best.map(|(_, source)| source)
}

/// How sure we are that this is the distribution and not somebody who uses the name of its suite.
fn score(uri: &str, signed_by: Option<&str>) -> u8 {
    u8::from(uri.trim_end_matches('/').ends_with("/debian"))
        + 2 * u8::from(signed_by.is_some_and(|key| key.contains("debian-archive")))
}

/// The fitting entries of a file of `Field: value` stanzas.
fn stanzas(text: &str) -> Vec<(u8, Source)> {
    let mut found = Vec::new();
    // A comment is no part of a stanza, wherever it stands.
    let text: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    for stanza in text.split("\n\n") {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in stanza.lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push('\n');
                    value.push_str(line);
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
        let words = |name: &str| field(name).unwrap_or_default().split_whitespace();
        if field("enabled").is_some_and(|value| value.eq_ignore_ascii_case("no"))
            || !words("types").any(|kind| kind == "deb")
            || !words("suites").any(|suite| SUITES.contains(&suite))
            || !words("components").any(|component| component == "main")
        {
            continue;
        }
        let signed_by = field("signed-by").map(str::to_owned);
        for uri in words("uris").filter(|uri| usable(uri)) {
            found
                .push((score(uri, signed_by.as_deref()), Source { uri: uri.to_owned(), signed_by: signed_by.clone() }));
        }
    }
    found
}

/// The fitting entries of a file of `deb [options] uri suite component...` lines.
fn lines(text: &str) -> Vec<(u8, Source)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some(rest) = line.trim().strip_prefix("deb").filter(|rest| rest.starts_with([' ', '\t'])) else {
            continue;
        };
        let rest = rest.trim_start();
        let (options, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((options, rest)) => (options, rest),
            None => ("", rest),
        };
        let mut words = rest.split('#').next().unwrap_or_default().split_whitespace();
        let (Some(uri), Some(suite)) = (words.next(), words.next()) else {
            continue;
        };
        if !SUITES.contains(&suite) || !words.any(|component| component == "main") || !usable(uri) {
            continue;
        }
        let signed_by =
            options.split_whitespace().find_map(|option| option.strip_prefix("signed-by=")).map(str::to_owned);
        found.push((score(uri, signed_by.as_deref()), Source { uri: uri.to_owned(), signed_by }));
    }
    found
}

fn usable(uri: &str) -> bool {
    !uri.starts_with("cdrom:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_is_told_from_those_who_use_the_name_of_its_suite() {
        let text = "Types: deb\nURIs: https://tool.example/apt\nSuites: bookworm\nComponents: main\n\n\
                    # a comment\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n\
                    Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n\
                    Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n\
                    Components: main\n";
        let best = stanzas(text).into_iter().max_by_key(|(score, _)| *score).unwrap();
        assert_eq!(best.1.uri, "http://mirror.example/debian");
        assert_eq!(best.1.signed_by.as_deref(), Some(KEYRING));
        assert_eq!(stanzas(text).len(), 2);
    }

    #[test]
    fn a_line_with_options_is_read() {
        let text = "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian trixie main contrib # why\n\
                    deb-src http://mirror.example/debian trixie main\n\
                    deb http://other.example/ubuntu noble main\n\
                    deb cdrom:[disk]/ trixie main\n";
        assert_eq!(
            lines(text),
            [(1, Source { uri: "http://mirror.example/debian".to_owned(), signed_by: Some("/k.gpg".to_owned()) })]
        );
    }

    #[test]
    fn a_key_that_stands_in_the_stanza_is_kept_with_its_line_breaks() {
        let text = "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\n\
                    Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n";
        let key = stanzas(text)[0].1.signed_by.clone().unwrap();
        assert_eq!(key, "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc");
    }

    #[test]
    fn a_stanza_that_is_switched_off_does_not_count() {
        let text = "Enabled: no\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\n";
        assert!(stanzas(text).is_empty());
    }
}
