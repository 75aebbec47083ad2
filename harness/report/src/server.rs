use phasegate_evidence::ServerFacts;

/// A server in one line.
pub fn server_line(server: &ServerFacts) -> String {
    let mut parts = Vec::new();
    if let Some(version) = &server.postgres {
        parts.push(format!("PostgreSQL {version}"));
    }
    if let Some(version) = &server.timescaledb {
        let edition = server.edition.as_ref().map(|edition| format!(" ({edition} edition)"));
        parts.push(format!("TimescaleDB {version}{}", edition.unwrap_or_default()));
    }
    if let Some(version) = &server.sqlite {
        parts.push(format!("SQLite {version}"));
    }
    format!("{}: {}", server.kind, parts.join(", "))
}
