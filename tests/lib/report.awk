# report.awk - count the results in the log of one part; see report.
# variables: kind (step or tests), name, status (of the command), seconds,
# log_name, results (the file to add to)

# A section is what one program printed, or the whole log without marks.
function begin(what) {
	section = what; lines = 0; good = bad = 0
}
# A long log is joined only when it is shown: awk copies a string that grows.
function text(	i, all) {
	for (i = 1; i <= lines; i++)
		all = all line[i] "\n"
	return all
}
function finish(exit_status,	why) {
	if (kind == "step")
		good = exit_status == 0
	if (exit_status != 0 && bad == 0)
		why = "ended with status " exit_status
	else if (good + bad == 0)
		why = "ran nothing, and 0 of 0 is a failure"
	if (why != "") {
		bad++
		line[++lines] = "*** " section " " why
	}
	if (bad)
		shown = shown text()
	passed += good; failed += bad; sections++
	begin(name)
}

BEGIN { begin(name) }

/^=== exit [0-9]+$/ { finish($3); next }
/^=== / { begin($2); next }

/^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
	split($0, n, /[^0-9]+/)
	good += n[2] - n[3] - n[4]; bad += n[3] + n[4]
}
/^[0-9]+ passed, [0-9]+ failed$/ { good += $1; bad += $3 }
/: [0-9]+ inputs$/ { good += $(NF - 1) }

# a log shown for a failure leaves out what went well
/^  (CC|AR|LINK|EMBED)  / || /^make.*: (Enter|Leav)ing directory/ { next }
{ line[++lines] = $0 }

END {
	if (sections == 0)
		finish(status)
	else if (status != 0 && failed == 0) {
		failed = 1
		shown = text() "*** " name " ended with status " status "\n"
	}
	printf "  %-5s %-32s %5d passed %4d failed %5d s\n", \
	    failed ? "FAIL" : "ok", name, passed, failed, seconds
	if (failed)
		printf "%s*** the whole log: %s\n", shown, log_name
	print passed, failed >> results
	exit failed > 0
}
