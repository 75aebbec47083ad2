CREATE TABLE notes (id bigint PRIMARY KEY, title text NOT NULL);
INSERT INTO notes VALUES (1, 'First'), (2, 'First'), (3, 'Last');
