# cases.sh - the cases of tests/bench/run: who is measured, and how.
# shellcheck shell=sh disable=SC2154

trusted='set site trusted-peers 127.0.0.1'
wal='-A WITH_WAL'

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
		measure sms parley '' yes sms --users $users --window 100 \
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
	if kannel_up sms "$2"; then
		measure sms kannel "$1" no http --window 100 --path \
		    "/cgi-bin/sendsms?username=bench&password=bench&from=15550000001&to=%2B1777%u&text=$text"
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

rss_kb () { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }

case_idle () {
	if parley_up idle 0; then
		sleep 1
		value idle 'one UDP listener' "$(rss_kb "$pids")" kB
		parley_down
	fi
}

now_ms () { date +%s%3N; }

case_import () {
	file=$(csv 50000)
	if ! parley_up import 0; then return; fi
	began=$(now_ms)
	if tell subscriber import "$file"; then
		value import '100,000 subscribers' \
		    "$(($(now_ms) - began))" ms "\"rss_kb\":$(rss_kb "$pids")"
	else
		skip import parley 'refused'
	fi
	parley_down
}

# What 100,000 registrations add, seen in a daemon that has just read them:
# in the one that took them the transactions of the load count too.
case_register_memory () {
	n=100000
	if ! parley_up register-memory $n; then return; fi
	parley_down
	parley_start || return
	sleep 1
	before=$(rss_kb "$pids")
	measure register-rate-at-100k parley '' yes register --users $n \
	    --count $n --window 64
	after=$(rss_kb "$pids")
	parley_down
	parley_start || return
	sleep 1
	fresh=$(rss_kb "$pids")
	value register-memory "$n devices" \
	    $(((fresh - before) * 1024 / n)) 'bytes per device' \
	    "\"rss_kb\":$fresh,\"rss_without_kb\":$before,\"rss_after_load_kb\":$after"
	parley_down
}
