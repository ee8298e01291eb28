CREATE TABLE t (data json);
