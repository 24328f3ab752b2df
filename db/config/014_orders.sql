-- 014_orders.sql - subscribers in the orders that lists are asked for.
CREATE INDEX subscriber_name ON subscriber(name);
CREATE INDEX subscriber_created ON subscriber(created);
