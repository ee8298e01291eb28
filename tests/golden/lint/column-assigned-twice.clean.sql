UPDATE t SET a = 1, b = 2 WHERE id = 1;
UPDATE t SET a[1] = 1, a[2] = 2 WHERE id = 1;
