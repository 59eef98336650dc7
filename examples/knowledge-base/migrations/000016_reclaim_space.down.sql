-- godwit: no-transaction
PRAGMA auto_vacuum = NONE;
VACUUM;
