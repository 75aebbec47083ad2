//! The machine's apt with state folders of ours: it downloads, and verifies every byte against the signed release.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::sources::Source;
use crate::{error::ServerError, folder, version::Version};

/// What the packages depend on and a scratch server does not need: apt is told that they are installed already.
/// The compiler behind `jit` alone would be half of the download.
const NOT_NEEDED: &[&str] = &[
    "debconf",
    "init-system-helpers",
    "libaudit-common",
    "libc-bin",
    "libllvm19",
    "libpam-modules",
    "libpam-modules-bin",
    "locales",
    "openssl-provider-legacy",
    "postgresql-client-common",
    "postgresql-common",
    "readline-common",
    "ssl-cert",
    "sysvinit-utils",
];

/// An apt of our own below `work`.
#[derive(Debug)]
pub(crate) struct Apt {
    work: PathBuf,
}

impl Apt {
    /// Lays out its folders for one suite of one mirror.
    pub(crate) fn new(work: &Path, version: Version, source: &Source) -> Result<Self, ServerError> {
        let apt = Self { work: work.to_owned() };
        for name in ["lists/partial", "archives/partial", "sources.d", "parts.d", "preferences.d", "dpkg"] {
            folder::make(&work.join(name))?;
        }
        apt.write("sources.d/phasegate.sources", &stanza(version, source))?;
        apt.write("dpkg/status", &installed(&apt.architecture()?))?;
        apt.write("apt.conf", &apt.configuration())?;
        Ok(apt)
    }

    /// Downloads the packages of this version; gives the archives.
    pub(crate) fn download(&self, version: Version) -> Result<Vec<PathBuf>, ServerError> {
        self.run("read the package lists", &["update", "-qq", "--error-on=any"])?;
        let postgres = format!("postgresql-{version}");
        let timescaledb = format!("postgresql-{version}-timescaledb");
        self.run(
            "download the packages",
            &[
                "install",
                "-qq",
                "--yes",
                "--download-only",
                "--no-install-recommends",
                &postgres,
                &timescaledb,
                "patchelf",
                "busybox",
                "tzdata",
            ],
        )?;
        let folder = self.work.join("archives");
        let mut archives: Vec<PathBuf> = fs::read_dir(&folder)
            .map_err(ServerError::file("read the folder", &folder))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
            .collect();
        archives.sort();
        Ok(archives)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), ServerError> {
        let path = self.work.join(name);
        fs::write(&path, text).map_err(ServerError::file("write", &path))
    }

    /// Everything of the machine's own configuration stays out, but for how it reaches the network and how old it lets
    /// a mirror be.
    fn configuration(&self) -> String {
        let work = self.work.display();
        let mut text = format!(
            "Dir::Etc::Parts \"{work}/parts.d\";\n\
             Dir::Etc::Main \"/dev/null\";\n\
             Dir::Etc::SourceList \"/dev/null\";\n\
             Dir::Etc::SourceParts \"{work}/sources.d\";\n\
             Dir::Etc::Preferences \"/dev/null\";\n\
             Dir::Etc::PreferencesParts \"{work}/preferences.d\";\n\
             Dir::State \"{work}\";\n\
             Dir::State::Lists \"{work}/lists\";\n\
             Dir::State::Status \"{work}/dpkg/status\";\n\
             Dir::State::Extended_States \"{work}/extended_states\";\n\
             Dir::Cache \"{work}\";\n\
             Dir::Cache::Archives \"{work}/archives\";\n\
             Dir::Log \"{work}\";\n\
             APT::Sandbox::User \"\";\n\
             APT::Install-Suggests \"false\";\n\
             Acquire::Languages \"none\";\n\
             Acquire::AllowInsecureRepositories \"false\";\n\
             Acquire::AllowWeakRepositories \"false\";\n\
             Acquire::http::Timeout \"20\";\n\
             Acquire::https::Timeout \"20\";\n"
        );
        if let Ok(output) = Command::new("apt-config").arg("dump").arg("Acquire").output() {
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                let wanted = ["Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Max-ValidTime"];
                if wanted.iter().any(|name| line.starts_with(name))
                    && !line.ends_with(" \"\";")
                    && !line.contains("Timeout")
                {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        text
    }

    fn architecture(&self) -> Result<String, ServerError> {
        let output = Command::new("dpkg").arg("--print-architecture").output().map_err(no_apt)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn run(&self, step: &'static str, arguments: &[&str]) -> Result<(), ServerError> {
        let output = Command::new("apt-get")
            .args(arguments)
            .env("APT_CONFIG", self.work.join("apt.conf"))
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .output()
            .map_err(no_apt)?;
        if output.status.success() {
            return Ok(());
        }
        let reason = words_of(&output);
        let advice = if reason.contains("No space left on device") || reason.contains("enough free space") {
            "make room in the cache folder, or name another with PHASEGATE_CACHE".to_owned()
        } else if reason.contains("NO_PUBKEY") || reason.contains("not signed") {
            "the mirror's signature is missing, or by a key that this machine does not have: install a newer package \
             debian-archive-keyring"
                .to_owned()
        } else if reason.contains("is expired") {
            "the mirror is out of date, or this machine's clock is wrong: name another mirror with --mirror or \
             PHASEGATE_DEBIAN_MIRROR"
                .to_owned()
        } else {
            "check the network, name another mirror with --mirror or PHASEGATE_DEBIAN_MIRROR, or take another server \
             with --server"
                .to_owned()
        };
        Err(ServerError::Provision { step, reason, advice })
    }
}

/// The sources file: the mirror with another suite, and with the same keys as ever.
fn stanza(version: Version, source: &Source) -> String {
    let mut text =
        format!("Types: deb\nURIs: {}\nSuites: {}\nComponents: main\nTargets: Packages\n", source.uri, version.suite());
    if let Some(keys) = &source.signed_by {
        // A key that stands in the stanza itself begins on the next line.
        let space = if keys.starts_with('\n') { "" } else { " " };
        text.push_str(&format!("Signed-By:{space}{keys}\n"));
    }
    text
}

/// The list of installed packages that apt gets to see.
fn installed(architecture: &str) -> String {
    NOT_NEEDED
        .iter()
        .map(|name| {
            format!(
                "Package: {name}\nStatus: install ok installed\nArchitecture: {architecture}\nMulti-Arch: foreign\n\
                 Version: 99:0\nMaintainer: phasegate\nDescription: not needed by a scratch server\n\n"
            )
        })
        .collect()
}

/// What apt complained of, on one line.
fn words_of(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("E: ").or_else(|| line.strip_prefix("W: "))).collect();
    if lines.is_empty() {
        text.trim().to_owned()
    } else {
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('.')).collect();
        lines.join("; ")
    }
}

fn no_apt(error: std::io::Error) -> ServerError {
    ServerError::Provision {
        step: "run apt-get",
        reason: error.to_string(),
        advice: "the embedded server needs a Debian or Ubuntu with apt: take another one with --server container, \
                 local or external"
            .to_owned(),
    }
}
