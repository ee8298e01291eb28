CREATE TABLE t (code char(2), "char" "char");
