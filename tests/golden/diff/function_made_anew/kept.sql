select id, size, (select size from v) from t
