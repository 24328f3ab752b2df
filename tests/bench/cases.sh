# cases.sh - the cases of tests/bench/run: who is measured, and how.
# shellcheck shell=sh disable=SC2154

trusted='set peer bench address 127.0.0.1'
wal='-A WITH_WAL'

# Not a case of ours: what the rates of all that is durable depend on.
case_disk () {
	if "$blast" disk --name disk --peer machine --durable --path "$work" \
	    --setup '4 kB and fdatasync' --seconds 1 > "$work/line"; then
		cat "$work/line" >> "$raw"
	fi
}

case_offline () {
	if parley_up offline $users "$trusted"; then
		measure offline parley '' yes offline --users $users \
		    --identity --metrics "$admin"
		parley_down
	fi
	if kamailio_up offline "$tuned $wal" WITH_STORE; then
		measure offline kamailio 'msilo, WAL, fm' yes offline \
		    --users $users
		kamailio_down
	fi
	if kamailio_up offline '' WITH_STORE; then
		measure offline kamailio 'msilo, as installed' yes offline \
		    --users $users
		kamailio_down
	fi
}

# relay CASE [OPTION]...
relay () {
	rcase=$1; shift
	if parley_up "$rcase" $users "$trusted"; then
		measure "$rcase" parley '' yes online --users $users \
		    --identity --metrics "$admin" "$@"
		parley_down
	fi
	if kamailio_up "$rcase" "$tuned $wal" WITH_STORE; then
		measure "$rcase" kamailio 'msilo, WAL, fm' yes online \
		    --users $users "$@"
		kamailio_down
	fi
	if kamailio_up "$rcase" "$tuned"; then
		measure "$rcase" kamailio 'relay only, fm' no online \
		    --users $users "$@"
		kamailio_down
	fi
}

case_online () { relay online; }
case_online_5k () { relay online-5k --rate 5000; }

case_full () {
	if parley_up full $users; then
		measure full parley 'digest, CPIM, both IMDNs' yes full \
		    --users $users --digest --metrics "$admin"
		parley_down
	fi
	if kamailio_up full "$tuned" WITH_DIGEST; then
		measure full kamailio 'relay only, fm' no full \
		    --users $users --digest
		kamailio_down
	fi
}

# A message for each of 1,000 members who are online; each counts.
case_group () {
	members=1000
	if ! parley_up group $members "$trusted"; then return; fi
	file=$work/members.csv
	awk -v n=$members 'BEGIN { print "group,member"; while (i < n)
		printf "sip:team@example.org,sip:r%06d@example.org\n", i++
	}' > "$file"
	if tell group add sip:team@example.org --who-may-send anyone &&
	    tell group import "$file"; then
		measure group parley "$members members, all online" yes group \
		    --users $members --window 4 --identity --metrics "$admin"
	else
		skip group parley 'the group was refused'
	fi
	parley_down
}

# What reports cost: the same messages with none asked for, with both asked
# for and none coming, and with both.
case_ledger () {
	if ! parley_up ledger $users; then return; fi
	for kind in cpim asked full; do
		measure "ledger-$kind" parley '' yes $kind --users $users \
		    --digest --window 64 --metrics "$admin" || break
		eval "${kind}_us=\$(of cpu_us)"
	done
	parley_down
	[ -n "${full_us:-}" ] || return
	value ledger parley 'asked for, none comes' \
	    $((asked_us - cpim_us)) 'CPU us per message more'
	value ledger parley 'both come, both are sent on' \
	    $((full_us - cpim_us)) 'CPU us per message more'
	cpim_us='' asked_us='' full_us=''
}

# to_smsc PEER ARGUMENTS: measure, and what is not yet submitted at the end
to_smsc () {
	was=$(smsc_submits)
	if measure sms "$@"; then
		total=$(of total)
		now=$(smsc_submits)
		sed -i "\$s/}\$/,\"backlog\":$((total - now + was))}/" "$raw"
	fi
}

case_sms () {
	if [ ! -x "$sim" ]; then
		skip sms parley 'no parley-sim'
		return
	fi
	smsc_up
	printf P > "$work/password"
	if parley_up sms $users "$trusted" 'set gateway smsc1 kind smpp' \
	    "set gateway smsc1 address 127.0.0.1:$smsc" \
	    'set gateway smsc1 system-id S' \
	    "set gateway smsc1 password @$work/password" \
	    'set gateway smsc1 window 100' 'set route r1 to tel:+1777*' \
	    'set route r1 via smsc1'; then
		to_smsc parley '' yes sms --users $users --window 100 \
		    --identity --metrics "$admin"
		parley_down
	fi
	kannel 'memory' ''
	kannel 'spool, no fsync' \
	    "store-type = spool\\nstore-location = $work/kannel/spool"
	smsc_down
}

# kannel SETUP STORE
kannel () {
	text=the+quick+brown+fox+jumps+over+the+lazy+dog+and+comes+back
	text=$text+by+the+same+way+to+jump+once+more+abcdef
	query='username=bench&password=bench&from=15550000001&to=%2B1777%u'
	if kannel_up sms "$2"; then
		to_smsc kannel "$1" no http --window 100 --path \
		    "/cgi-bin/sendsms?$query&text=$text"
		kannel_down
	fi
}

case_register () {
	if parley_up register $users; then
		measure register parley '' yes register --users $users \
		    --metrics "$admin"
		parley_down
	fi
	if kamailio_up register "$tuned" WITH_DIGEST; then
		measure register kamailio 'memory, fm' no register \
		    --users $users
		kamailio_down
	fi
	if kamailio_up register "$tuned $wal" WITH_DIGEST WITH_LOCATION_DB
	then
		measure register kamailio 'write-through, WAL, fm' yes \
		    register --users $users
		kamailio_down
	fi
}

# --- the API beside the messages -------------------------------------------

# new_token NAME ROLE
new_token () {
	"$parley" --data-dir "$data" --json token add "$1" --role "$2" \
	    --admin bench 2>> "$work/parley.log" |
	    sed -n 's/.*"token":"\([^"]*\)".*/\1/p'
}

# 64 clients: what one may ask for in a second does not hold them back
many_tokens () {
	tokens=
	for k in $(seq 64); do
		tokens="$tokens${tokens:+ }$(new_token "$1$k" "$1")"
	done
}

# api_up CASE PAIRS: a daemon with HTTPS; sets api and token
api_up () {
	api=127.0.0.1:$("$blast" free-port)
	if ! parley_up "$1" "$2" "$trusted" "set admin address $api" \
	    'set admin connections 256' \
	    'set admin connections-per-address 256' \
	    'set admin requests-per-second 1000000'; then
		return 1
	fi
	echo 'as long a password as anybody needs' > "$work/password"
	tell admin add bench --role security --role support \
	    --role operator --password-file "$work/password"
	token=$(new_token reads support)
	if [ -n "$token" ]; then return 0; fi
	skip "$1" parley 'no token of the API'
	parley_down
	return 1
}

reads='/api/v1/subscribers?limit=50 /api/v1/subscribers?prefix=sip:r%u'
reads="$reads /api/v1/messages?limit=20 /api/v1/registrations?limit=50"
reads="$reads /api/v1/messages/search?text=sip:r%u@example.org&limit=5"
reads="$reads /api/v1/stats /api/v1/stats/snapshot"

# readers RATE [OPTION]...: 64 of them until readers_end; 0: all they can
readers () {
	rate=$1; shift
	pin "$load_cpu" "$blast" http --name admin-api --peer parley \
	    --setup "$setup" --server "$api" --tls --token "$tokens" \
	    --path "$reads" --window 64 --users $users --rate "$rate" \
	    --seconds 600 --warmup 1 "$@" > "$work/api" \
	    2>> "$work/blast.err" &
	readers_pid=$!
}

# The same, but they change subscribers.
changers () {
	readers 0 --path '/api/v1/subscribers/sip:r%u@example.org' \
	    --change '{"name":"another"}'
}

readers_end () {
	# not by stop: the daemon runs on
	kill "$readers_pid" 2>/dev/null
	wait "$readers_pid"
	readers_pid=
	if [ -s "$work/api" ]; then
		cat "$work/api" >> "$raw"
	else
		skip admin-api parley 'no answer'
	fi
}

# beside SETUP PACE [OPTION]...: messages while 64 read at this pace; with
# "-" nobody does, with "change" they change subscribers
beside () {
	setup="$cores$1" pace=$2; shift 2
	case $pace in
	-) ;;
	change) changers ;;
	*) readers "$pace" ;;
	esac
	measure admin parley "$setup" yes online --users $users --identity \
	    --metrics "$admin" "$@"
	[ "$pace" = - ] || readers_end
	setup_rate=$(of rate)
}

# The budget is 5 % of the rate, and 20 ms for a read at 1,000 messages/s.
# On one core all that the API takes is taken from the messages; on two it
# has room beside the SIP thread, as on any machine of a site, but so has
# the load here.
case_admin () {
	cores='one core, '
	beside_admin
}

case_admin_two () {
	one=$sut_cpu sut_cpu=$sut_cpu,$load_cpu cores='two cores, '
	beside_admin
	sut_cpu=$one
}

beside_admin () {
	if ! api_up admin $users; then return; fi
	many_tokens support
	beside '1,000/s, no API' - --rate 1000
	alone=$setup_rate
	beside '1,000/s, 500 reads/s' 500 --rate 1000
	beside '1,000/s, all they can' 0 --rate 1000
	per_cent '1,000/s, all they can'
	beside 'as many, no API' -
	alone=$setup_rate
	beside 'as many, all they can' 0
	per_cent 'as many, all they can'
	many_tokens operator
	beside 'as many, all change' change
	per_cent 'as many, all change'
	parley_down
}

# What is left of the rate that there was alone.
per_cent () {
	if [ "${alone:-0}" -gt 0 ]; then
		value admin-ratio parley "$cores$1" \
		    $((setup_rate * 100 / alone)) '% of the rate without API'
	fi
}

# One asks at a time, among 100,000 subscribers: for the beginning of an
# address, and for what nobody is, so that none of them may be missed.
case_search () {
	if ! api_up search 50000; then return; fi
	server=$api
	for what in 'one of them|prefix=sip:r%u&limit=20' \
	    'a page of them|prefix=sip:s0' 'none has the class|class=x' \
	    'none is suspended|state=suspended'; do
		measure search parley "${what%%|*}" no http --window 1 \
		    --tls --token "$token" --users 50000 \
		    --path "/api/v1/subscribers?${what#*|}"
	done
	parley_down
}

rss_kb () { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }

case_idle () {
	if parley_up idle 0; then
		sleep 1
		value idle parley 'one UDP listener' "$(rss_kb "$pids")" kB
		parley_down
	fi
}

now_ms () { date +%s%3N; }

case_import () {
	file=$(csv 50000)
	if ! parley_up import 0; then return; fi
	began=$(now_ms)
	if tell subscriber import "$file"; then
		value import parley '100,000 subscribers' \
		    "$(($(now_ms) - began))" ms "\"rss_kb\":$(rss_kb "$pids")"
	else
		skip import parley 'refused'
	fi
	parley_down
}

# What 100,000 registrations add, seen in a daemon that has just read them:
# in the one that took them the transactions of the load count too.
# Kamailio answers REGISTER without a transaction: no difference there.
case_register_memory () {
	devices=100000
	registered_parley
	if kamailio_up register-memory "$tuned" WITH_DIGEST; then
		measure register-100k kamailio 'memory, fm' no register \
		    --users $devices --count $devices --window 64 &&
		    per_device kamailio 'memory, fm' "$(of rss_kb)" \
			"$(of rss_start_kb)"
		kamailio_down
	fi
}

registered_parley () {
	parley_up register-memory $devices || return
	parley_down
	parley_start || return
	sleep 1
	before=$(rss_kb "$pids")
	measure register-100k parley '' yes register --users $devices \
	    --count $devices --window 64
	after=$(of rss_kb)
	parley_down
	parley_start || return
	sleep 1
	per_device parley '' "$(rss_kb "$pids")" "$before" \
	    "\"rss_after_load_kb\":$after"
	parley_down
}

# What 100,000 devices add that are known but not registered.
case_devices () {
	devices=100000
	parley_up devices $devices || return
	parley_down
	parley_start || return
	sleep 1
	before=$(rss_kb "$pids")
	for expires in 3600 0; do
		measure "devices-$expires" parley '' yes register \
		    --users $devices --count $devices --window 64 \
		    --expires $expires
	done
	parley_down
	parley_start || return
	sleep 1
	known=$("$blast" metric "$admin" parley_devices)
	if [ "$known" = $devices ]; then
		value devices parley 'known, not registered' \
		    $((($(rss_kb "$pids") - before) * 1024 / devices)) \
		    'bytes per device'
	else
		skip devices parley "only ${known:-0} are known"
	fi
	parley_down
}

# of FIELD: a number of the last measured line
of () { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/line"; }

# per_device PEER SETUP RSS_KB RSS_WITHOUT_KB [MORE]
per_device () {
	value register-memory "$1" "$2" $((($3 - $4) * 1024 / devices)) \
	    'bytes per device' \
	    "\"rss_kb\":$3,\"rss_without_kb\":$4${5:+,$5}"
}

# copies DB N: each message and leg N times, with older numbers.  By the
# columns that are there, so that a migration needs no change here.
copies () {
	names="SELECT group_concat(name) FROM pragma_table_info"
	m=$(sqlite3 "$1" "$names('message')")
	l=$(sqlite3 "$1" "$names('leg')")
	step=$(sqlite3 "$1" 'SELECT max(id) - min(id) + 1 FROM message')
	sqlite3 "$1" <<-END > /dev/null
	PRAGMA synchronous = OFF;
	BEGIN;
	CREATE TEMP TABLE k AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL
	    SELECT n + 1 FROM c WHERE n < $2) SELECT n FROM c;
	CREATE TEMP TABLE m AS SELECT * FROM message;
	CREATE TEMP TABLE l AS SELECT * FROM leg;
	INSERT INTO message($m) SELECT $(shifted "$m" "$step") FROM k, m;
	INSERT INTO leg($l) SELECT $(shifted "$l" "$step * 256") FROM k, l;
	COMMIT;
	PRAGMA wal_checkpoint(TRUNCATE);
	END
}

shifted () { echo "$1" | sed "s/^id,/id - n * $2,/; s/,id,/,id - n * $2,/"; }

# Out of the page cache, as after a boot.
forget () {
	sync "$1"
	dd if="$1" iflag=nocache count=0 2>/dev/null
}

# 10,000 messages taken in by the daemon itself, then each 99 times more.
seed () {
	if ! have sqlite3; then
		skip start parley 'no sqlite3'
		return 1
	fi
	parley_up start 10000 "$trusted" || return 1
	( pin "$load_cpu" "$blast" offline --server "$server" --users 10000 \
	    --count 10000 --identity ) > "$work/line"
	parley_down
	copies "$data/store.db" 99
}

case_start () {
	data=$work/seeded admin=$work/seeded/admin.sock
	if [ "$i" = 1 ] && ! seed; then rm -rf "$data"; fi
	waiting=$(sqlite3 "$data/store.db" 'SELECT count(*) FROM leg
	    WHERE state <= 1' 2>/dev/null)
	if [ "${waiting:-0}" -gt 900000 ]; then
		start_once
	else
		skip start parley "only ${waiting:-0} messages wait"
	fi
	data=$work/data admin=$work/data/admin.sock
}

start_once () {
	forget "$data/store.db"
	began=$(now_ms)
	if ! parley_start; then
		skip start parley 'does not start'
		return
	fi
	ready=$(($(now_ms) - began))
	value start parley 'until ready' $ready ms "\"rss_kb\":$(rss_kb "$pids")"
	server=$(sed -n 's/.* address \(127.*\)/\1/p' "$work/lines" | head -n 1)
	if ( pin "$load_cpu" "$blast" wake --server "$server" --users 1 \
	    --first "$i" ) > "$work/line"; then
		value start parley 'until first delivery' \
		    $((ready + $(of whole_max_ms))) ms
	else
		skip start parley 'nothing delivered'
	fi
	parley_down
}
