use phasegate_evidence::ServerFacts;

/// A server in one line.
pub fn server_line(server: &ServerFacts) -> String {
    format!("{}: {}", server.kind, server.version_line())
}
