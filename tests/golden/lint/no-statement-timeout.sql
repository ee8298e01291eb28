CREATE INDEX i ON teams (a);
