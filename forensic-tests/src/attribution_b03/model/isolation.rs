//! Who sees and writes which tenant's rows (invariant 14).

use phasegate_engine::fuzz::Outcome;

/// What a role may do to a table, apart from row-level security.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Whether it may insert.
    pub insert: bool,
    /// Whether it may update and delete.
    pub mutate: bool,
}

/// A write. Tenants are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A new row of this tenant.
    Insert(u8),
    /// An UPDATE of the rows of the first tenant that hands them to the second.
    Move(u8, u8),
    /// A DELETE of the rows of this tenant.
    Delete(u8),
}

/// The rows that a session of this tenant sees, out of rows of these tenants.
pub fn visible(session: u8, rows: &[u8]) -> impl Iterator<Item = usize> {
    rows.iter().enumerate().filter(move |(_, tenant)| **tenant == session).map(|(index, _)| index)
}

/// What becomes of a write by a session of this tenant, out of rows of these tenants.
#[must_use]
pub fn written(access: Access, session: u8, rows: &[u8], write: Write) -> Outcome {
    let is_granted = match write {
        Write::Insert(_) => access.insert,
        Write::Move(..) | Write::Delete(_) => access.mutate,
    };
    if !is_granted {
        return Outcome::refused("42501", "privilege");
    }
    let reached = |tenant: u8| visible(session, rows).filter(|_| tenant == session).count();
    match write {
        Write::Insert(tenant) if tenant == session => Outcome::Rows(1),
        Write::Move(from, to) if to == session || reached(from) == 0 => Outcome::Rows(reached(from)),
        Write::Insert(_) | Write::Move(..) => Outcome::refused("42501", "row-level security"),
        Write::Delete(tenant) => Outcome::Rows(reached(tenant)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Access = Access { insert: true, mutate: true };

    #[test]
    fn a_session_sees_the_rows_of_its_tenant_only() {
        assert_eq!(visible(1, &[0, 1, 2, 1]).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(visible(9, &[0, 1]).count(), 0);
    }

    #[test]
    fn it_writes_rows_of_its_tenant() {
        assert_eq!(written(ALL, 1, &[1, 1, 2], Write::Insert(1)), Outcome::Rows(1));
        assert_eq!(written(ALL, 1, &[1, 1, 2], Write::Delete(1)), Outcome::Rows(2));
        assert_eq!(written(ALL, 1, &[1, 1, 2], Write::Move(1, 1)), Outcome::Rows(2));
    }

    #[test]
    fn it_neither_writes_nor_reaches_rows_of_another() {
        let refused = Outcome::refused("42501", "row-level security");
        assert_eq!(written(ALL, 1, &[1, 2], Write::Insert(2)), refused);
        assert_eq!(written(ALL, 1, &[1, 2], Write::Move(1, 2)), refused);
        assert_eq!(written(ALL, 1, &[2], Write::Move(2, 1)), Outcome::Rows(0));
        assert_eq!(written(ALL, 1, &[2], Write::Delete(2)), Outcome::Rows(0));
    }

    #[test]
    fn a_missing_privilege_comes_before_the_policy() {
        let none = Access { insert: false, mutate: false };
        for write in [Write::Insert(2), Write::Move(1, 2), Write::Delete(1)] {
            let outcome = written(none, 1, &[1], write);
            assert_eq!(outcome, Outcome::refused("42501", "privilege"));
        }
    }
}
