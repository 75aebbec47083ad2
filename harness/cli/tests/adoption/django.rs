//! What needs Django itself.

use crate::{Claim, project::Project};

const MANAGE: &str = "import os, sys\n\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"site_of.settings\")\n\
    from django.core.management import execute_from_command_line\n\nexecute_from_command_line(sys.argv)\n";
const SETTINGS: &str = "import os\n\nSECRET_KEY = \"of a test\"\nINSTALLED_APPS = [\"notes\"]\n\
    DATABASES = {\"default\": {\"ENGINE\": \"django.db.backends.sqlite3\", \"NAME\": \
    os.environ[\"DATABASE_URL\"].removeprefix(\"sqlite:\")}}\n";
const FIRST: &str = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = []\n    \
    operations = [migrations.CreateModel(\"Note\", [(\"id\", models.AutoField(primary_key=True)), (\"title\", models.TextField())])]\n";
const SECOND: &str = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
    dependencies = [(\"notes\", \"0001_initial\")]\n    \
    operations = [migrations.AddField(\"note\", \"slug\", models.TextField(default=\"\"))]\n";
const NO_WAY_BACK: &str = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    \
    dependencies = [(\"notes\", \"0001_initial\")]\n    \
    operations = [migrations.RunSQL(\"CREATE INDEX by_title ON notes_note (title)\")]\n";

pub(crate) fn claims() -> Vec<Claim> {
    vec![("a_django_project_runs_as_it_was_written_and_a_migration_that_cannot_be_undone_is_found", || {
        for (second, expected) in [(SECOND, None), (NO_WAY_BACK, Some("down-failed"))] {
            let project = Project::of(&[
                ("manage.py", MANAGE),
                ("site_of/__init__.py", ""),
                ("site_of/settings.py", SETTINGS),
                ("notes/__init__.py", ""),
                ("notes/migrations/__init__.py", ""),
                ("notes/migrations/0001_initial.py", FIRST),
                ("notes/migrations/0002_second.py", second),
            ]);
            let told = project.init().stdout;
            assert!(told.starts_with("found  Django: ") && told.contains("saw    2 of 2 phases apply"), "{told}");
            let failed: Vec<(String, String)> =
                expected.iter().map(|code| ("2.3.1".to_owned(), (*code).to_owned())).collect();
            assert_eq!(project.run(), (i32::from(expected.is_some()), failed));
        }
    })]
}
