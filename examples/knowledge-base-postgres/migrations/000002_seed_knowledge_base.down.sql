DELETE FROM knowledge_base
WHERE slug IN ('counting-at-high-tide', 'reading-leg-flags', 'ringing-a-godwit', 'eleven-days-aloft');
