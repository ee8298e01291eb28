ALTER TABLE teams
    ADD COLUMN a integer,
    DROP COLUMN note;
