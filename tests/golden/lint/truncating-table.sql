TRUNCATE teams, users CASCADE;
