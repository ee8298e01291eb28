CREATE TABLE t (id integer PRIMARY KEY);
CREATE TABLE u (id smallserial, n integer, PRIMARY KEY (id));
