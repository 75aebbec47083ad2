//! The cache of the embedded server: whole or not there.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use phasegate_server::{Kind, Request, ServerError, at_hand, embedded, provision};

use crate::{claim, claim_if, run, traces};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        claim("two_provisioners_at_once_yield_one_installation_and_a_damaged_one_is_made_anew", at_once_and_damaged),
        claim_if("a_full_disk_is_a_clear_error_that_leaves_nothing_in_the_cache", no_small_disk(), full_disk),
        claim("a_prepared_cluster_holds_nothing_that_a_server_makes_anew", prepared),
        claim("a_mirror_that_nobody_answers_is_an_error_that_names_the_way_out", no_mirror),
        claim_if("a_shared_cache_that_may_only_be_read_serves", no_stranger(), shared_cache),
        claim("a_cache_that_is_not_there_is_reported_as_empty", empty),
    ]
}

fn at_once_and_damaged() -> Result<(), Failed> {
    let folder = traces::folder();
    let cache = folder.path().join("cache");
    // What an interrupted provisioning leaves.
    let half = cache.join("postgres-17.partial-1/root");
    std::fs::create_dir_all(&half)?;
    std::fs::write(half.join("half"), "half")?;

    let one = std::thread::spawn({
        let cache = cache.clone();
        move || provisioned(&cache)
    });
    let two = provisioned(&cache)?;
    let one = one.join().unwrap()?;
    let downloads = |lines: &[String]| lines.iter().filter(|line| line.contains("downloading")).count();
    assert_eq!(downloads(&one) + downloads(&two), 1, "{one:?} {two:?}");
    assert!(!half.exists());

    let place = found(&cache)?;
    assert_eq!(provisioned(&cache)?, [""; 0], "a whole installation is taken as it is");

    for seen_by_a_start in [true, false] {
        if seen_by_a_start {
            flip(&place)
        } else {
            flip_in_secret(&place)
        }
        let why = found(&cache).unwrap_err();
        assert!(why.starts_with("the cached one is damaged: "), "{why}");
        // Where nothing is to be fetched from, what is damaged is refused, and still there.
        let started = run(Request { mirror: Some(nobody()?), ..in_cache(&cache) }.start());
        assert_eq!(started.is_err(), seen_by_a_start, "{why}");
        assert!(place.join("root").is_dir(), "{why}");
        if !seen_by_a_start {
            run(started.unwrap().stop())?;
        }
        let lines = provisioned(&cache)?;
        assert!(lines[0].contains("is made anew"), "{lines:?}");
        assert_eq!(found(&cache)?, place);
    }
    for damage in [truncate, remove_template, remove_manifest] {
        damage(&place);
        let why = found(&cache).unwrap_err();
        assert!(why.starts_with("the cached one is damaged: "), "{why}");
    }
    Ok(())
}

/// The mirror that nobody answers.
fn nobody() -> Result<String, Failed> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    Ok(format!("http://127.0.0.1:{port}/debian"))
}

fn in_cache(cache: &Path) -> Request {
    Request { cache: Some(cache.to_owned()), ..embedded() }
}

/// The folder of the one installation in the cache, if it is whole; else what is wrong.
fn found(cache: &Path) -> Result<PathBuf, String> {
    run(at_hand(Kind::Embedded, &in_cache(cache)))?;
    let name = traces::entries(cache).into_iter().find(|name| cache.join(name).is_dir());
    name.map(|name| cache.join(name)).ok_or_else(|| "the cache is empty".to_owned())
}

fn provisioned(cache: &Path) -> Result<Vec<String>, ServerError> {
    let mut lines = Vec::new();
    run(provision(&in_cache(cache), &mut |line| lines.push(line.to_owned())))?;
    Ok(lines)
}

fn truncate(place: &Path) {
    let postgres = place.join("root/usr/lib/postgresql/17/bin/postgres");
    let file = std::fs::OpenOptions::new().write(true).open(&postgres).unwrap();
    file.set_len(4096).unwrap();
}

fn remove_template(place: &Path) {
    std::fs::remove_file(place.join("template.tar")).unwrap();
}

fn remove_manifest(place: &Path) {
    std::fs::remove_file(place.join("manifest.json")).unwrap();
}

/// Flips one bit of the last byte of a program, where sections are described that no start reads.
fn flip(place: &Path) {
    let program = place.join("root/usr/lib/postgresql/17/bin/psql");
    let mut bytes = std::fs::read(&program).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&program, bytes).unwrap();
}

/// As a disk does it: the time of the file stays.
fn flip_in_secret(place: &Path) {
    let program = place.join("root/usr/lib/postgresql/17/bin/psql");
    let written = std::fs::metadata(&program).unwrap().modified().unwrap();
    flip(place);
    std::fs::File::options().write(true).open(&program).unwrap().set_modified(written).unwrap();
}

fn prepared() -> Result<(), Failed> {
    let bin = run(provision(&embedded(), &mut |_| {}))?.bin;
    let template = bin.ancestors().map(|folder| folder.join("template.tar")).find(|path| path.exists());
    let listed = Command::new("tar").arg("--list").arg("--file").arg(template.unwrap()).output()?;
    let names = String::from_utf8(listed.stdout)?;
    assert!(names.lines().any(|name| name == "./base/5/PG_VERSION"), "{names}");
    let anew = |name: &&str| ["_fsm", "_vm", "pg_internal.init"].iter().any(|end| name.ends_with(end));
    assert_eq!(names.lines().filter(anew).collect::<Vec<_>>(), [""; 0]);
    let segments = names.lines().filter(|name| name.starts_with("./pg_wal/0")).count();
    assert_eq!(segments, 1, "{names}");
    Ok(())
}

fn full_disk() -> Result<(), Failed> {
    let folder = traces::folder();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache)?;
    let Some(small) = small_disk(&cache, "32m") else {
        return Err("a small disk cannot be mounted here".into());
    };
    let error = provisioned(&cache).unwrap_err();
    let words = error.to_string();
    assert!(words.contains("MB free and") && words.contains("make room there"), "{words}");
    assert_eq!(traces::entries(&cache), ["postgres-17.lock"]);
    drop(small);
    Ok(())
}

fn no_mirror() -> Result<(), Failed> {
    let folder = traces::folder();
    let cache = folder.path().join("cache");
    let error = run(provision(&Request { mirror: Some(nobody()?), ..in_cache(&cache) }, &mut |_| {})).unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("failed to provision the embedded server: read the package lists: "), "{words}");
    assert!(words.contains("--mirror or PHASEGATE_DEBIAN_MIRROR"), "{words}");
    assert_eq!(traces::entries(&cache), ["postgres-17.lock"]);
    Ok(())
}

/// Why nobody else can be asked to use our cache.
fn no_stranger() -> Option<&'static str> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|owner| std::os::unix::fs::MetadataExt::uid(&owner) == 0);
    (!is_root).then_some("needs root to become somebody else")
}

/// Somebody who may only read what we have provisioned.
fn shared_cache() -> Result<(), Failed> {
    let bin = run(provision(&embedded(), &mut |_| {}))?.bin;
    let manifest = bin.ancestors().find(|folder| folder.join("manifest.json").exists()).unwrap();
    // This program lies where it lies; a copy can be run by everybody. Another process makes it: one of ours that is started
    // meanwhile would hold it open for writing, and such a file cannot be run.
    let folder = traces::folder();
    let program = folder.path().join("holder");
    assert!(Command::new("cp").arg(std::env::current_exe()?).arg(&program).status()?.success());
    let servers = traces::folder();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65533", "--regid=65533", "--clear-groups"])
        .arg(program)
        .env(crate::holder::HOLD, "embedded wait")
        .env("TMPDIR", servers.path())
        .env("PHASEGATE_CACHE", manifest.parent().unwrap())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let (mut holder, url) = crate::holder::Holder::start(command);
    assert!(url.starts_with("postgresql://"), "{url}");
    drop(holder.child.stdin.take());
    assert!(holder.child.wait()?.success());
    assert_eq!(traces::entries(servers.path()), [""; 0]);
    Ok(())
}

fn empty() -> Result<(), Failed> {
    let folder = traces::folder();
    assert_eq!(found(&folder.path().join("nowhere")), Err("not in the cache yet".to_owned()));
    Ok(())
}

/// Why a small disk cannot be mounted here.
pub(crate) fn no_small_disk() -> Option<&'static str> {
    let folder = traces::folder();
    small_disk(folder.path(), "1m").is_none().then_some("needs the right to mount a small disk")
}

/// A file system of few megabytes, unmounted when dropped; none where we may not mount.
pub(crate) fn small_disk(place: &Path, size: &str) -> Option<SmallDisk> {
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &format!("size={size},mode=1777"), "phasegate-test"])
        .arg(place)
        .output()
        .ok()?;
    mounted.status.success().then(|| SmallDisk(place.to_owned()))
}

pub(crate) struct SmallDisk(PathBuf);

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
