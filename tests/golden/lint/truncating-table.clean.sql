CREATE TABLE t (a integer);
TRUNCATE t;
