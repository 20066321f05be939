-- Whether credentials were made with the number while its person could sign in from outside.
ALTER TABLE relay_numbers ADD COLUMN outside INTEGER NOT NULL DEFAULT 0;
