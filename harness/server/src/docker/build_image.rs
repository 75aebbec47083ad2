//! Builds an image from the packages of the embedded server, for a machine whose Docker reaches no registry.
//!
//! The cluster in it is initialised already, so that a container answers within a second.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Output, Stdio},
};

use super::client::IMAGE_LABEL;
use crate::{
    account::Account,
    error::ServerError,
    folder,
    future::{BoxFuture, blocking},
    notice::Notice,
    provision::{self, Loader, Manifest, Reading},
    request::Request,
    settings,
    template::Template,
    version::Version,
};

/// The account of the server within the image.
const ACCOUNT: u32 = 999;

const ENTRY_POINT: &str = include_str!("image.sh");

/// Builds a container image from the installation of this version, which is provisioned first if it has to be; gives
/// the image's name.
///
/// # Errors
///
/// When the packages are not to be had, or Docker does not take the image.
pub fn build_image<'a>(request: &'a Request, notice: &'a mut Notice<'_>) -> BoxFuture<'a, Result<String, ServerError>> {
    Box::pin(provisioned_and_built(request, notice))
}

async fn provisioned_and_built(request: &Request, notice: &mut Notice<'_>) -> Result<String, ServerError> {
    provision::provision(request, notice).await?;
    let version = request.version_or_first();
    let cache = folder::for_cache(request.cache.as_deref())?;
    notice(&format!("build-image: packing PostgreSQL {version} for Docker"));
    blocking(move || build(version, &cache)).await
}

/// The name of the image of this version and this release of TimescaleDB.
fn name(version: Version, manifest: &Manifest) -> String {
    match &manifest.timescaledb {
        Some(release) => format!("phasegate/timescaledb:{release}-pg{version}"),
        None => format!("phasegate/postgres:{version}"),
    }
}

/// Builds the image from the installation in the cache; gives its name.
fn build(version: Version, cache: &Path) -> Result<String, ServerError> {
    let place = provision::place(cache, version);
    let manifest = Manifest::check(&place, Reading::Changed).map_err(|_| ServerError::Docker {
        step: "build an image".to_owned(),
        reason: format!("PostgreSQL {version} is not in {}", cache.display()),
        advice: "run `phasegate server provision` first".to_owned(),
    })?;
    let stage = tempfile::Builder::new()
        .prefix("image.partial-")
        .tempdir_in(cache)
        .map_err(ServerError::file("make a folder in", cache))?;
    folder::mark(stage.path())?;
    let root = stage.path().join("root");
    done("copy", Command::new("cp").arg("-a").arg(place.join("root")).arg(&root))?;
    unpatch(&root, &manifest)?;
    complete(&root, &place, version, stage.path())?;
    let name = name(version, &manifest);
    import(&root, version, &name)?;
    Ok(name)
}

/// Undoes what made the programs run from the cache: in the image their libraries lie where they expect them.
fn unpatch(root: &Path, manifest: &Manifest) -> Result<(), ServerError> {
    let bin = root.join(manifest.bin_below_root());
    let loader = Loader::find(root)?;
    for program in provision::entries(&bin)? {
        loader.patchelf(root, &["--set-interpreter", &manifest.loader, "--remove-rpath"], &program)?;
    }
    Ok(())
}

/// Adds what packages alone do not give: an account, a shell's commands, folders, the cluster, the entry point.
fn complete(root: &Path, place: &Path, version: Version, stage: &Path) -> Result<(), ServerError> {
    for (link, target) in [("lib", "usr/lib"), ("lib64", "usr/lib64"), ("bin", "usr/bin"), ("sbin", "usr/sbin")] {
        let path = root.join(link);
        if !path.exists() {
            symlink(target, &path).map_err(ServerError::file("link", &path))?;
        }
    }
    for command in ["sh", "chmod", "mkdir", "sed", "tar", "cat", "ls"] {
        let path = root.join("usr/bin").join(command);
        if !path.exists() {
            symlink("busybox", &path).map_err(ServerError::file("link", &path))?;
        }
    }
    for name in ["tmp", "var/lib/postgresql/data", "usr/share/phasegate"] {
        folder::make(&root.join(name))?;
    }
    for name in ["tmp", "var/lib/postgresql/data"] {
        let path = root.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o1777))
            .map_err(ServerError::file("open to everybody", &path))?;
    }
    write(&root.join("etc/passwd"), &format!("root:x:0:0::/:/bin/sh\npostgres:x:{ACCOUNT}:{ACCOUNT}::/tmp:/bin/sh\n"))?;
    write(&root.join("etc/group"), &format!("root:x:0:\npostgres:x:{ACCOUNT}:\n"))?;
    let entry_point = root.join("usr/bin/phasegate-entry-point");
    write(&entry_point, ENTRY_POINT)?;
    fs::set_permissions(&entry_point, fs::Permissions::from_mode(0o755))
        .map_err(ServerError::file("make executable", &entry_point))?;
    let cluster = stage.join("cluster");
    Template::open(&place.join(provision::TEMPLATE))?.lay(&cluster, Account::Ours)?.finish()?;
    write(&cluster.join("postgresql.conf"), &settings::conf_in_image(version.major()))?;
    write(&cluster.join("pg_hba.conf"), "local all all trust\nhost all all all scram-sha-256\n")?;
    let owner = format!("--owner={ACCOUNT}");
    let group = format!("--group={ACCOUNT}");
    let archive = root.join("usr/share/phasegate/cluster.tar");
    done(
        "pack",
        Command::new("tar")
            .args(["--create", "--numeric-owner", &owner, &group, "--mode=u=rwX,go="])
            .arg("--file")
            .arg(&archive)
            .arg("--directory")
            .arg(&cluster)
            .arg("."),
    )?;
    fs::set_permissions(&archive, fs::Permissions::from_mode(0o644)).map_err(ServerError::file("open", &archive))
}

fn import(root: &Path, version: Version, name: &str) -> Result<(), ServerError> {
    let mut tar = Command::new("tar")
        .args(["--create", "--numeric-owner", "--owner=0", "--group=0", "--directory"])
        .arg(root)
        .arg(".")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(ServerError::file("run tar on", root))?;
    let Some(stream) = tar.stdout.take() else {
        return Err(failed("tar has no output"));
    };
    let path = format!("PATH=/usr/lib/postgresql/{version}/bin:/usr/bin:/bin");
    let mut docker = Command::new("docker");
    docker.arg("import");
    for change in [
        format!("LABEL {IMAGE_LABEL}={version}"),
        format!("ENV {path}"),
        format!("USER {ACCOUNT}:{ACCOUNT}"),
        "EXPOSE 5432".to_owned(),
        "ENTRYPOINT [\"/usr/bin/phasegate-entry-point\"]".to_owned(),
        "CMD [\"postgres\"]".to_owned(),
    ] {
        docker.arg("--change").arg(change);
    }
    let output = docker
        .args(["-", name])
        .stdin(stream)
        .output()
        .map_err(|error| failed(&format!("the command docker does not run: {error}")))?;
    // It holds the other end of the pipe as well: tar would wait for ever for somebody who reads.
    drop(docker);
    let packed = tar.wait().map_err(ServerError::file("wait for tar on", root))?;
    if !output.status.success() {
        return Err(failed(&words(&output)));
    }
    if packed.success() { Ok(()) } else { Err(failed(&format!("tar ended with {packed}"))) }
}

fn write(path: &Path, text: &str) -> Result<(), ServerError> {
    fs::write(path, text).map_err(ServerError::file("write", path))
}

fn done(what: &str, command: &mut Command) -> Result<(), ServerError> {
    let output = command.output().map_err(|error| failed(&format!("failed to {what}: {error}")))?;
    if output.status.success() { Ok(()) } else { Err(failed(&format!("failed to {what}: {}", words(&output)))) }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

fn failed(reason: &str) -> ServerError {
    ServerError::Docker {
        step: "build an image".to_owned(),
        reason: reason.to_owned(),
        advice: "see that Docker runs and that there is room in its folder and in the cache".to_owned(),
    }
}
