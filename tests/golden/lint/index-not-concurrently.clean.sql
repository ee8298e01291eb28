CREATE INDEX CONCURRENTLY i ON teams (slug);
CREATE TABLE posts (id bigint);
CREATE INDEX j ON posts (id);
ALTER TABLE posts RENAME TO notes;
CREATE INDEX k ON public.notes (id);
CREATE TEMPORARY TABLE scratch (id bigint);
CREATE TABLE copy AS SELECT 1 AS a;
CREATE INDEX l ON copy (a);
