-- Of the certificate that was issued last with a bundle, hexadecimal: who shows it has joined, though its last word was lost.
ALTER TABLE enrolments ADD COLUMN used_serial TEXT;
