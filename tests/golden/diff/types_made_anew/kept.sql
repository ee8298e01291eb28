select feels, how_many, (pairs[1]).one, (pairs[1]).two, spelled from t
