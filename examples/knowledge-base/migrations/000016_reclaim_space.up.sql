-- godwit: no-transaction
--
-- Deleted attachments should give their space back without a VACUUM of the whole file each time. Switching that on
-- takes one last VACUUM, which cannot run inside a transaction; the first line says so. Both statements can be run
-- again, so should this file fail, "force 15" and "up" is the way on.
PRAGMA auto_vacuum = INCREMENTAL;
VACUUM;
