-- The first pages, typed in from the paper handbook. The times are written out so that every database gets the same.
INSERT INTO knowledge_base (slug, title, author, tags, created_at, body) VALUES
    ('counting-at-high-tide', 'Counting waders at high tide', 'Ngaio Tāwhai', 'counting,roost', '2024-03-02 08:15:00',
     'Birds gather at the roost two hours before high water. Count in blocks of ten; swap observers after an hour.
Write flagged birds down as in [[reading-leg-flags]].'),
    ('reading-leg-flags', 'Reading leg flags', 'Jonas Sørensen', 'optics,ringing', '2024-03-09 17:40:00',
     'A flag''s colour tells the country, its letters the bird. Read it twice, then let somebody else read it.'),
    ('ringing-a-godwit', 'Ringing a bar-tailed godwit', 'Ngaio Tāwhai', 'ringing,safety', '2024-04-21 06:05:00',
     'Hold the bird in the ringer''s grip; weigh it first. Flags go above the knee -- see [[reading-leg-flags]].
Nobody rings alone: [[first-aid]] applies.'),
    ('tuning-the-telescope', 'Tuning the telescope', 'María Peña', 'optics', '2024-05-11 11:30:00',
     'Set the eyepiece to 20x to find a bird and to 60x to read it. Heat haze wins after ten in the morning.'),
    ('eleven-days-aloft', 'Eleven days aloft: the flight of B6', 'Jonas Sørensen', 'migration', '2024-11-03 20:00:00',
     'From Alaska to Tasmania without a stop, 13,560 km in eleven days. 🐦 How it was tracked: [[satellite-tags]].');
