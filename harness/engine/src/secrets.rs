//! Passwords and keys that Phasegate was given, in URLs or in the environment that a command inherits. Whatever is written down
//! or told holds `***` in their place.

use std::{borrow::Cow, env};

use phasegate_evidence::canonical_bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::suite::Suite;

const HIDDEN: &str = "***";
/// Shorter ones are hidden where a URL holds them, and not in every word.
const LETTERS_MIN: usize = 6;
/// Passwords that are words of every database: to hide them everywhere would hide the evidence.
const WORDS: [&str; 2] = ["postgres", "password"];
/// What the name of a variable says that holds a secret as a whole.
const NAMES: [&str; 7] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "_KEY"];
/// The parameters of a URL that hold one.
const PARAMETERS: [&str; 3] = ["password", "sslpassword", "passfile"];

/// What is hidden, with what is put into its place.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// Those of these URLs, and of the environment.
    #[must_use]
    pub fn of<'u>(urls: impl IntoIterator<Item = &'u str>) -> Self {
        Self::of_suites(urls, &[])
    }

    /// Those of these URLs, of the environment, and of what these suites give their commands.
    pub(crate) fn of_suites<'u>(urls: impl IntoIterator<Item = &'u str>, suites: &[Suite]) -> Self {
        let environment =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let commands = |suite: &'_ Suite| -> Vec<_> {
            let own = suite.phases.iter().map(|phase| phase.own.env.clone());
            own.chain([suite.commands.env.clone()]).flatten().collect()
        };
        let given = suites.iter().flat_map(commands);
        Self::given(urls, environment.chain(given))
    }

    fn given<'u>(
        urls: impl IntoIterator<Item = &'u str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let mut secrets = Self::default();
        urls.into_iter().for_each(|url| secrets.url(url));
        for (name, value) in environment {
            secrets.url(&value);
            if is_secret(&name) {
                secrets.word(value.trim());
            }
        }
        // Of two of which one holds the other, the longer goes first.
        secrets.0.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.cmp(other)));
        secrets.0.dedup();
        secrets
    }

    /// The passwords that a URL holds.
    fn url(&mut self, url: &str) {
        let Some((_, rest)) = url.split_once("://") else { return };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if let Some((user, password)) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'))
            && !password.is_empty()
        {
            for form in [password.to_owned(), decoded(password)] {
                self.put(format!(":{form}@"), format!(":{HIDDEN}@"));
                if form != user {
                    self.word(&form);
                }
            }
        }
        let parameters = path.split_once('?').map(|(_, parameters)| parameters.split('&')).into_iter().flatten();
        for (name, value) in parameters.filter_map(|parameter| parameter.split_once('=')) {
            if PARAMETERS.contains(&name) {
                self.word(value);
                self.word(&decoded(value));
            }
        }
    }

    /// A secret wherever it stands.
    fn word(&mut self, secret: &str) {
        if secret.chars().count() >= LETTERS_MIN && !WORDS.contains(&secret) {
            self.put(secret.to_owned(), HIDDEN.to_owned());
        }
    }

    fn put(&mut self, secret: String, hidden: String) {
        // Within JSON it may stand escaped.
        let escaped = Value::from(secret.as_str()).to_string();
        self.0.push((escaped[1..escaped.len() - 1].to_owned(), hidden.clone()));
        self.0.push((secret, hidden));
    }

    /// Text without them.
    #[must_use]
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = Cow::Borrowed(text);
        for (secret, instead) in &self.0 {
            if hidden.contains(secret.as_str()) {
                hidden = Cow::Owned(hidden.replace(secret.as_str(), instead));
            }
        }
        hidden
    }

    /// The bytes of an output without them; those of JSON stay canonical.
    pub(crate) fn hide_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Cow::Borrowed(bytes) };
        match self.hide(text) {
            Cow::Borrowed(_) => Cow::Borrowed(bytes),
            Cow::Owned(hidden) => {
                let canonical =
                    serde_json::from_str::<Value>(&hidden).ok().and_then(|json| canonical_bytes(&json).ok());
                Cow::Owned(canonical.unwrap_or_else(|| hidden.into_bytes()))
            }
        }
    }

    /// A value without them.
    pub(crate) fn hide_value<T: Serialize + DeserializeOwned>(&self, value: T) -> Result<T, serde_json::Error> {
        if self.0.is_empty() {
            return Ok(value);
        }
        let json = serde_json::to_string(&value)?;
        match self.hide(&json) {
            Cow::Borrowed(_) => Ok(value),
            Cow::Owned(hidden) => serde_json::from_str(&hidden),
        }
    }
}

/// What is shown of a variable: nothing of one that holds a secret as a whole.
pub(crate) fn shown(name: &str, value: &str) -> String {
    if is_secret(name) { HIDDEN } else { value }.to_owned()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    NAMES.iter().any(|word| name.contains(word))
}

/// A part of a URL without its percent signs.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(urls: &[&str], environment: &[(&str, &str)]) -> Secrets {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Secrets::given(urls.iter().copied(), environment)
    }

    #[test]
    fn the_password_of_a_url_is_hidden_in_every_form() {
        let secrets = secrets(&["postgresql://me:p%40ss%22word@host/db?sslpassword=other-one"], &[]);
        for (text, hidden) in [
            ("postgresql://me:p%40ss%22word@host/db", "postgresql://me:***@host/db"),
            ("it is p@ss\"word", "it is ***"),
            (r#"{"message":"p@ss\"word"}"#, r#"{"message":"***"}"#),
            ("other-one", "***"),
            ("postgresql://me@host/db", "postgresql://me@host/db"),
        ] {
            assert_eq!(secrets.hide(text), hidden);
        }
    }

    #[test]
    fn what_the_environment_calls_a_secret_is_one_and_what_is_none_stays() {
        let environment = [
            ("PGPASSWORD", "hunter22"),
            ("API_TOKEN", "abcdef-1"),
            ("AWS_SECRET_ACCESS_KEY", "kkkkkk"),
            ("SERVICE_URL", "http://u:v3rysecret@h"),
            ("HOME", "/home/somebody"),
            ("EMPTY_PASSWORD", ""),
        ];
        let secrets = secrets(&[], &environment);
        assert_eq!(secrets.hide("hunter22 abcdef-1 kkkkkk v3rysecret"), "*** *** *** ***");
        assert_eq!(secrets.hide("/home/somebody"), "/home/somebody");
    }

    #[test]
    fn a_password_that_is_a_word_is_hidden_where_a_url_holds_it() {
        let secrets =
            secrets(&["postgres://postgres:postgres@h/db", "postgres://app:pw@h/db"], &[("PGPASSWORD", "postgres")]);
        let text = "postgres://postgres:postgres@h/db owner postgres postgres://app:pw@h/db pwd";
        assert_eq!(secrets.hide(text), "postgres://postgres:***@h/db owner postgres postgres://app:***@h/db pwd");
    }

    #[test]
    fn outputs_stay_canonical() {
        let secrets = secrets(&[], &[("PGPASSWORD", "hunter22")]);
        let hidden = secrets.hide_bytes(br#"{"a":"hunter22","hunter22":"b"}"#);
        assert_eq!(String::from_utf8_lossy(&hidden), r#"{"***":"b","a":"***"}"#);
        assert_eq!(secrets.hide_bytes(b"log hunter22\n").as_ref(), b"log ***\n");
        assert!(matches!(secrets.hide_bytes(b"nothing"), Cow::Borrowed(_)));
    }
}
