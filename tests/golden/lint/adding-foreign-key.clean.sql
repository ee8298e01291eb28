ALTER TABLE teams ADD CONSTRAINT teams_owner FOREIGN KEY (owner_id) REFERENCES users (id) NOT VALID;
ALTER TABLE teams ADD COLUMN kind_id integer REFERENCES kinds (id);
CREATE TABLE posts (id bigint, team_id bigint);
ALTER TABLE posts ADD FOREIGN KEY (team_id) REFERENCES teams (id);
