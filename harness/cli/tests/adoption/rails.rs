//! What needs Rails itself.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::{Claim, project::Project};

const RAILS: &str = "#!/usr/bin/env ruby\nAPP_PATH = File.expand_path(\"../config/application\", __dir__)\nrequire \"rails/commands\"\n";
const APPLICATION: &str = "require \"rails\"\nrequire \"active_record/railtie\"\n\nmodule Notes\n  \
    class Application < Rails::Application\n    config.eager_load = false\n  end\nend\n";
/// The database of the user's own, which is nowhere to be found.
const OWN: &str = "development:\n  adapter: postgresql\n  host: 127.0.0.1\n  port: 1\n  database: own\n";
const FIRST: &str = "class CreateNotes < ActiveRecord::Migration[6.1]\n  def change\n    create_table(:notes) do |t|\n      \
    t.string :title, null: false\n      t.string :slug\n    end\n    \
    reversible { |way| way.up { execute \"INSERT INTO notes (title, slug) VALUES ('First', 'first'), ('Last', NULL)\" } }\n  \
    end\nend\n";
const SECOND: &str = "class SlugIsKnown < ActiveRecord::Migration[6.1]\n  def change\n    \
    add_check_constraint :notes, \"slug IS NOT NULL\", name: \"notes_slug_known\", validate: false\n    \
    execute \"CREATE INDEX notes_by_slug ON notes (slug)\"\n  end\nend\n";

/// What Rails cannot reverse, and what no migration filled in, are found; mended, everything passes.
pub(crate) fn claims() -> Vec<Claim> {
    vec![("a_rails_project_ends_in_exactly_its_two_faults", || {
        let [first, second] =
            ["db/migrate/20250101000000_create_notes.rb", "db/migrate/20250102000000_slug_is_known.rb"];
        let project = Project::of(&[
            ("bin/rails", RAILS),
            ("config/application.rb", APPLICATION),
            ("config/environment.rb", "require_relative \"application\"\nRails.application.initialize!\n"),
            ("config/database.yml", OWN),
            ("Rakefile", "require_relative \"config/application\"\nRails.application.load_tasks\n"),
            (first, FIRST),
            (second, SECOND),
        ]);
        fs::set_permissions(project.path().join("bin/rails"), fs::Permissions::from_mode(0o755)).expect("ours");
        let told = project.init().stdout;
        assert!(told.starts_with("found  Rails: ") && told.contains("saw    2 of 2 phases apply"), "{told}");
        assert!(project.texts().keys().all(|name| name != "db/schema.rb"), "Rails wrote a schema of its own");
        let faults = [("2.3.1", "down-failed"), ("2.4.1", "refused")];
        assert_eq!(project.run(), (1, faults.map(|(check, code)| (check.to_owned(), code.to_owned())).to_vec()));
        project.change(first, "NULL)", "'last')");
        project.change(
            second,
            "execute \"CREATE INDEX notes_by_slug ON notes (slug)\"",
            "add_index :notes, :slug, name: \"notes_by_slug\"",
        );
        assert_eq!(project.run(), (0, Vec::new()));
    })]
}
