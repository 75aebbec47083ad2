INSERT INTO notes (id, title) VALUES (1, 'First'), (2, 'First'), (3, 'Last');
