//! A server that is not what the suite needs, or that refuses, is an error that says what to do.

use libtest_mimic::{Failed, Trial};
use phasegate_server::{Choice, Kind, Request, ServerError, Version, embedded, external, local};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{claim, claim_if, run, traces};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        claim("a_wrong_password_is_refused_and_not_shown", wrong_password),
        claim("no_driver_refuses_a_password_for_too_few_rounds_of_hashing", rounds),
        claim("a_database_url_that_nobody_answers_is_refused", nobody_answers),
        claim("an_external_server_is_asked_by_its_url", somebody_elses),
        claim("a_suite_that_needs_a_newer_server_is_told_so_before_anything_is_unpacked", newer_embedded),
        claim("a_suite_that_needs_a_newer_server_than_the_external_one_is_told_so", newer_external),
        claim("the_version_that_a_suite_needs_is_taken_where_none_is_asked_for_and_no_other", one_version),
        claim_if(
            "a_local_postgresql_without_timescaledb_is_not_taken_for_a_suite_that_needs_it",
            no_local(),
            local_without,
        ),
        claim_if("a_local_postgresql_serves_a_suite_that_needs_no_timescaledb", no_local(), local_plain),
        claim_if(
            "no_room_for_a_server_is_a_clear_error_that_leaves_nothing",
            crate::provisioning::no_small_disk(),
            no_room,
        ),
    ]
}

/// A database URL alone, which decides for an external server.
fn external_request(url: String) -> Request {
    Request { choice: Choice::Auto, ..external(url) }
}

fn wrong_password() -> Result<(), Failed> {
    run(async {
        let own = embedded().start().await?;
        let (before, after) = own.url("postgres").split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let url = format!("{}:s3cr3t@{after}", before.rsplit_once(':').unwrap().0);
        let error = external_request(url).start().await.unwrap_err();
        assert!(matches!(error, ServerError::Refused { .. }), "{error:?}");
        let words = error.to_string();
        assert!(words.contains("28P01") && words.contains("check DATABASE_URL"), "{words}");
        assert!(!words.contains("s3cr3t"), "{words}");
        own.stop().await?;
        Ok(())
    })
}

fn rounds() -> Result<(), Failed> {
    run(async {
        let server = embedded().start().await?;
        let mut connection = server.options("postgres").connect().await?;
        let hashed = "SELECT split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolname = current_user";
        let hashed: String = sqlx::query_scalar(hashed).fetch_one(&mut connection).await?;
        assert_eq!(hashed, "SCRAM-SHA-256$4096");
        connection.close().await?;
        server.stop().await?;
        Ok(())
    })
}

fn nobody_answers() -> Result<(), Failed> {
    run(async {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("postgresql://me:s3cr3t@127.0.0.1:{port}/app");
        let error = external_request(url).start().await.unwrap_err();
        let words = error.to_string();
        assert!(words.starts_with(&format!("failed to connect to postgresql://me@127.0.0.1:{port}/app: ")), "{words}");
        assert!(!words.contains("s3cr3t"), "{words}");
        Ok(())
    })
}

fn somebody_elses() -> Result<(), Failed> {
    run(async {
        let own = embedded().start().await?;
        let mut lines = Vec::new();
        let request = external_request(own.url("postgres"));
        let other = phasegate_server::start(&request, &mut |line| lines.push(line.to_owned())).await?;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("server: external, PostgreSQL 17"), "{lines:?}");
        assert_eq!(other.description().timescaledb, own.description().timescaledb);
        assert_eq!(other.url("other"), own.url("other"));
        other.stop().await?;
        // Whoever stops an external server leaves it running.
        let again = request.start().await?;
        again.stop().await?;
        own.stop().await?;
        Ok(())
    })
}

fn newer_embedded() -> Result<(), Failed> {
    run(async {
        let error = embedded().version(Version::V17).postgres_min(18).start().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "suite needs PostgreSQL 18 or newer, but the embedded server is PostgreSQL 17: choose another with \
             --server-version, --image or --database-url"
        );
        Ok(())
    })
}

fn newer_external() -> Result<(), Failed> {
    run(async {
        let own = embedded().start().await?;
        let error = external_request(own.url("postgres")).postgres_min(99).start().await.unwrap_err();
        assert!(matches!(error, ServerError::SuiteNeedsVersion { .. }), "{error:?}");
        own.stop().await?;
        Ok(())
    })
}

fn one_version() -> Result<(), Failed> {
    let needs = |min: u32, max: u32| embedded().postgres_min(min).postgres_max(max);
    for version in Version::ALL {
        assert_eq!(needs(version.major(), version.major()).version_or_first(), version);
    }
    assert_eq!(embedded().version_or_first(), Version::V17);
    run(async {
        let server = embedded().postgres_max(17).start().await?;
        let url = server.url("postgres");
        for (request, needed) in [
            (needs(15, 15), "15, but the embedded server is PostgreSQL 17:"),
            (needs(17, 17).version(Version::V18), "17, but the embedded server is PostgreSQL 18:"),
            (needs(18, 15), "18 or newer and 15 or older, but the embedded server is PostgreSQL 17:"),
            (external_request(url).postgres_max(16), "16 or older, but the external server is PostgreSQL 17."),
        ] {
            let error = request.start().await.unwrap_err().to_string();
            assert!(error.starts_with(&format!("suite needs PostgreSQL {needed}")), "{error}");
        }
        server.stop().await?;
        Ok(())
    })
}

/// Why there is no PostgreSQL without TimescaleDB on this machine.
fn no_local() -> Option<&'static str> {
    let found = run(phasegate_server::at_hand(Kind::Local, &Request::default()));
    let plain = found.is_ok_and(|found| !found.contains("TimescaleDB"));
    (!plain).then_some("needs a PostgreSQL without TimescaleDB on this machine")
}

fn local_without() -> Result<(), Failed> {
    run(async {
        let error = local().needs_timescaledb().start().await.unwrap_err();
        assert!(error.to_string().contains("has no TimescaleDB"), "{error}");
        Ok(())
    })
}

fn local_plain() -> Result<(), Failed> {
    run(async {
        let server = local().start().await?;
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        // The password works over TCP, whatever the version is.
        let outside = external_request(server.url("postgres")).start().await?;
        assert_eq!(outside.description().postgres, server.description().postgres);
        server.stop().await?;
        assert!(!folder.exists());
        assert_eq!(traces::processes(&folder.to_string_lossy()), [0_u32; 0]);
        Ok(())
    })
}

/// The file system of the temporary folder is full after the first megabytes, or when the server starts already.
fn no_room() -> Result<(), Failed> {
    for (size, complaint) in [("4m", "failed to copy the template cluster to"), ("20m", "failed to")] {
        let folder = traces::folder();
        let Some(small) = crate::provisioning::small_disk(folder.path(), size) else {
            return Err("a small disk cannot be mounted here".into());
        };
        let command = crate::holder::Holder::command(Choice::Embedded, "wait", folder.path());
        let (mut holder, words) = crate::holder::Holder::start(command);
        holder.child.wait()?;
        assert!(words.contains(complaint), "{words}");
        assert!(size != "4m" || words.contains("make room there"), "{words}");
        assert_eq!(traces::entries(folder.path()), [""; 0]);
        drop(small);
    }
    Ok(())
}
