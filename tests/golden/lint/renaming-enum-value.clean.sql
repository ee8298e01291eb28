ALTER TYPE mood ADD VALUE 'glad' AFTER 'fine';
