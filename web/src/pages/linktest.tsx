// linktest.tsx - the test of a link as a row of stages with their times.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { list, sentence, type Row } from "../lib/api";
import { draft } from "../lib/draft";
import { count, time } from "../lib/format";
import { t } from "../lib/lang";
import { allowed, op, run, shellLine, type Values } from "../lib/meta";
import { Card, Copy, Notice, Shell, Status, useLoad } from "../ui/bits";
import { Field, fieldOfArg } from "../ui/field";
import { Cancel, isRunning, jobId, useJob } from "./works";

interface Stage {
	stage: string;
	result: string;
	ms: number;
	detail: string;
	remedy: string;
}

const TITLES: Record<string, string> = {
	resolve: t("Find the address"), connect: t("Connect"), tls: "TLS",
	bind: t("Bind"), echo: t("Ask if it is there"),
	submit: t("Send a message"), unbind: t("Unbind"),
};

function Stages({ all }: { all: Stage[] }): VNode {
	return <ol class="stages">{all.map((s, i) => <li key={s.stage}
	    class={s.result}>
		<b>{i + 1} {TITLES[s.stage] ?? s.stage}</b>
		<Status state={s.result} />
		{s.result === "ok" || s.result === "failed" ? <span class="ms">{
		    Number(s.ms) < 1 ? "<1" : count(Number(s.ms))} ms</span> :
		    null}
		{s.detail && <small lang="en">{s.detail}</small>}
	</li>)}</ol>;
}

const report = (name: string, job: Row, all: Stage[]): string => [
	`test gateway ${name}, ${String(job.began)}: ${String(job.state)}`,
	...all.map((s, i) => `${i + 1} ${s.stage}: ${s.result}` +
	    (s.result === "ok" || s.result === "failed" ? `, ${s.ms} ms` : "") +
	    (s.detail ? `, ${s.detail}` : "") + (s.remedy ? `; ${s.remedy}` :
	    "")),
	...job.why ? [String(job.why)] : []].join("\n") + "\n";

function Result({ name, job, again }: { name: string; job: Row;
    again: () => void }): VNode {
	const all = (job.stages ?? []) as Stage[];
	const bad = all.find((s) => s.result === "failed");

	return <div role="status">
		<Stages all={all} />
		{bad ? <Notice tone="bad"><p><b>{t("Stopped at: {stage}.",
		    { stage: TITLES[bad.stage] ?? bad.stage })}</b>{" "}
		    <span lang="en">{bad.detail}</span></p>
		    {bad.remedy && <p lang="en">{bad.remedy}</p>}</Notice> :
		    job.state === "done" ? <Notice tone="good"><p>{t(
		    "The link works.")}</p></Notice> : job.why ? <Notice
		    tone="warn"><p>{String(job.why)}</p></Notice> : null}
		<p class="soft small">{t("Begun {when}", { when: time(
		    String(job.began)) })} <Cancel job={job} again={again} />
		    {!isRunning(job) && <Copy text={report(name, job, all)}
		    label={t("Copy the report")} />}</p>
	</div>;
}

export function LinkTest({ name }: { name: string }): VNode | null {
	const o = op("test gateway");
	const [texts, setTexts] = useState<Record<string, string>>({});
	const [began, setBegan] = useState<string | null>(null);
	const [error, setError] = useState<unknown>(null);
	const before = useLoad(async (stop) => allowed(op("show jobs")) ?
	    (await list("/jobs", {}, stop)).items.find((j) =>
	    j.object === name &&
	    j.kind === "gateway-test") : undefined, [name]);
	const job = useJob(began ?? (before.data ? jobId(before.data) : null));
	const running = isRunning(job.data ?? undefined);
	const mine = draft.value?.changes.some((c) => c.path.startsWith(
	    `gateway ${name} `));

	if (!o || !allowed(o))
		return null;
	const args = o.args.filter((a) => a.name === "to" || a.name === "text");
	const values: Values = { name, ...texts };

	async function begin(e: Event) {
		e.preventDefault();
		setError(null);
		try {
			setBegan(jobId((await run(o!, values)).data));
		} catch (e) {
			setError(e);
		}
	}
	return <Card title={t("Test of the link")} aside={<span class="soft">{t(
	    "a connection of its own; traffic goes on")}</span>}>
		{job.data && <Result name={name} job={job.data}
		    again={job.again} />}
		<form class="form" onSubmit={begin}>
			<div class="grid">{args.map((a) => <Field key={a.name}
			    row={{ ...fieldOfArg(a), label: a.name === "to" ?
			    t("Send a message to") : t("Text of it") }}
			    value={texts[a.name] ?? ""} set={(v) => setTexts({
			    ...texts, [a.name]: v })} />)}</div>
			{mine && o.args.some((a) => a.name === "draft") && <p
			    class="chips"><label><input type="checkbox"
			    checked={!!texts.draft} onChange={(e) => setTexts({
			    ...texts, draft: e.currentTarget.checked ? "main" :
			    "" })} /> {t("with the changes in your draft")}
			    </label></p>}
			{error !== null && <Notice tone="bad"><p role="alert">{
			    sentence(error)}</p></Notice>}
			<Shell line={shellLine(o, values)} />
			<div class="buttons"><button class="main"
			    disabled={running}>{running ? t("Testing …") :
			    t("Test the link")}</button></div>
		</form>
	</Card>;
}
