ALTER TYPE mood ADD VALUE 'glad' BEFORE 'sad';
