CREATE TABLE t (id bigint PRIMARY KEY, n integer);
CREATE TABLE u (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE v (id uuid PRIMARY KEY);
