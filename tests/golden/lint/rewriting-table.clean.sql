ALTER TABLE teams SET (fillfactor = 70);
