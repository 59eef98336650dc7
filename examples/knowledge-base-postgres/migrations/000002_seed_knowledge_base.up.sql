INSERT INTO knowledge_base (slug, title, author, tags, created_at, body) VALUES
    ('counting-at-high-tide', 'Counting waders at high tide', 'Ngaio Tāwhai', 'counting,roost', '2024-03-02 08:15Z',
     'Birds gather at the roost two hours before high water. Write flagged birds down as in [[reading-leg-flags]].'),
    ('reading-leg-flags', 'Reading leg flags', 'Jonas Sørensen', 'optics,ringing', '2024-03-09 17:40Z',
     $$A flag's colour tells the country, its letters the bird; then let somebody else read it.$$),
    ('ringing-a-godwit', 'Ringing a bar-tailed godwit', 'Ngaio Tāwhai', 'ringing,safety', '2024-04-21 06:05Z',
     $$Hold the bird in the ringer's grip; weigh it first.$$),
    ('eleven-days-aloft', 'Eleven days aloft: the flight of B6', 'Jonas Sørensen', 'migration', '2024-11-03 20:00Z',
     'From Alaska to Tasmania without a stop, 13,560 km in eleven days. 🐦');
