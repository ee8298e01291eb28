ALTER TABLE teams ADD COLUMN a integer;
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ begin commit; end $$;
