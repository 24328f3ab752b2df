// works.tsx - what runs for a while: how far it is, and how to stop it.

import type { ComponentChildren, VNode } from "preact";

import { get, list, sentence, type Row } from "../lib/api";
import { count, words } from "../lib/format";
import { many, t, tx } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { Card, Fault, Status, Time, toast, useLoad, type Loaded }
    from "../ui/bits";

export const isRunning = (job: Row | undefined) =>
	job?.state === "running" || job?.state === "waiting";

/* "/api/v1/jobs/7" or 7, as a job's own answer says it. */
export const jobId = (job: Row): string =>
	String(job.id ?? String(job.job ?? "").split("/").pop());

/* One job, followed until it ends. */
export function useJob(id: string | null): Loaded<Row | null> {
	const loaded = useLoad(async (stop) => id === null ? null :
	    await get(`/jobs/${id}`, {}, stop), [id]);
	const running = isRunning(loaded.data ?? undefined);

	useLoad(async () => {
		if (running)
			loaded.again();
	}, [running], running ? 300 : 0);
	return loaded;
}

export async function cancel(id: string, again: () => void): Promise<void> {
	try {
		await run(op("job cancel")!, { id });
	} catch (e) {
		toast(sentence(e), true);
	}
	again();
}

export function Cancel({ job, again }: { job: Row; again: () => void }):
    VNode | null {
	return isRunning(job) && allowed(op("job cancel")) ?
	    <button type="button"
	    class="small" onClick={() => cancel(jobId(job), again)}>{t(
	    "Cancel")}</button> : null;
}

export function Far({ job }: { job: Row }): VNode {
	const done = Number(job.done ?? 0), total = Number(job.total ?? 0);

	return <>
		{isRunning(job) && <progress aria-label={t("Progress")}
		    max={total || undefined} value={total ? done :
		    undefined} />}
		{total > 0 && <span class="n"> {count(done)}/{count(total)}</span>}
	</>;
}

/* The newest works of these kinds. */
export function Works({ kinds, title, none }: { kinds: string[];
    title: string; none?: ComponentChildren }): VNode | null {
	const may = allowed(op("show jobs"));
	const { data, error, again } = useLoad(async (stop) => may ?
	    (await list(
	    "/jobs", {}, stop)).items.filter((j) => kinds.includes(
	    String(j.kind))).slice(0, 8) : [], [may], 2000, "work");

	if (!may || !data || data.length === 0 && !none)
		return null;
	return <Card title={title}>
		{error ? <Fault error={error} again={again} /> : null}
		{data.length === 0 ? none : <ul class="rows">{data.map((j) =>
		    <li
		    key={jobId(j)}>
			<span class="grow"><b>{words(String(j.kind))}</b>{" "}
			    {String(j.object)} <small class="soft">{tx(
			    "{when} by {who}", { when: <Time at={j.began} />,
			    who: String(j.by) })}</small>
			    {j.why ? <small class="error"> {String(
			    j.why)}</small> :
			    null}</span>
			<span><Far job={j} />{Number(j.errors) > 0 && <span
			    class="error"> {many(Number(j.errors),
			    "{n} error", "{n} errors")}</span>}
			    {Number(j.skipped) > 0 && <span class="soft"> {t(
			    "{n} left alone: under way",
			    { n: count(Number(j.skipped)) })}</span>}</span>
			<Status state={String(j.state)} />
			<Cancel job={j} again={again} /></li>)}</ul>}
	</Card>;
}
