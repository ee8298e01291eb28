CREATE TABLE t (code text, kind "char");
