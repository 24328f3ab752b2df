# table.awk - JSON lines of all runs: their medians, and a table on stderr.

# The text of a field, without quotes; "" when it is not there.
function field(line, name,	at, rest)
{
	at = index(line, "\"" name "\":")
	if (!at)
		return ""
	rest = substr(line, at + length(name) + 3)
	if (substr(rest, 1, 1) == "\"")
		return substr(rest, 2, index(substr(rest, 2), "\"") - 1)
	if (substr(rest, 1, 1) == "{")
		return substr(rest, 1, index(rest, "}"))
	match(rest, /^[^,}]*/)
	return substr(rest, 1, RLENGTH)
}

function figure(line,	v)
{
	v = field(line, "rate")
	return v != "" ? v : field(line, "value")
}

# The line in the middle of a key's runs; runs[] is left in order.
function median(k,	i, j, t)
{
	for (i = 1; i <= n[k]; i++)
		order[i] = lines[k, i]
	for (i = 2; i <= n[k]; i++) {
		t = order[i]
		for (j = i - 1; j > 0 && figure(order[j]) + 0 > figure(t) + 0; j--)
			order[j + 1] = order[j]
		order[j + 1] = t
	}
	return order[int((n[k] + 1) / 2)]
}

function cell(v, format)
{
	return v == "" ? "-" : sprintf(format, v)
}

function mb(kb)
{
	return kb == "" ? "-" : sprintf("%.0f", kb / 1024)
}

function ms(line, name,	v)
{
	v = field(line, "whole_" name "_ms")
	return cell(v != "" ? v : field(line, name "_ms"), "%.2f")
}

function troubles(line,	t, e)
{
	e = field(line, "errors")
	if (e != "" && e != "{}")
		t = t " errors " e
	if (field(line, "lost") > 0)
		t = t " lost " field(line, "lost")
	if (field(line, "backlog") > 0)
		t = t " backlog " field(line, "backlog")
	if (field(line, "overrun") > 0)
		t = t " not sent " field(line, "overrun")
	if (field(line, "retransmissions") > 0)
		t = t " retransmitted " field(line, "retransmissions")
	if (field(line, "loop_lag_max_ms") != "")
		t = t sprintf(" lag %.3g/%.3g ms",
		    field(line, "loop_lag_p99_ms"),
		    field(line, "loop_lag_max_ms"))
	gsub(/"/, "", t)
	return t
}

function ratio(line, c)
{
	if (field(line, "peer") == "parley" || !(c in ours))
		return ""
	if (field(line, "rate") <= 0)
		return ""
	return sprintf("%.2f x", ours[c] / field(line, "rate"))
}

function row(line,	c, v, rss)
{
	c = field(line, "case")
	if (field(line, "skipped") != "") {
		printf table, c, field(line, "peer"), "", "", "skipped", "", "",
		    "", "", "", field(line, "skipped") > "/dev/stderr"
		return
	}
	rss = field(line, "rss_peak_kb")
	if (rss == "")
		rss = field(line, "rss_kb")
	if (field(line, "value") != "") {
		printf table, c, field(line, "peer"), field(line, "setup"),
		    "", field(line, "value"), "", "", "", "",
		    mb(rss), field(line, "unit") > "/dev/stderr"
		return
	}
	printf table, c, field(line, "peer"), field(line, "setup"),
	    field(line, "durable") == "true" ? "yes" : "no",
	    cell(field(line, "rate"), "%.0f"), ratio(line, c),
	    ms(line, "p50"), ms(line, "p99"),
	    cell(field(line, "cpu_us"), "%.1f"), mb(rss),
	    troubles(line) > "/dev/stderr"
}

{
	k = field($0, "case") SUBSEP field($0, "peer") SUBSEP field($0, "setup")
	if (!(k in n))
		keys[++nkeys] = k
	lines[k, ++n[k]] = $0
}

END {
	table = "%-15s %-9s %-24s %-7s %9s %9s %9s %9s %8s %7s %s\n"
	for (i = 1; i <= nkeys; i++) {
		k = keys[i]
		middle[i] = median(k)
		if (n[k] > 1 && figure(middle[i]) != "") {
			runs = figure(order[1])
			for (j = 2; j <= n[k]; j++)
				runs = runs "," figure(order[j])
			sub(/}$/, ",\"runs\":[" runs "]}", middle[i])
		}
		print middle[i]
		if (field(middle[i], "peer") == "parley" &&
		    field(middle[i], "rate") > 0)
			ours[field(middle[i], "case")] = field(middle[i], "rate")
	}
	fflush()
	printf "\n" table, "case", "peer", "setup", "durable", "per s",
	    "we do", "p50 ms", "p99 ms", "CPU us", "RSS MB", "" > "/dev/stderr"
	for (i = 1; i <= nkeys; i++)
		row(middle[i])
}
