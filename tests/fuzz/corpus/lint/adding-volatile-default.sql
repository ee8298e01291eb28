ALTER TABLE app.teams ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE app.teams ADD COLUMN n integer DEFAULT my_number();
