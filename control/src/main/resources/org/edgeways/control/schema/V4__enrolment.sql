-- The bundle that a certificate was issued with: who shows one of a bundle's has joined, though its last word was lost.
ALTER TABLE certificates ADD COLUMN enrolment TEXT;
