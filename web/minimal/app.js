// app.js - the plain page: is the daemon ready, and its figures if we may see
// them (`admin metrics-from`).
"use strict";

const PERIOD_MS = 1000;
const byId = (id) => document.getElementById(id);

let last = null;	// { at, values: name -> value }

function element(name, text, classes) {
	const e = document.createElement(name);

	if (text !== undefined)
		e.textContent = text;
	if (classes)
		e.className = classes;
	return e;
}

const count = (n) => n.toLocaleString(undefined, {
	maximumFractionDigits: Math.abs(n) < 10 ? 2 : 0,
});

function say(state, text) {
	const e = byId("state");

	if (e.textContent !== text)
		e.textContent = text;
	e.className = state;
}

function strip(text) {
	byId("strip").textContent = text;
	byId("strip").hidden = !text;
}

// "name{labels} value" of /metrics, without the buckets of histograms
function read(text) {
	const rows = [];
	const kinds = new Map();

	for (const line of text.split("\n")) {
		const kind = /^# TYPE (\S+) (\S+)/.exec(line);
		const at = line.lastIndexOf(" ");

		if (kind)
			kinds.set(kind[1], kind[2]);
		if (line.startsWith("#") || at < 0 || /_bucket[{ ]/.test(line))
			continue;
		const name = line.slice(0, at);

		rows.push({ name, value: Number(line.slice(at + 1)),
		    counts: kinds.get(name.split("{")[0]) === "counter" });
	}
	return rows;
}

function show(rows) {
	const at = performance.now();
	const values = new Map(rows.map((r) => [r.name, r.value]));
	const seconds = last ? (at - last.at) / 1000 : 0;
	const filter = byId("filter").value.trim().toLowerCase();
	const moving = byId("moving").checked;
	const shown = [];

	for (const r of rows) {
		const was = last?.values.get(r.name);
		const rate = r.counts && was !== undefined ?
		    Math.max(0, r.value - was) / seconds : undefined;

		if ((filter && !r.name.toLowerCase().includes(filter)) ||
		    (moving && !rate))
			continue;
		const row = element("tr");

		row.append(element("td", r.name), element("td", count(r.value),
		    "n"), element("td", rate === undefined ? "" : count(rate),
		    "n"));
		shown.push(row);
	}
	last = { at, values };
	byId("rows").replaceChildren(...shown);
}

async function turn() {
	const ready = await fetch("api/v1/health/ready");
	const why = ready.ok ? "" : (await ready.json()).detail;
	const figures = await fetch("metrics");

	say(ready.ok ? "ok" : "bad", ready.ok ? "ready" : "not ready");
	strip(why);
	byId("figures").hidden = !figures.ok;
	byId("hidden").hidden = figures.ok;
	if (figures.ok)
		show(read(await figures.text()));
}

async function run() {
	for (;;) {
		try {
			if (!document.hidden)
				await turn();
		} catch (e) {
			say("bad", "no answer");
			strip("What you see is old: " + e.message);
			last = null;
		}
		await new Promise((then) => setTimeout(then, PERIOD_MS));
	}
}

run();
