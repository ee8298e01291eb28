CREATE TABLE bookings (room integer, during tsrange);
ALTER TABLE bookings ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&);
