-- From where, and with which device password, a publication was made whose device was not signed in; so that it lasts as
-- long as those.
ALTER TABLE publications ADD COLUMN party TEXT NOT NULL DEFAULT '-';
ALTER TABLE publications ADD COLUMN credential TEXT;
