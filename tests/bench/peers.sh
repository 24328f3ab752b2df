# peers.sh - start and stop what runs beside Parley; for tests/bench/run.
# shellcheck shell=sh disable=SC2154,SC2034
#
# Each NAME_up sets server and pids for measure, and answers false after a
# report of why it was skipped; NAME_down stops it.

# allocators without debugging, and room for bursts like everybody's
tuned='-x fm -X fm -b 8388608'

# kamailio_up CASE OPTIONS [FEATURE]...
kamailio_up () {
	kcase=$1 options=$2; shift 2
	if [ $peers = no ]; then return 1; fi
	if ! have kamailio || ! have sqlite3; then
		skip "$kcase" kamailio 'not installed'
		return 1
	fi
	dir=$work/kamailio; rm -rf "$dir"; mkdir -p "$dir/run"
	for table in standard msilo usrloc; do
		sqlite3 "$dir/db" \
		    < /usr/share/kamailio/db_sqlite/$table-create.sql
	done
	port=$("$blast" free-port)
	sed "s|@DB@|$dir/db|; s/@PORT@/$port/" "$here/kamailio.cfg" \
	    > "$dir/cfg"
	for feature; do options="$options -A $feature"; done
	# shellcheck disable=SC2086
	pin "$sut_cpu" kamailio -DD -E -f "$dir/cfg" -Y "$dir/run" \
	    -m 4096 -M 64 $options > "$dir/log" 2>&1 &
	pids=$! running=$! server=127.0.0.1:$port
	if "$blast" ping "$server"; then return 0; fi
	skip "$kcase" kamailio 'does not start'
	tail -n 5 "$dir/log" >&2
	stop $running
	return 1
}

kamailio_down () { stop $running; }

# A service centre that answers at once; sets smsc to its port.
smsc_up () {
	smsc=$("$blast" free-port)
	rm -f "$work/smsc"; mkfifo "$work/smsc"
	pin "$load_cpu" "$sim" -f - < "$work/smsc" > "$work/smsc.log" 2>&1 &
	smsc_pid=$!
	exec 4> "$work/smsc"
	cat >&4 <<-END
	set events off
	smsc start bench listen 127.0.0.1:$smsc system-id S password P
	END
}

smsc_down () {
	exec 4>&-
	stop "$smsc_pid"
	smsc_pid=
}

# Messages it has had so far.
smsc_submits () {
	lines=$(grep -c '"submits"' "$work/smsc.log")
	echo stats >&4
	patience=100
	while [ "$(grep -c '"submits"' "$work/smsc.log")" = "$lines" ] &&
	    [ $patience -gt 0 ]; do
		patience=$((patience - 1)); sleep 0.02
	done
	sed -n '$s/.*"submits":\([0-9]*\).*/\1/p' "$work/smsc.log"
}

# kannel_up CASE STORE: STORE are lines of its configuration, or ''
kannel_up () {
	if [ $peers = no ]; then return 1; fi
	if ! have bearerbox || ! have smsbox; then
		skip "$1" kannel 'not installed'
		return 1
	fi
	dir=$work/kannel; rm -rf "$dir"; mkdir -p "$dir/spool"
	port=$("$blast" free-port)
	sed "s|@STORE@|$2|; s|@DIR@|$dir|; s/@SMSC@/$smsc/; s/@HTTP@/$port/
		s/@ADMIN@/$("$blast" free-port)/
		s/@BOX@/$("$blast" free-port)/" "$here/kannel.conf" \
	    > "$dir/conf"
	pin "$sut_cpu" bearerbox -v 2 "$dir/conf" > "$dir/log" 2>&1 &
	pids=$! running=$!
	# a box that finds no bearerbox gives up; neither says it is ready
	sleep 1
	pin "$sut_cpu" smsbox -v 2 "$dir/conf" > "$dir/log.box" 2>&1 &
	pids=$!,$pids running="$! $running" server=127.0.0.1:$port
	sleep 1
}

kannel_down () {
	# shellcheck disable=SC2086
	stop $running
}
