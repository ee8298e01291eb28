CREATE TABLE app.teams (id bigint);
