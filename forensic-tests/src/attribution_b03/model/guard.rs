//! What becomes of an UPDATE or DELETE on the two append-only tables while their guards are on (invariant 13).

use phasegate_engine::fuzz::Outcome;

/// Who tries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The application: no privilege to update or delete.
    AppRw,
    /// The reader: SELECT only.
    AppRo,
    /// The role without any privilege.
    AppUser,
    /// The owner of the tables, bound by forced row-level security.
    Owner,
    /// The role that the guards skip for; here with every privilege on both tables.
    MigrationOwner,
    /// The session's user, a superuser.
    Superuser,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// UPDATE of a column.
    Update,
    /// DELETE.
    Delete,
    /// DELETE by MERGE.
    Merge,
    /// INSERT of a row that is there, with an UPDATE on conflict, as a webhook would post it.
    Upsert,
    /// DELETE of the allocations that ledger rows post, which cascades.
    CascadeFromAllocations,
    /// DELETE of the tenants, which cascades.
    CascadeFromTenants,
}

/// What becomes of it when `reached` rows of the guarded table match for a role that is bound by row-level security and
/// `matching` for one that is not; an upsert matches one row. Whatever it is, no row changes.
#[must_use]
pub fn guarded(role: Role, mutation: Mutation, guard: &'static str, reached: usize, matching: usize) -> Outcome {
    use Mutation::{CascadeFromAllocations, CascadeFromTenants, Delete, Merge, Update, Upsert};
    let refused_if = |rows: usize| match rows {
        0 => Outcome::Rows(0),
        _ => Outcome::refused("P0001", guard),
    };
    let no_privilege = Outcome::refused("42501", "privilege");
    match (role, mutation) {
        (Role::AppUser | Role::AppRo, _)
        | (Role::AppRw, Update | Delete | Merge | Upsert | CascadeFromTenants)
        | (Role::MigrationOwner, CascadeFromAllocations | CascadeFromTenants) => no_privilege,
        // The guard drops every row without a word.
        (Role::MigrationOwner, Update | Delete | Merge) => Outcome::Rows(0),
        // To insert a row of another tenant is refused before anybody looks whether it is there.
        (Role::MigrationOwner | Role::Owner, Upsert) if reached == 0 => Outcome::refused("42501", "row-level security"),
        (Role::MigrationOwner, Upsert) => Outcome::Rows(0),
        (Role::AppRw, CascadeFromAllocations)
        | (Role::Owner, Update | Delete | Merge | Upsert | CascadeFromAllocations) => refused_if(reached),
        // tenants has no row-level security, and a cascade is not bound by that of the tables it reaches.
        (Role::Owner, CascadeFromTenants) | (Role::Superuser, _) => refused_if(matching),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_refuses_whoever_may_write_and_reaches_a_row() {
        let refused = Outcome::refused("P0001", "g");
        assert_eq!(guarded(Role::Superuser, Mutation::Update, "g", 0, 1), refused);
        assert_eq!(guarded(Role::Owner, Mutation::Delete, "g", 1, 1), refused);
        assert_eq!(guarded(Role::Owner, Mutation::CascadeFromTenants, "g", 0, 1), refused);
    }

    #[test]
    fn where_no_row_is_reached_nothing_is_refused() {
        assert_eq!(guarded(Role::Superuser, Mutation::Update, "g", 0, 0), Outcome::Rows(0));
        assert_eq!(guarded(Role::Owner, Mutation::Update, "g", 0, 1), Outcome::Rows(0));
    }

    #[test]
    fn an_upsert_of_another_tenants_row_is_refused_by_the_policy() {
        let refused = Outcome::refused("42501", "row-level security");
        assert_eq!(guarded(Role::Owner, Mutation::Upsert, "g", 0, 1), refused);
        let by_guard = Outcome::refused("P0001", "g");
        assert_eq!(guarded(Role::Owner, Mutation::Upsert, "g", 1, 1), by_guard);
    }

    #[test]
    fn the_exempt_role_is_told_of_zero_rows_and_the_application_of_a_missing_privilege() {
        assert_eq!(guarded(Role::MigrationOwner, Mutation::Delete, "g", 1, 1), Outcome::Rows(0));
        let no_privilege = Outcome::refused("42501", "privilege");
        assert_eq!(guarded(Role::AppRw, Mutation::Update, "g", 1, 1), no_privilege);
        assert_eq!(guarded(Role::AppRo, Mutation::Delete, "g", 0, 0), no_privilege);
    }
}
