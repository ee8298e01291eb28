ALTER TABLE "Teams" ADD COLUMN code varchar(12) NOT NULL,
    ADD COLUMN other integer DEFAULT NULL NOT NULL;
ALTER TABLE teams ADD COLUMN c numeric(8, 2) -- an amount
    NOT NULL;
