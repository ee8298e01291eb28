insert into t values (1, 'a', 7, array[row('b', 'x y', '2024-01-01')::pair], 'b', 'a');
