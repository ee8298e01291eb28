-- tusk:ignore dropping-column nothing reads it since July
ALTER TABLE teams DROP COLUMN note;
CREATE TABLE t (a integer, b integer);
ALTER TABLE t DROP COLUMN b;
