CREATE UNIQUE INDEX "I" ON app.teams USING btree (slug, lower(name)) WHERE slug IS NOT NULL;
CREATE INDEX ON teams (name);
/* a */ CREATE -- b
  INDEX /* c */ i ON teams (a) -- d
