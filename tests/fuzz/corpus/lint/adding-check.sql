ALTER TABLE teams ADD CONSTRAINT positive CHECK (member_limit > 0);
ALTER TABLE teams ADD CHECK (name <> ''), ADD COLUMN n integer DEFAULT 1 CHECK (n > 0);
ALTER TABLE /* which */ users -- the users
    ADD CONSTRAINT c CHECK (a > ',;') -- why
    , /* and */ ADD CHECK (f(b[1], 2) = 3 /* so */) -- not
;
ALTER TABLE teams ADD COLUMN m integer CONSTRAINT positive_m CHECK (m > 0) NOT NULL DEFAULT 1;
