CREATE TABLE teams (name text);
ALTER TABLE teams RENAME name TO title;
ALTER TABLE users RENAME CONSTRAINT a TO b;
