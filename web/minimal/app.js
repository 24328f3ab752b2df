// app.js - live counters: asks for the figures every second and draws them.
"use strict";

const PERIOD_MS = 1000;
const KEPT = 120;		// seconds of each little chart
const CHECKS_EVERY = 5;		// seconds
const SVG = "http://www.w3.org/2000/svg";

// What is worth a tile, if the daemon has it: title, how (rate of a counter,
// value of a gauge, p99 of a histogram in microseconds), series, unit.
const TILES = [
	["Messages accepted", "rate",
	    /^parley_store_messages_total{result="accepted"}/, "/s"],
	["Messages delivered", "rate", /^parley_messages_delivered_total{/,
	    "/s"],
	["Messages failed", "rate", /^parley_messages_failed_total{/, "/s"],
	["Interworked", "rate", /^parley_messages_interworked_total{/, "/s"],
	["SIP requests", "rate", /^parley_sip_requests_total{/, "/s"],
	["Reports sent", "rate", /^parley_reports_sent_total{/, "/s"],
	["Registrations", "value", /^parley_registrations{/, ""],
	["Messages waiting", "value", /^parley_queue_messages{/, ""],
	["Gateways up", "value", /^parley_gateway_up{/, ""],
	["Commit p99", "p99", /^parley_db_commit_duration_seconds{/, ""],
	["Loop lag p99", "p99", /^parley_loop_lag_seconds{/, ""],
	["Processor", "rate", /^process_cpu_seconds_total{/, "%"],
	["Memory", "value", /^process_resident_memory_bytes{/, "B"],
];

const byId = (id) => document.getElementById(id);

function element(name, text, classes) {
	const e = document.createElement(name);

	if (text !== undefined)
		e.textContent = text;
	if (classes)
		e.className = classes;
	return e;
}

function count(n) {
	return n.toLocaleString(undefined, {
		maximumFractionDigits: Math.abs(n) < 10 ? 2 : 0,
	});
}

function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let i = 0;

	for (; n >= 1000 && i < units.length - 1; i++)
		n /= 1000;
	return [count(n), units[i]];
}

function duration(us) {
	if (us < 1000)
		return [count(us), "µs"];
	return us < 1e6 ? [count(us / 1e3), "ms"] : [count(us / 1e6), "s"];
}

// --- figures -----------------------------------------------------------------

let last = null;	// { at, values: key -> value }

const key = (m) => m.name + "{" + (m.labels ?? "") + "}";

function rates(items, at) {
	const values = new Map(items.map((m) => [key(m), m.value]));
	const rate = new Map();

	if (last) {
		const seconds = (at - last.at) / 1000;

		for (const [k, v] of values)
			if (last.values.has(k))
				rate.set(k, Math.max(0,
				    v - last.values.get(k)) / seconds);
	}
	last = { at, values };
	return rate;
}

// --- tiles --------------------------------------------------------------------

const tiles = new Map();	// title -> { box, number, unit, chart, past }

function tile(title) {
	let t = tiles.get(title);

	if (t)
		return t;
	t = { box: element("article", undefined, "tile"),
	    number: element("span", "–"), unit: element("small"), past: [] };
	const p = element("p");

	p.append(t.number, " ", t.unit);
	t.svg = document.createElementNS(SVG, "svg");
	t.svg.setAttribute("viewBox", `0 0 ${KEPT - 1} 100`);
	t.svg.setAttribute("preserveAspectRatio", "none");
	t.svg.setAttribute("aria-hidden", "true");
	t.area = document.createElementNS(SVG, "path");
	t.area.setAttribute("class", "area");
	t.line = document.createElementNS(SVG, "path");
	t.line.setAttribute("class", "line");
	t.svg.append(t.area, t.line);
	t.box.append(element("h3", title), p, t.svg);
	byId("tiles").append(t.box);
	tiles.set(title, t);
	return t;
}

function draw(t, value) {
	t.past.push(value);
	if (t.past.length > KEPT)
		t.past.shift();
	const top = Math.max(...t.past) * 1.1 || 1;
	const from = KEPT - t.past.length;
	const points = t.past.map((v, i) =>
	    `${from + i} ${(98 - v / top * 92).toFixed(1)}`);
	const line = "M" + points.join("L");

	t.line.setAttribute("d", line);
	t.area.setAttribute("d", `${line}L${KEPT - 1} 100L${from} 100Z`);
}

function measure(how, found, rate) {
	if (how === "p99")
		return Math.max(...found.map((m) => m.p99_us ?? 0));
	return found.reduce((sum, m) => sum + (how === "rate" ?
	    rate.get(key(m)) ?? 0 : m.value), 0);
}

function showTiles(items, rate) {
	for (const [title, how, name, unit] of TILES) {
		const found = items.filter((m) => name.test(key(m)));

		if (found.length === 0)
			continue;
		const t = tile(title);
		let value = measure(how, found, rate);
		let text = [count(value), unit];

		if (unit === "%")
			text = [count(value * 100), unit];
		else if (unit === "B")
			text = bytes(value);
		else if (how === "p99")
			text = duration(value);
		[t.number.textContent, t.unit.textContent] = text;
		draw(t, value);
	}
}

// --- the table ------------------------------------------------------------------

function showRows(items, rate) {
	const filter = byId("filter").value.trim().toLowerCase();
	const moving = byId("moving").checked;
	const rows = [];

	for (const m of items) {
		const r = m.kind === "gauge" ? undefined : rate.get(key(m));
		const text = `${m.name} ${m.labels ?? ""}`.toLowerCase();

		if ((filter && !text.includes(filter)) || (moving && !r))
			continue;
		const row = element("tr");

		const name = element("td", m.name);

		name.append(" ", element("small", m.labels ?? ""));
		row.append(name, element("td", count(m.value), "n"),
		    element("td", r === undefined ? "" : count(r), "n"));
		for (const p of [m.p50_us, m.p99_us])
			row.append(element("td", m.value && p !== undefined ?
			    duration(p).join(" ") : "", "n"));
		rows.push(row);
	}
	byId("rows").replaceChildren(...rows);
}

// --- health ------------------------------------------------------------------------

const GLYPH = { ok: "● ok", warn: "◐ warn", critical: "✗ critical" };

async function checks() {
	const answer = await fetch("api/v1/health/checks");
	const items = answer.ok ? (await answer.json()).items : [];

	byId("checks").replaceChildren(...items.map((c) => {
		const li = element("li", undefined, c.state);

		li.append(element("b", GLYPH[c.state] ?? c.state),
		    ` ${c.check}: ${c.says} `);
		if (c.remedy)
			li.append(element("span", c.remedy));
		return li;
	}));
	byId("health-title").parentElement.hidden = items.length === 0;
}

// --- once a second -------------------------------------------------------------------

function say(state, text) {
	const e = byId("state");

	if (e.textContent !== text)
		e.textContent = text;
	e.className = state;
}

function uptime(items) {
	const m = items.find((i) => i.name === "process_start_time_seconds");

	if (m)
		byId("since").textContent = "up since " +
		    new Date(m.value * 1000).toLocaleString();
}

async function turn(n) {
	const answer = await fetch("api/v1/stats");

	if (!answer.ok)
		throw new Error(`the daemon answered ${answer.status}`);
	const { items } = await answer.json();
	const rate = rates(items, performance.now());

	showTiles(items, rate);
	showRows(items, rate);
	uptime(items);
	if (n % CHECKS_EVERY === 0)
		await checks();
	say("ok", "running");
	byId("stale").hidden = true;
}

async function run() {
	for (let n = 0; ; n++) {
		try {
			if (!document.hidden)
				await turn(n);
		} catch (e) {
			say("bad", "no answer");
			byId("stale").textContent =
			    "These figures are old: " + e.message;
			byId("stale").hidden = false;
			last = null;
		}
		await new Promise((then) => setTimeout(then, PERIOD_MS));
	}
}

run();
