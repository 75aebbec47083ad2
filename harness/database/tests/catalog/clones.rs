//! A clone has the catalog of its source, what belongs to the database as such included.

use phasegate_evidence::Difference;

use crate::oracle::Tried;

/// What CREATE DATABASE ... TEMPLATE leaves out.
const ALTERATIONS: [&str; 14] = [
    "ALTER DATABASE ${database} SET search_path = app, \"Odd, name\", public",
    "ALTER DATABASE ${database} SET my.setting = 'it''s, so'",
    "ALTER DATABASE ${database} SET work_mem = '5MB'",
    "ALTER DATABASE ${database} SET temp_tablespaces = ''",
    "ALTER ROLE clerk IN DATABASE ${database} SET search_path = ''",
    "ALTER ROLE clerk IN DATABASE ${database} SET enable_seqscan = off",
    "COMMENT ON DATABASE ${database} IS 'what it''s for'",
    "ALTER DATABASE ${database} CONNECTION LIMIT 77",
    "ALTER DATABASE ${database} OWNER TO keeper",
    "REVOKE ALL ON DATABASE ${database} FROM PUBLIC",
    "GRANT CREATE, CONNECT ON DATABASE ${database} TO clerk WITH GRANT OPTION",
    "GRANT TEMPORARY ON DATABASE ${database} TO reader",
    "SET ROLE clerk; GRANT CONNECT ON DATABASE ${database} TO stranger; RESET ROLE",
    "REVOKE TEMPORARY ON DATABASE ${database} FROM keeper",
];

pub(crate) async fn are_whole(tried: &Tried) -> Result<(), String> {
    let [source, clone, second] = tried.ground.clones_of_altered(&ALTERATIONS).await?;
    for alteration in ["setting database this my.setting", "setting role clerk in database this enable_seqscan"] {
        if source.get(alteration).is_none() {
            return Err(format!("the source has no {alteration}"));
        }
    }
    for (name, other) in [("the clone", clone), ("the clone of the clone", second)] {
        let difference = Difference::between(&source, &other);
        if !difference.is_empty() {
            return Err(format!("{name} differs: {}", difference.summary()));
        }
    }
    Ok(())
}
