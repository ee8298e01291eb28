ALTER TABLE app.teams RENAME TO "Groups";
