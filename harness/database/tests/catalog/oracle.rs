//! pg_dump as the oracle of the catalog: whatever one of the two tells apart, the other tells apart as well.

use std::collections::BTreeMap;

use phasegate_evidence::Difference;
use phasegate_server::Version;

use crate::{
    alterations::{self, Alteration, SeenBy},
    ground::{Base, Ground, State, side_by_side},
};

/// PostgreSQL alone.
pub(crate) const PLAIN: Base = Base {
    schema: include_str!("schema.sql"),
    alterations: include_str!("alterations.toml"),
    timescaledb: false,
    alterations_min: 250,
    pairs: 24,
};

/// With TimescaleDB.
pub(crate) const WITH_TIMESCALEDB: Base = Base {
    schema: include_str!("timescaledb.sql"),
    alterations: include_str!("timescaledb.toml"),
    timescaledb: true,
    alterations_min: 20,
    pairs: 6,
};

/// Every alteration, tried alone.
pub(crate) struct Tried {
    pub(crate) base: &'static Base,
    pub(crate) ground: Ground,
    /// Those of a single database, with the state that each leads to.
    pub(crate) states: Vec<(Alteration, State)>,
    /// What was not as the list says.
    faults: Vec<String>,
}

impl Tried {
    /// Tries every alteration that this version knows. Those of the whole server come first, one by one: they would show
    /// in every other database.
    pub(crate) async fn all(version: Version, base: &'static Base) -> Result<Self, String> {
        let ground = Ground::lay(version, base).await?;
        let (wide, own): (Vec<Alteration>, Vec<Alteration>) =
            alterations::read(base.alterations, version.major())?.into_iter().partition(|one| one.undo.is_some());
        let mut faults = Vec::new();
        for alteration in &wide {
            let seen_by = ground.altered_server(alteration).await;
            faults.extend(fault(alteration, seen_by, String::new));
        }
        let results = side_by_side(&own, async |one| ground.altered(&[&one.sql]).await).await;
        let mut states = Vec::with_capacity(own.len());
        for (alteration, result) in own.into_iter().zip(results) {
            match result {
                Err(why) => faults.push(format!("{}: {why}", alteration.name)),
                Ok(state) => {
                    let seen_by = state.told_from(&ground.unaltered);
                    faults.extend(fault(&alteration, Ok(seen_by), || difference(&ground.unaltered, &state)));
                    states.push((alteration, state));
                }
            }
        }
        if ground.altered(&[]).await? != ground.unaltered {
            faults.push("after all of them an unaltered database is not what it was".to_owned());
        }
        Ok(Self { base, ground, states, faults })
    }

    /// Each alteration is seen by whom the list says.
    pub(crate) fn each_is_seen(&self) -> Result<(), String> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults.join("\n")) }
    }

    /// Any two altered databases that one of the two tells apart, the other tells apart as well.
    pub(crate) fn any_two_are_told_apart(&self) -> Result<(), String> {
        let explained = [SeenBy::Catalog, SeenBy::Dump];
        let mut by_dump: BTreeMap<&str, &(Alteration, State)> = BTreeMap::new();
        let mut by_catalog: BTreeMap<String, &(Alteration, State)> = BTreeMap::new();
        let mut faults = Vec::new();
        for one in self.states.iter().filter(|(alteration, _)| !explained.contains(&alteration.seen_by)) {
            let as_text = format!("{:?}", one.1.catalog);
            let same_dump = by_dump.entry(&one.1.dump).or_insert(one);
            let same_catalog = by_catalog.entry(as_text).or_insert(one);
            if same_dump.0.name != same_catalog.0.name {
                let other = if same_dump.0.name == one.0.name { &same_catalog.0 } else { &same_dump.0 };
                faults.push(format!("`{}` and `{}`: only one of the two tells them apart", one.0.name, other.name));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }
}

fn fault(
    alteration: &Alteration,
    seen_by: Result<SeenBy, String>,
    difference: impl FnOnce() -> String,
) -> Option<String> {
    match seen_by {
        Ok(seen_by) if seen_by == alteration.seen_by => None,
        Ok(seen_by) => Some(format!(
            "{}: seen by {seen_by:?}, and the list says {:?}{}",
            alteration.name,
            alteration.seen_by,
            difference()
        )),
        Err(why) => Some(format!("{}: {why}", alteration.name)),
    }
}

/// How two states differ, in words.
pub(crate) fn difference(one: &State, other: &State) -> String {
    let lines = |of: &State, without: &State| -> Vec<String> {
        let known: std::collections::BTreeSet<&str> = without.dump.lines().collect();
        of.dump.lines().filter(|line| !known.contains(line)).map(str::to_owned).collect()
    };
    format!(
        "\n    catalog: {}\n    dump: -{:?} +{:?}",
        Difference::between(&one.catalog, &other.catalog).summary(),
        lines(one, other),
        lines(other, one)
    )
}
