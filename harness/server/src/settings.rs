//! The settings of a scratch server: as fast as it goes, the same everywhere, nothing in the background.

use std::fmt::Write as _;
use std::path::Path;

use crate::installation::Installation;

/// The database in our own template clusters that holds nothing but the extension. Cloning it takes a sixth of the
/// time of CREATE EXTENSION.
pub(crate) const TEMPLATE_TIMESCALEDB: &str = "template_timescaledb";

/// What `initdb` is given: the same cluster everywhere, without what a scratch server does not need.
pub(crate) fn initdb(major: u32) -> Vec<&'static str> {
    let mut arguments = vec![
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--auth=trust",
        "--no-sync",
        "--no-instructions",
        // Sixteen megabytes of write-ahead log would be more than half of what each start has to copy.
        "--wal-segsize=1",
    ];
    if major >= 17 {
        arguments.extend(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    }
    if major >= 18 {
        arguments.push("--no-data-checksums");
    }
    arguments
}

/// `postgresql.conf`. A scratch server is deleted after a crash, so nothing has to reach the disk.
pub(crate) fn conf(installation: &Installation, folder: &Path, port: u16) -> String {
    // The distribution's PostgreSQL reads the machine's time zones and knows GMT alone without them.
    let zone = if Path::new("/usr/share/zoneinfo/UTC").exists() { "UTC" } else { "GMT" };
    let mut conf = format!(
        "# Written by phasegate for a scratch server: nothing in it survives a crash of the machine.\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         unix_socket_directories = {socket}\n\
         # It lies in the data folder and goes with it, however the server ends.\n\
         dynamic_shared_memory_type = mmap\n\
         timezone = '{zone}'\n\
         log_timezone = '{zone}'\n",
        socket = quoted(&folder.to_string_lossy()),
    );
    conf.push_str(FIXED);
    conf.push_str(SMALL_SEGMENTS);
    if installation.major() >= 18 {
        conf.push_str(NO_IO_WORKERS);
    }
    if installation.timescaledb.is_some() {
        conf.push_str(PRELOAD);
        conf.push_str(TIMESCALEDB);
    }
    conf
}

/// `postgresql.conf` of the cluster in an image that we build: the same, but for where it listens.
#[cfg(feature = "container")]
pub(crate) fn conf_in_image(major: u32) -> String {
    let mut conf =
        "listen_addresses = '*'\nunix_socket_directories = '/tmp'\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n".to_owned();
    conf.push_str(FIXED);
    conf.push_str(SMALL_SEGMENTS);
    if major >= 18 {
        conf.push_str(NO_IO_WORKERS);
    }
    conf.push_str(PRELOAD);
    conf.push_str(TIMESCALEDB);
    conf
}

/// The same as arguments of the server, for an image that somebody else built and that preloads what it wants to.
#[cfg(feature = "container")]
pub(crate) fn arguments() -> Vec<String> {
    let mut arguments = vec!["postgres".to_owned()];
    for line in FIXED.lines().chain(TIMESCALEDB.lines()).chain(["timezone = 'UTC'", "log_timezone = 'UTC'"]) {
        if let Some((name, value)) = line.split_once(" = ") {
            arguments.extend(["-c".to_owned(), format!("{name}={}", value.trim_matches('\''))]);
        }
    }
    arguments
}

const FIXED: &str = "\
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
wal_init_zero = off
max_wal_size = 4GB
checkpoint_timeout = 1d
max_connections = 200
max_locks_per_transaction = 128
shared_buffers = 128MB
huge_pages = off
lc_messages = 'C'
log_line_prefix = '%m [%p] %d '
update_process_title = off
password_encryption = 'scram-sha-256'
";

/// Our own clusters have segments of one megabyte; with the usual ones this would be refused.
const SMALL_SEGMENTS: &str = "min_wal_size = 2MB\n";

const NO_IO_WORKERS: &str = "io_method = sync\n";

const PRELOAD: &str = "shared_preload_libraries = 'timescaledb'\n";

const TIMESCALEDB: &str = "\
timescaledb.max_background_workers = 0
timescaledb.telemetry_level = off
";

/// What a template cluster is written with, while no server runs on it.
pub(crate) const SINGLE: &[&str] = &[
    "shared_preload_libraries=timescaledb",
    "timescaledb.max_background_workers=0",
    "timescaledb.telemetry_level=off",
    "jit=off",
    "min_wal_size=2MB",
    "wal_init_zero=off",
    "log_checkpoints=off",
];

/// `pg_hba.conf`: the socket lies in a folder that the owner alone can enter; TCP asks for the password.
pub(crate) const HBA: &str = "\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
";

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        let _ = match c {
            '\'' => write!(quoted, "''"),
            '\\' => write!(quoted, "\\\\"),
            c => write!(quoted, "{c}"),
        };
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[cfg(feature = "container")]
    #[test]
    fn an_image_of_somebody_else_keeps_its_own_libraries() {
        let arguments = super::arguments();
        assert!(arguments.contains(&"fsync=off".to_owned()), "{arguments:?}");
        assert!(arguments.contains(&"timescaledb.telemetry_level=off".to_owned()), "{arguments:?}");
        assert!(!arguments.iter().any(|argument| argument.contains("preload") || argument.contains("min_wal_size")));
    }

    #[test]
    fn a_folder_with_a_quote_in_its_name_stays_one_value() {
        assert_eq!(quoted("/tmp/it's\\here"), "'/tmp/it''s\\\\here'");
    }
}
