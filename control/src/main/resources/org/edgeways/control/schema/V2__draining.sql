-- A node that takes nothing new, by an administrator's word.
ALTER TABLE nodes ADD COLUMN draining_since BIGINT;
