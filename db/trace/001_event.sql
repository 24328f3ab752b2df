-- 001_event.sql - steps of messages; a ring by age and by size.
-- at: microseconds since the epoch, UTC.  lanes: enum lane of flow/trace.h.
CREATE TABLE event (
	message		INTEGER NOT NULL,
	at		INTEGER NOT NULL,
	lane_from	INTEGER NOT NULL,
	lane_to		INTEGER NOT NULL,
	text		TEXT NOT NULL
) STRICT;
CREATE INDEX event_message ON event(message);
CREATE INDEX event_at ON event(at);
