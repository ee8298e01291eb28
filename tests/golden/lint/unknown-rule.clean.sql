-- tusk:ignore dropping-column nothing reads it
ALTER TABLE teams DROP COLUMN note;
