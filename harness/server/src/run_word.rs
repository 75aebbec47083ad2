/// How many bytes of a database's name the run may take, of the 63 that PostgreSQL keeps: what follows tells its databases
/// apart.
const BYTES_MAX: usize = 26;

/// A run's name as part of a database's: of a longer one the end, which holds time and process.
#[must_use]
pub fn run_word(run: &str) -> String {
    let word: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    word[word.len().saturating_sub(BYTES_MAX)..].to_lowercase()
}
