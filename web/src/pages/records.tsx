// records.tsx - charging records, audit.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { get, sentence, type Row } from "../lib/api";
import { bytes, count, seconds } from "../lib/format";
import { t } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { Link } from "../lib/router";
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
