ALTER TABLE teams ADD COLUMN at timestamptz DEFAULT now() NOT NULL, ADD COLUMN day text DEFAULT lower('X' || current_date::text);
ALTER TABLE teams ALTER COLUMN token SET DEFAULT gen_random_uuid();
