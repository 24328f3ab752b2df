# code.awk - rules for C: the first line, where SQL lives, no waiting by the
# clock in tests.
# usage: awk -f code.awk FILE.c FILE.h ...

function fail(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	outside_store = FILENAME ~ /^(src|cli)\// && FILENAME !~ /^src\/store\//
	# a benchmark may keep a rate; a test waits for an event
	waits = FILENAME ~ /^tests\// && FILENAME !~ /^tests\/bench\//
	if (index($0, "/* " name " - ") != 1)
		fail("the first line says what the file is: /* " name " - ... */")
}
outside_store && (/"[ \t]*SELECT +[a-z(*?0-9]/ || /"[ \t]*UPDATE +[a-z]/ ||
    /"[ \t]*(INSERT|REPLACE) +(INTO|OR)/ || /"[ \t]*DELETE +FROM/ ||
    /"[ \t]*CREATE +(TABLE|INDEX|UNIQUE|TRIGGER|VIEW)/ || /"[ \t]*PRAGMA /) {
	fail("SQL outside src/store: name an operation of store/ for it")
}
outside_store && /#[ \t]*include[ \t]*<sqlite3\.h>/ {
	fail("SQLite outside src/store: use the operations of store/")
}
waits && /(^|[^A-Za-z0-9_])(u|nano)?sleep *\(/ {
	fail("a sleep: wait for the event instead (poll, a callback, a line)")
}
END { exit bad }
