CREATE TABLE t (at timestamptz, also timestamp with time zone);
