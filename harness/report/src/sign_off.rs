/// One sign-off of a run, as a report shows it. Whoever fills it has checked the signature; a report checks nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// The role in which it was given: `implementer`, `validator` or `deployer`.
    pub role: String,
    /// The printed name.
    pub name: String,
    /// What it says: `review`, `approval`, `responsibility` or `authorship`.
    pub meaning: String,
    /// When, in milliseconds since 1970.
    pub signed_at_unix_ms: u64,
    /// The key, by its fingerprint.
    pub key: String,
    /// The exception that it grants to a run that did not pass, in words.
    pub exception: Option<String>,
}
