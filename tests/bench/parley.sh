# parley.sh - start and stop the daemon under test; for tests/bench/run.
# shellcheck shell=sh disable=SC2154,SC2034

data=$work/data
admin=$data/admin.sock

# Pairs sNNNNNN and rNNNNNN; senders have numbers, for SMS.
csv () {
	file=$work/users.$1.csv
	if [ ! -f "$file" ]; then awk -v n="$1" 'BEGIN {
		print "address,name,class,password,aliases"
		for (i = 0; i < n; i++) {
			printf "sip:s%06d@example.org,,,secret,tel:+1555%07d\n", i, i
			printf "sip:r%06d@example.org,,,secret,\n", i
		}
	}' > "$file"; fi
	echo "$file"
}

# Start on $data as it is; pids is set, false when it does not come up.
parley_start () {
	: > "$work/parleyd.log"
	pin "$sut_cpu" "$parleyd" --data-dir "$data" \
	    > "$work/parleyd.log" 2>&1 &
	pids=$! running=$!
	patience=3000
	while ! grep -q 'parleyd: ready' "$work/parleyd.log"; do
		patience=$((patience - 1))
		if [ $patience = 0 ] || ! kill -0 "$pids" 2>/dev/null; then
			tail -n 3 "$work/parleyd.log" >&2
			stop "$pids"
			return 1
		fi
		sleep 0.02
	done
}

tell () { "$parley" --data-dir "$data" "$@" >> "$work/parley.log" 2>&1; }

# parley_up CASE USERS [LINE]...: a fresh one with more lines of settings
parley_up () {
	pcase=$1 pairs=$2; shift 2
	if [ ! -x "$parleyd" ] || [ ! -x "$parley" ]; then
		skip "$pcase" parley 'not built'
		return 1
	fi
	rm -rf "$data"; mkdir -m 700 "$data"; : > "$work/parley.log"
	if ! parley_start; then
		skip "$pcase" parley 'does not start'
		return 1
	fi
	port=$("$blast" free-port) server=127.0.0.1:$port
	cat > "$work/lines" <<-END
	set site domain example.org
	set site country-code 1
	set listener udp1 transport udp
	set listener udp1 address $server
	END
	for line; do echo "$line"; done >> "$work/lines"
	if tell configure -f "$work/lines" --commit &&
	    { [ "$pairs" = 0 ] ||
	    tell subscriber import "$(csv "$pairs")"; } &&
	    "$blast" ping "$server"; then
		return 0
	fi
	skip "$pcase" parley 'not ready for this case'
	tail -n 3 "$work/parley.log" "$work/parleyd.log" >&2
	parley_down
	return 1
}

parley_down () { stop $running; }
