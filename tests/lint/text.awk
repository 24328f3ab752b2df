# text.awk - rules for every source text: width, blanks, size, promises.
# usage: awk -f text.awk FILE...
#
# src/ and cli/ are read by others: 500 lines is a warning, 600 an error.
# Tables (*.def) may be as wide as their columns need.

function fail(line, what) { printf "%s:%d: %s\n", file, line, what; bad = 1 }

function size() {
	if (file !~ /^(src|cli)\/.*\.[ch]$/ || lines <= 500)
		return
	if (lines > 600)
		fail(lines, "more than 600 lines: split it by noun")
	else
		printf "%s:%d: warning: more than 500 lines: think of a noun " \
		    "to split it by\n", file, lines
}

# columns with tabs of 8; the bytes that continue a UTF-8 character are none
function width(s,	n, i, part) {
	gsub(/[\200-\277]/, "", s)
	n = split(s, part, "\t")
	w = 0
	for (i = 1; i <= n; i++) {
		w += length(part[i])
		if (i < n)
			w += 8 - w % 8
	}
	return w
}

# db/store/004_charge.sql is step 4 of store.db: each step once, none missing
function step(	part) {
	if (split(file, part, "/") != 3 || part[1] != "db")
		return
	if (part[3] + 0 != ++steps[part[2]])
		fail(1, "not step " steps[part[2]] " of " part[2] \
		    ".db: number it so")
	if (index($0, "-- " part[3]) != 1)
		fail(1, "the first line has another name than the file")
}

FNR == 1 {
	if (file != "")
		size()
	file = FILENAME
	step()
}
{ lines = FNR }
file !~ /\.(def|md)$/ && length($0) > 60 && width($0) > 100 {
	fail(FNR, "more than 100 columns: wrap it (80 is the aim)")
}
/[ \t]$/ { fail(FNR, "white space at the end: remove it") }
/(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z0-9_]|$)/ {
	fail(FNR, "a promise: do it now or open an issue")
}
END {
	if (file != "")
		size()
	exit bad
}
