CREATE TABLE t (at timestamp(3), also timestamp without time zone);
