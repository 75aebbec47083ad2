//! A server of somebody else that is spoken to in secret.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};
use phasegate_server::{Server, ServerError, embedded, external};
use sqlx::ConnectOptions;

use crate::{claim_if, run};

pub(crate) fn trials() -> Vec<Trial> {
    let openssl = Command::new("openssl").arg("version").output().is_ok();
    let hindrance = (!openssl).then_some("needs openssl for a certificate");
    vec![claim_if("an_external_server_is_spoken_to_by_tls_as_its_url_says", hindrance, tls)]
}

/// A certificate that signs itself, for 127.0.0.1, and its key.
fn certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join(format!("{name}.key")))
        .arg("-out")
        .arg(folder.join(format!("{name}.crt")))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Switches TLS on, and leaves no other way in by TCP.
async fn switch_on(server: &Server, data: &Path) -> Result<(), Failed> {
    let owner = std::fs::metadata(data)?;
    for file in ["server.key", "server.crt"] {
        chown(data.join(file), Some(owner.uid()), Some(owner.gid()))?;
        std::fs::set_permissions(data.join(file), std::fs::Permissions::from_mode(0o600))?;
    }
    std::fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")?;
    let mut connection = server.options("postgres").connect().await?;
    sqlx::query("ALTER SYSTEM SET ssl = on").execute(&mut connection).await?;
    sqlx::query("SELECT pg_reload_conf()").execute(&mut connection).await?;
    // The postmaster hears of it by a signal.
    loop {
        let mut connection = server.options("postgres").connect().await?;
        let on: String = sqlx::query_scalar("SHOW ssl").fetch_one(&mut connection).await?;
        if on == "on" {
            return Ok(());
        }
    }
}

fn tls() -> Result<(), Failed> {
    run(async {
        let server = embedded().start().await?;
        let data = server.description().log.as_ref().unwrap().parent().unwrap().join("data");
        certificate(&data, "server");
        let others = tempfile::tempdir()?;
        certificate(others.path(), "other");
        let root = others.path().join("root.crt");
        std::fs::copy(data.join("server.crt"), &root)?;
        switch_on(&server, &data).await?;
        let url = |parameters: &str| format!("{}?{parameters}", server.url("postgres"));
        let verified = format!("sslmode=verify-full&sslrootcert={}", root.display());
        for parameters in ["sslmode=require", verified.as_str()] {
            let external = external(url(parameters)).start().await?;
            let mut connection = external.options("postgres").connect().await?;
            let secret: bool = sqlx::query_scalar("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                .fetch_one(&mut connection)
                .await?;
            assert!(secret, "{parameters}");
        }
        let stranger = format!("sslmode=verify-full&sslrootcert={}", others.path().join("other.crt").display());
        for parameters in ["sslmode=disable", "sslmode=verify-full", stranger.as_str()] {
            let error = external(url(parameters)).start().await.unwrap_err();
            assert!(matches!(error, ServerError::Refused { .. }), "{parameters}: {error:?}");
        }
        server.stop().await?;
        Ok(())
    })
}
