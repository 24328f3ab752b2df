-- 011_documents.sql - XML documents that subscribers keep over XCAP.
CREATE TABLE document (
	subscriber	INTEGER NOT NULL REFERENCES subscriber(id)
			    ON DELETE CASCADE,
	usage		TEXT NOT NULL,		-- resource-lists
	name		TEXT NOT NULL,		-- index
	body		TEXT NOT NULL,
	changed		INTEGER NOT NULL,	-- ms since the epoch, UTC
	PRIMARY KEY (subscriber, usage, name)
) STRICT, WITHOUT ROWID;
