// log.tsx - the log: what was said lately, and what is said as it comes.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { list, sentence } from "../lib/api";
import { alive, watch } from "../lib/events";
import { clock } from "../lib/format";
import { t, term, tx } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { place, query } from "../lib/router";
import { Dialog, Empty, Head, Notice, Status, Time, toast, useLoad }
    from "../ui/bits";
import { OpForm } from "../ui/form";
import { saveAs } from "../ui/rows";

interface Line {
	time: string;
	level: string;
	module: string;
	text: string;
}

const KEPT = 2000;
const LEVELS = ["error", "warn", "info", "debug"];
const STATE: Record<string, string> = { error: "critical", warn: "warn" };

const same = (a: Line, b: Line) => a.time === b.time && a.text === b.text;

/* What was said before we came, where the daemon remembers it. */
async function before(): Promise<Line[]> {
	const of = op("show log");

	return allowed(of) ? ((await list(of!.path, { limit: String(KEPT) }))
	    .items as unknown as Line[]).reverse() : [];
}

/* What is written more or less of, for a while. */
function Levels(): VNode | null {
	const of = op("log levels"), set = op("log level"),
	    reset = op("log reset");
	const [asked, ask] = useState(false);
	const levels = useLoad(async (stop) => allowed(of) ? (await list(
	    of!.path, {}, stop)).items : [], [], 5000);
	const now = levels.data?.filter((l) => l.until) ?? [];

	async function back(module: string) {
		try {
			await run(reset!, { module });
		} catch (e) {
			toast(sentence(e), true);
		}
		levels.again();
	}
	if (!allowed(of) || !allowed(set))
		return null;
	return <>
		<p class="buttons"><button type="button" class="small"
		    onClick={() => ask(true)}>{t("Write more or less …")}</button>
		</p>
		{now.length > 0 && <Notice tone="warn"><ul class="rows">
		    {now.map((l) => <li key={String(l.module)}><span
			class="grow">{tx("{module} writes {level} until {when}.", {
			module: <b>{String(l.module)}</b>, level: term(String(
			l.level)), when: <Time at={l.until} /> })}</span>
			{allowed(reset) && <button type="button" class="small"
			    onClick={() => back(String(l.module))}>{t(
			    "End it")}</button>}</li>)}</ul></Notice>}
		{asked && <Dialog title={t("What is written")} close={() =>
		    ask(false)}><OpForm op={set!} given={{ module: "all" }}
		    label={t("Write this")} cancel={() => ask(false)}
		    done={() => { ask(false); levels.again(); }} /></Dialog>}
	</>;
}

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
		before().then((old) => setLines((now) => [...now, ...old.filter(
		    (o) => !now.some((n) => same(n, o)))].slice(0, KEPT)),
		    (e) => toast(sentence(e), true));
		const end = watch("log", (data) => {
			waiting.current.push(data as unknown as Line);
		});
		const t = setInterval(() => {
			if (hold.current || waiting.current.length === 0)
				return;
			const more = waiting.current.splice(0).reverse();

			setLines((now) => [...more.filter((m) => !now.slice(0,
			    100).some((n) => same(n, m))), ...now]
			    .slice(0, KEPT));
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
		    "it, the newest on top. What is older is in the journal " +
		    "of the machine.")}>
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
		<Levels />
		{shown.length === 0 ? <Empty title={t("Nothing was said")}><p>
		    {tx("Leave this page open while something happens. What " +
		    "was before: {command}", { command: <code>journalctl -u
		    parleyd</code> })}</p></Empty> :
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
