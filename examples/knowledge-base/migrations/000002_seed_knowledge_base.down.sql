-- Only the pages that the way up brought; what people have written since is theirs.
DELETE FROM knowledge_base
WHERE slug IN (
    'counting-at-high-tide', 'reading-leg-flags', 'ringing-a-godwit', 'tuning-the-telescope', 'eleven-days-aloft'
);
