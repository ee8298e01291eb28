insert into t values (1, '2024-05-05'), (2, '2029-01-01');
