// records.tsx - charging records, the log as it comes, audit.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { get, sentence, type Row } from "../lib/api";
import { alive, watch } from "../lib/events";
import { bytes, count, seconds, time } from "../lib/format";
import { allowed, op, run } from "../lib/meta";
import { Link } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Notice, Status, toast,
    useLoad } from "../ui/bits";
import { saveAs, Table } from "../ui/table";
import { OpDialog } from "../ui/form";
import { ListPage, version } from "./lists";
import { Explained } from "./objects";

/* --- charging -------------------------------------------------------------------------- */

export function Charging(): VNode {
	const [asking, setAsking] = useState(false);
	const [turn, setTurn] = useState(0);
	const state = useLoad((stop) => get("/charging", {}, stop), [turn], 5000);
	const close = op("charging close"), exports_ = op("charging export");
	const d = state.data;

	async function closeNow() {
		try {
			await run(close!, {});
			toast("The open file is closed; the next record begins a new " +
			    "one.");
			setTurn(turn + 1);
		} catch (e) {
			toast(sentence(e), true);
		}
	}
	return <>
		<Head title="Charging" about="One record for each chargeable fact, in
		files without a gap in their numbers.">
			<Link class="button" to="/settings/charging">Settings</Link>
			{allowed(exports_) && <button type="button" onClick={() =>
			    setAsking(true)}>Export …</button>}
			{allowed(close) && <button type="button"
			    onClick={closeNow}>Close the open file</button>}
		</Head>
		<Card title="Writing">{state.error ? <Fault error={state.error} /> :
		    !d ? <Busy /> : <Facts rows={[
			["State", d.fault ? <Status state="critical"
			    label={String(d.fault)} /> : <Status state="ok" />],
			["Written", count(Number(d.written))],
			["Still to write", count(Number(d.backlog))],
			["Behind", seconds(Number(d.behind_ms) / 1000)],
		]} />}</Card>
		<Table path="/charging/files" op={op("charging files")}
		    caption="Files" version={turn} id={(r) => String(r.file)}
		    columns={[
			{ name: "file" }, { name: "state", fact: true },
			{ name: "first", label: "First record", numeric: true },
			{ name: "size", numeric: true, fact: true,
			  render: (r) => bytes(Number(r.size)) },
			{ name: "changed" },
			{ name: "sha256", label: "SHA-256", hidden: true },
		    ]} empty={<Empty title="No file yet"><p>A file begins with the
			first record.</p></Empty>} />
		{asking && exports_ && <OpDialog op={exports_} label="Save it"
		    close={() => setAsking(false)} done={(a, v) => saveAs(
		    `charging.${v.format ?? "jsonl"}`, "text/plain",
		    String(a.text ?? JSON.stringify(a)))} />}
	</>;
}

/* --- backup ------------------------------------------------------------------------ */

const RUNNING = new Set(["running", "waiting"]);

function Job({ version, done }: { version: number; done: () => void }):
    VNode | null {
	const job = useLoad((stop) => get("/backups/job", {}, stop), [version],
	    700);
	const d = job.data;
	const running = !!d && RUNNING.has(String(d.state));
	const was = useRef(false);
	const cancel = op("backup cancel");

	useEffect(() => {
		if (was.current && !running)
			done();
		was.current = running;
	}, [running]);
	if (!d || !d.state || !d.began)
		return null;
	return <Card title={`Last work: ${String(d.what)}`} aside={running &&
	    allowed(cancel) && <button type="button" onClick={() => run(cancel!,
	    {}).catch((e) => toast(sentence(e), true))}>Cancel</button>}>
		<Facts rows={[
			["State", <Status state={String(d.state)} />],
			...d.name ? [["File", String(d.name)] as [string, string]] : [],
			...running ? [["Progress", <><progress aria-label="Progress"
			    max={Number(d.total) || 1} value={Number(d.done)} />{" "}
			    {bytes(Number(d.done))} of {bytes(Number(d.total))}</>] as
			    [string, VNode]] : [],
			["Began", time(String(d.began))],
			...d.why ? [["Says", String(d.why)] as [string, string]] : [],
			...d.found ? [["Found", <Explained text={String(d.found)} />] as
			    [string, VNode]] : [],
		]} />
	</Card>;
}

/* What is in one file, and what is not. */
function Inside({ name }: { name: string }): VNode {
	const m = useLoad((stop) => get(`/backups/${encodeURIComponent(name)}`,
	    {}, stop), [name]);

	return m.error ? <Fault error={m.error} /> : !m.data ? <Busy /> :
	    <Explained text={String(m.data.text ?? "")} />;
}

export function Backups(): VNode {
	return <>
		<ListPage title="Backup" about="Everything in one file, made while
		messages flow. Verify one now and then: it is restored to a scratch
		place. Sessions and tokens are never in it."
		    command="backup list" path="/backups"
		    id={(r) => String(r.name)}
		    ids={(r) => ({ name: String(r.name) })} columns={[
			{ name: "name", label: "File" },
			{ name: "time", label: "Made", fact: true },
			{ name: "size", numeric: true, fact: true,
			  render: (r) => bytes(Number(r.size)) },
		    ]} drawer={(r) => <Inside name={String(r.name)} />}
		    empty={<Empty title="No backup yet"><p>Make one before you
			need it.</p></Empty>} />
		<Job version={version.value} done={() => { version.value++; }} />
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
		<Head title="Audit" about="Who did what, when, from where and with what
		outcome. Each row holds a hash of the one before it.">
			{allowed(exports_) && <button type="button" onClick={() =>
			    setAsking(true)}>Export …</button>}
			{allowed(verify) && <button type="button" onClick={prove}>
			Verify the chain</button>}
		</Head>
		<div role="status">
			{error !== null && <Fault error={error} />}
			{proof && <Notice tone={proof.broken ? "bad" : "good"}><p>{
			    proof.broken ? `Row ${proof.broken} was changed: ${
			    proof.why}` : `All ${proof.rows} rows are as they were ` +
			    "written."}</p></Notice>}
		</div>
		<Table path="/audit" op={op("show audit")} caption="Audit"
		    id={(r) => String(r.id)} topic="audit" everyMs={10000} columns={[
			{ name: "time" }, { name: "actor", fact: true },
			{ name: "via" }, { name: "action", fact: true },
			{ name: "object", fact: true }, { name: "result" },
			{ name: "detail" }, { name: "peer", label: "From",
			  hidden: true },
			{ name: "id", hidden: true },
		    ]} empty={<Empty title="Nothing was done yet" />} />
		{asking && exports_ && <OpDialog op={exports_} label="Save it"
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
	const [least, setLeast] = useState("debug");
	const [text, setText] = useState("");
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
	const shown = lines.filter((l) => LEVELS.indexOf(l.level) <=
	    LEVELS.indexOf(least) && (!text || `${l.module} ${l.text}`
	    .toLowerCase().includes(text.toLowerCase()))).slice(0, 400);

	return <>
		<Head title="Log" about="What the daemon says, as it says it, the newest
		on top. What was before is in the journal of the machine.">
			<button type="button" aria-pressed={held} onClick={() =>
			    setHeld(!held)}>{held ? "Go on" : "Hold"}</button>
			<button type="button" onClick={() => saveAs("parley.log",
			    "text/plain", [...lines].reverse().map((l) =>
			    `${l.time} ${l.level} ${l.module}: ${l.text}`)
			    .join("\n") + "\n")}>Save</button>
		</Head>
		<div class="filter-row" role="search">
			<div class="field"><label for="least">Level</label>
			<select id="least" value={least} onChange={(e) => setLeast(
			    e.currentTarget.value)}>{LEVELS.map((l) => <option
			    key={l} value={l}>{l === "debug" ? "everything" :
			    `${l} and worse`}</option>)}</select></div>
			<div class="field"><label for="find">Contains</label>
			<input id="find" value={text} onInput={(e) => setText(
			    e.currentTarget.value)} autocomplete="off" /></div>
			<span class="soft">{alive.value ? held ? "held" : "live" :
			    "no stream: the daemon does not answer"}</span>
		</div>
		{shown.length === 0 ? <Empty title="Nothing was said since you opened
		this page" /> : <ol class="log" tabIndex={0}
		    aria-label="Log">{shown.map((l, i) => <li
		    key={`${l.time}${i}${l.text}`}>
			<time>{time(l.time, true).slice(11, 23)}</time>
			<span class="level">{STATE[l.level] ? <Status
			    state={STATE[l.level]} label={l.level} /> : l.level}</span>
			<span class="soft">{l.module}</span> <span>{l.text}</span>
		</li>)}</ol>}
	</>;
}
