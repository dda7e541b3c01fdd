CREATE TABLE sample (n int NOT NULL);
