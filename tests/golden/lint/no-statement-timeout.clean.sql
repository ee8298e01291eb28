SET statement_timeout = '15min';
CREATE INDEX i ON teams (a);
