//! The file `suite.toml` of migrations that were found.

use super::{
    FOLDER, InitError, Migrations, Way,
    project::{Project, below},
};

/// A phase of the suite by its place, from 1.
pub(crate) fn slug(migrations: &Migrations, index: usize) -> String {
    let Some(step) = migrations.steps.get(index) else { return String::new() };
    format!("{}-{}", index + 1, kebab(&step.title, SLUG_LENGTH_MAX))
}

const SLUG_LENGTH_MAX: usize = 40;

/// Words in lower case with a bar between them, no more of them than this many letters hold.
pub(crate) fn kebab(text: &str, length_max: usize) -> String {
    let mut slug = String::new();
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !slug.is_empty() && slug.len() + word.len() >= length_max {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word.to_lowercase());
    }
    if slug.is_empty() { "migration".to_owned() } else { slug }
}

/// What stands before the version of PostgreSQL.
const WORDS: &str = "# The gates repeat the words of this version of PostgreSQL, and another says some things otherwise. For another, write its\n\
    # number here, then `phasegate run --keep-going`, and `phasegate adopt` what differs by words alone.\n";

/// The folder of the fixtures as the suite names it.
fn fixtures(migrations: &Migrations) -> String {
    let common = common_folder(migrations);
    match common.strip_prefix(&format!("{FOLDER}/")) {
        Some(within) => within.to_owned(),
        None if common == "." => "..".to_owned(),
        None => format!("../{common}"),
    }
}

/// The folder that the migrations and the baseline have in common.
fn common_folder(migrations: &Migrations) -> String {
    let within = |file: &String| migrations.folder == "." || file.starts_with(&format!("{}/", migrations.folder));
    if migrations.baseline.iter().all(within) { migrations.folder.clone() } else { ".".to_owned() }
}

/// A path of the migrations' folder as the suite names it, from its fixtures.
fn from_fixtures(migrations: &Migrations, file: &str) -> String {
    if common_folder(migrations) == migrations.folder { file.to_owned() } else { below(&migrations.folder, file) }
}

/// The text of `suite.toml`. `seen_on` is the major version of PostgreSQL whose words its gates repeat.
pub(super) fn suite(
    project: &Project,
    migrations: &Migrations,
    bookkeeping: &[String],
    seen_on: Option<u32>,
) -> Result<String, InitError> {
    let name = project.root().file_name().map_or("migrations".into(), |name| name.to_string_lossy());
    let name = kebab(&name, SLUG_LENGTH_MAX);
    let common = common_folder(migrations);
    let files =
        migrations.baseline.iter().map(|file| file.strip_prefix(&format!("{common}/")).unwrap_or(file).to_owned());
    let history = migrations.history.iter().filter_map(|step| match &step.up {
        Way::File(file) => Some(from_fixtures(migrations, file)),
        Way::Command(_) => None,
    });
    let baseline: Vec<String> = files.chain(history).collect();
    let mut text = format!(
        "# Written by `phasegate init`: {tool}, since {because}.\n\
         suite = {suite}\n\
         title = {title}\n\
         source = {source}\n\
         fixtures = {fixtures}\n",
        tool = migrations.tool,
        because = migrations.because,
        suite = quoted(&name),
        title = quoted(&format!("the {} migrations of {name}", migrations.tool)),
        source = quoted(&format!("the migrations in {}", migrations.folder)),
        fixtures = quoted(&fixtures(migrations)),
    );
    let unread = unread(project, migrations)?;
    if !unread.is_empty() {
        text.push_str(&format!("unread = {}\n", list(unread.iter().map(String::as_str))));
    }
    if !bookkeeping.is_empty() {
        text.push_str(&format!("bookkeeping = {}\n", list(bookkeeping.iter().map(String::as_str))));
    }
    if !migrations.inputs.is_empty() {
        text.push_str(&format!("inputs = {}\n", list(migrations.inputs.iter().map(String::as_str))));
    }
    text.push_str(&format!("\n[server]\nkind = {}\n", quoted(migrations.kind.0.capabilities().name)));
    if let Some(major) = seen_on {
        text.push_str(&format!("{WORDS}postgres_min = {major}\npostgres_max = {major}\n"));
    }
    if migrations.timescaledb {
        text.push_str("timescaledb = true\n");
    }
    text.push_str("\n[baseline]\n");
    if let Some(Way::Command(words)) = migrations.history.last().map(|step| &step.up) {
        text.push_str(&format!("command = {}\n", list(words.iter().map(String::as_str))));
    }
    if !baseline.is_empty() {
        text.push_str(&format!("schema = {}\n", list(baseline.iter().map(String::as_str))));
    }
    if migrations.history.iter().any(|step| step.untransacted) {
        text.push_str("transaction = \"none\"\n");
    }
    for (index, step) in migrations.steps.iter().enumerate() {
        text.push_str(&format!(
            "\n[[phase]]\nid = \"{}\"\nslug = {}\ntitle = {}\nrevision = {}\nup = {}\n",
            index + 1,
            quoted(&slug(migrations, index)),
            quoted(&step.title),
            quoted(&step.revision),
            way(migrations, &step.up),
        ));
        if let Some(down) = &step.down {
            text.push_str(&format!("down = {}\n", way(migrations, down)));
        }
        if step.untransacted {
            text.push_str("transaction = \"none\"\n");
        }
    }
    Ok(text)
}

fn way(migrations: &Migrations, way: &Way) -> String {
    match way {
        Way::File(file) => quoted(&from_fixtures(migrations, file)),
        Way::Command(words) => format!("{{ command = {} }}", list(words.iter().map(String::as_str))),
    }
}

/// The SQL files of the fixtures that no phase runs, if any phase is SQL: a suite says which are meant for somebody else.
fn unread(project: &Project, migrations: &Migrations) -> Result<Vec<String>, InitError> {
    let ways = migrations.steps.iter().flat_map(|step| std::iter::once(&step.up).chain(&step.down));
    let ways = ways.chain(migrations.history.iter().map(|step| &step.up));
    let files: Vec<String> = ways
        .filter_map(|way| match way {
            Way::File(file) => Some(below(&migrations.folder, file)),
            Way::Command(_) => None,
        })
        .collect();
    let common = common_folder(migrations);
    if files.is_empty() || common.starts_with(&format!("{FOLDER}/")) {
        return Ok(Vec::new());
    }
    let used: Vec<String> = files.into_iter().chain(migrations.baseline.iter().cloned()).collect();
    let mut unread = Vec::new();
    gather(project, &common, &used, &mut unread)?;
    let named = |file: String| file.strip_prefix(&format!("{common}/")).map_or(file.clone(), str::to_owned);
    Ok(unread.into_iter().map(named).collect())
}

/// The SQL below a folder that is not among these; a folder that holds none of them is named as one.
fn gather(project: &Project, folder: &str, used: &[String], unread: &mut Vec<String>) -> Result<(), InitError> {
    let files = project.files(folder, ".sql")?;
    unread.extend(files.iter().map(|file| below(folder, file)).filter(|file| !used.contains(file)));
    for name in project.all_folders(folder)? {
        let inner = below(folder, &name);
        if used.iter().any(|file| file.starts_with(&format!("{inner}/"))) {
            gather(project, &inner, used, unread)?;
        } else if holds_sql(project, &inner)? {
            unread.push(format!("{inner}/**"));
        }
    }
    Ok(())
}

fn holds_sql(project: &Project, folder: &str) -> Result<bool, InitError> {
    if !project.files(folder, ".sql")?.is_empty() {
        return Ok(true);
    }
    for name in project.all_folders(folder)? {
        if holds_sql(project, &below(folder, &name))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A text as TOML writes it.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A list of texts as TOML writes it.
pub(crate) fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}
