UPDATE t SET a = 1,
    b = 2, a = 3 WHERE id = 1;
