// records.tsx - charging records, the log as it comes, audit.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { get, sentence, type Row } from "../lib/api";
import { alive, watch } from "../lib/events";
import { bytes, clock, count, seconds } from "../lib/format";
import { t, term } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { Link, place, query } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Notice, Status, toast,
    useLoad } from "../ui/bits";
import { saveAs } from "../ui/rows";
import { Table } from "../ui/table";
import { OpDialog } from "../ui/form";

/* --- charging -------------------------------------------------------------------------- */

export function Charging(): VNode {
	const [asking, setAsking] = useState(false);
	const [turn, setTurn] = useState(0);
	const state = useLoad((stop) => get("/charging", {}, stop), [turn],
	    5000);
	const close = op("charging close"), exports_ = op("charging export");
	const d = state.data;

	async function closeNow() {
		try {
			await run(close!, {});
			toast(t("The open file is closed; the next record " +
			    "begins a new one."));
			setTurn(turn + 1);
		} catch (e) {
			toast(sentence(e), true);
		}
	}
	return <>
		<Head title={t("Charging")} about={t("One record for each " +
		    "chargeable fact, in files without a gap in their " +
		    "numbers.")}>
			<Link class="button" to="/settings/charging">{t(
			    "Settings")}</Link>
			{allowed(exports_) &&
			    <button type="button" onClick={() =>
			    setAsking(true)}>{t("Export …")}</button>}
			{allowed(close) && <button type="button"
			    onClick={closeNow}>{t(
			    "Close the open file")}</button>}
		</Head>
		<Card title={t("Writing")}>{state.error ?
		    <Fault error={state.error} /> :
		    !d ? <Busy /> : <Facts rows={[
			[t("State"), d.fault ? <Status state="critical"
			    label={String(d.fault)} /> : <Status state="ok" />],
			[t("Written"), count(Number(d.written))],
			[t("Still to write"), count(Number(d.backlog))],
			[t("Behind"), seconds(Number(d.behind_ms) / 1000)],
		]} />}</Card>
		<Table path="/charging/files" op={op("charging files")}
		    caption={t("Files")} version={turn} id={(r) => String(
		    r.file)}
		    columns={[
			{ name: "file" }, { name: "state", fact: true },
			{ name: "first", label: t("First record"),
			    numeric: true },
			{ name: "size", numeric: true, fact: true,
			  render: (r) => bytes(Number(r.size)) },
			{ name: "changed" },
			{ name: "sha256", label: t("SHA-256"), hidden: true },
		    ]} empty={<Empty title={t("No file yet")}><p>{t(
		    "A file begins with the first record.")}</p></Empty>} />
		{asking && exports_ && <OpDialog op={exports_} label={t(
		    "Save it")}
		    close={() => setAsking(false)} done={(a, v) => saveAs(
		    `charging.${v.format ?? "jsonl"}`, "text/plain",
		    String(a.text ?? JSON.stringify(a)))} />}
	</>;
}

/* --- audit ------------------------------------------------------------------------------ */

export function Audit(): VNode {
	const [asking, setAsking] = useState(false);
	const [proof, setProof] = useState<Row | null>(null);
	const [error, setError] = useState<unknown>(null);
	const verify = op("audit verify"), exports_ = op("audit export");

	async function prove() {
		setError(null);
		try {
			setProof((await run(verify!, {})).data);
		} catch (e) {
			setError(e);
		}
	}
	return <>
		<Head title={t("Audit")} about={t(
		    "Who did what, when, from where " +
		    "and with what outcome. Each row holds a hash of the " +
		    "one before it.")}>
			{allowed(exports_) &&
			    <button type="button" onClick={() =>
			    setAsking(true)}>{t("Export …")}</button>}
			{allowed(verify) &&
			    <button type="button" onClick={prove}>
			{t("Verify the chain")}</button>}
		</Head>
		<div role="status">
			{error !== null && <Fault error={error} />}
			{proof && <Notice tone={proof.broken ? "bad" :
			    "good"}><p>{
			    proof.broken ? t("Row {n} was changed: {why}", {
			    n: String(proof.broken), why: String(proof.why) }) :
			    t("All {n} rows are as they were written.", {
			    n: count(Number(proof.rows)) })}</p></Notice>}
		</div>
		<Table path="/audit" op={op("show audit")} caption={t("Audit")}
		    id={(r) => String(
		    r.id)} topic="audit" everyMs={10000} columns={[
			{ name: "time" }, { name: "actor", fact: true },
			{ name: "via" }, { name: "action", fact: true },
			{ name: "object", fact: true }, { name: "result" },
			{ name: "detail" }, { name: "peer", label: t("From"),
			  hidden: true },
			{ name: "id", hidden: true },
		    ]} empty={<Empty title={t("Nothing was done yet")} />} />
		{asking && exports_ && <OpDialog op={exports_} label={t(
		    "Save it")}
		    close={() => setAsking(false)} done={(a, v) => saveAs(
		    `audit.${v.format ?? "jsonl"}`, "text/plain",
		    String(a.text ?? JSON.stringify(a)))} />}
	</>;
}

/* --- log ----------------------------------------------------------------------------------- */

interface Line {
	time: string;
	level: string;
	module: string;
	text: string;
}

const KEPT = 2000;
const LEVELS = ["error", "warn", "info", "debug"];
const STATE: Record<string, string> = { error: "critical", warn: "warn" };

export function Log(): VNode {
	const [lines, setLines] = useState<Line[]>([]);
	const asked = place.value.query.get("level") ?? "";
	const least = LEVELS.includes(asked) ? asked : "debug";
	const text = place.value.query.get("contains") ?? "";
	const [held, setHeld] = useState(false);
	const hold = useRef(false);
	const waiting = useRef<Line[]>([]);

	hold.current = held;
	useEffect(() => {
		const end = watch("log", (data) => {
			waiting.current.push(data as unknown as Line);
		});
		const t = setInterval(() => {
			if (hold.current || waiting.current.length === 0)
				return;
			const more = waiting.current.splice(0).reverse();

			setLines((now) => [...more, ...now].slice(0, KEPT));
		}, 250);

		return () => { clearInterval(t); end(); };
	}, []);
	const found = lines.filter((l) => LEVELS.indexOf(l.level) <=
	    LEVELS.indexOf(least) && (!text || `${l.module} ${l.text}`
	    .toLowerCase().includes(text.toLowerCase())));
	const shown = found.slice(0, 400);

	return <>
		<Head title={t("Log")} about={t(
		    "What the daemon says, as it says " +
		    "it, the newest on top. What was before is in the " +
		    "journal of the machine.")}>
			<button type="button" aria-pressed={held} onClick={() =>
			    setHeld(!held)}>{held ? t("Go on") : t(
			    "Hold")}</button>
			<button type="button" onClick={() =>
			    saveAs("parley.log",
			    "text/plain", [...found].reverse().map((l) =>
			    `${l.time} ${l.level} ${l.module}: ${l.text}`)
			    .join("\n") + "\n")}>{t("Save")}</button>
		</Head>
		<div class="filter-row" role="search">
			<div class="field"><label for="least">{t(
			    "Level")}</label>
			<select id="least" value={least} onChange={(e) => {
			    const v = e.currentTarget.value;

			    query({ level: v === "debug" ? undefined : v });
			}}>{LEVELS.map((l) => <option
			    key={l} value={l}>{l === "debug" ? t("everything") :
			    t("{level} and worse", { level: term(
			    l) })}</option>)}</select></div>
			<div class="field"><label for="find">{t(
			    "Contains")}</label>
			<input id="find" value={text} onInput={(e) => query({
			    contains: e.currentTarget.value })}
			    autocomplete="off" /></div>
			<span class="soft">{alive.value ? held ? t("held") : t(
			    "live") :
			    t("no stream: the daemon does not answer")}</span>
		</div>
		{shown.length === 0 ? <Empty title={t("Nothing was said " +
		    "since you opened this page")}><p>{t(
		    "Leave it open while " +
		    "something happens. What was before: {command}", {
		    command: "journalctl -u parleyd" })}</p></Empty> :
		    <ol class="log" tabIndex={0}
		    aria-label={t("Log")}>{shown.map((l, i) => <li
		    key={`${l.time}${i}${l.text}`}>
			<time>{clock(l.time, "milli")}</time>
			<span class="level">{STATE[l.level] ? <Status
			    state={STATE[l.level]} label={l.level} /> :
			    l.level}</span>
			<span class="soft">{l.module}</span> <span>{l.text}</span>
		</li>)}</ol>}
	</>;
}
