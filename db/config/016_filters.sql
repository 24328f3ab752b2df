-- 016_filters.sql - the few subscribers of a class, and those suspended.
CREATE INDEX subscriber_class ON subscriber(class, state);
CREATE INDEX subscriber_suspended ON subscriber(id) WHERE state = 1;
