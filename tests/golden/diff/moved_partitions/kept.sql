select tableoid::regclass, id, day from s.u order by id
