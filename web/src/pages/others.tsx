// others.tsx - the drafts of others, for who may commit them.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { call, get, list, sentence, session, type Row } from "../lib/api";
import { inForce, loadPending, type Checked } from "../lib/draft";
import { many, t } from "../lib/lang";
import { allowed, op } from "../lib/meta";
import { Link, query } from "../lib/router";
import { Busy, Card, Empty, Fault, Head, Notice, Shell, Time, toast, useLoad }
    from "../ui/bits";
import { Explained } from "../ui/explained";
import { Field } from "../ui/field";

const mayCommit = () => allowed(op("configuration draft commit")) &&
	!!op("configuration draft commit")!.args.some((a) =>
	    a.name === "owner");

export function OthersDrafts(): VNode | null {
	const may = mayCommit();
	const { data } = useLoad(async (stop) => may ? (await list(
	    "/config/drafts", { all: "on" }, stop)).items.filter((d) =>
	    d.owner !== session.value?.name && Number(d.staged) > 0) : [],
	    [may, inForce.value], 10000, "config");

	return !data?.length ? null : <Card title={t("Drafts of others")}>
		<ul class="rows">{data.map((d) =>
		    <li key={`${d.owner} ${d.draft}`}>
			<span class="grow"><b>{String(d.owner)}</b>{" "}
			    <span class="soft">{String(d.draft)}, {many(Number(
			    d.staged), "{n} staged", "{n} staged")}{d.changed ?
			    <>, <Time at={d.changed} /></> : null}</span></span>
			<Link class="button" to={`/draft?${new URLSearchParams({
			    owner: String(d.owner), name: String(
			    d.draft) })}`}>{t(
			    "Look at it")}</Link></li>)}</ul>
	</Card>;
}

export function OtherDraft({ owner, name }: { owner: string; name: string }):
    VNode {
	const path = `/config/drafts/${encodeURIComponent(name)}`;
	const [comment, setComment] = useState("");
	const [refused, setRefused] = useState<unknown>(null);
	const draft = useLoad((stop) => get(path, { owner }, stop),
	    [owner, name, inForce.value]);
	const d = draft.data;
	const check = useLoad(async () => d ? (await call(`${path}/check`, {
	    method: "POST", body: { owner } })).data as unknown as Checked :
	    undefined, [d?.tag]);
	const sentences = (d?.sentences ?? []) as string[];

	async function commit(e: Event) {
		e.preventDefault();
		setRefused(null);
		try {
			const { data } = await call(`${path}/commit`,
			    { method: "POST",
			    body: { owner, ...comment ? { comment } : {},
				expect_running: d!.running, expect_tag: d!.tag,
				...check.data?.lockout ? { revert_in_s:
				    check.data.revert_in_s || 120 } : {} } });

			toast(t("Revision {n} is in force and on disk.", {
			    n: String(data.revision) }));
			await loadPending();
			query({ owner: undefined, name: undefined });
		} catch (e) {
			setRefused(e);
		}
	}
	return <>
		<Head back={<Link to="/draft">{t("Review changes")}</Link>}
		    title={t("Draft of {who}", { who: owner })} about={name} />
		{draft.error ? <Fault error={draft.error} again={draft.again} /> :
		    !d ? <Busy /> : sentences.length === 0 && !(d.changes as
		    Row[])?.length ? <Empty title={t("Nothing is staged")} /> :
		    <>
			<Card title={t("What changes")}>
				<ul class="sentences" lang="en">{sentences.map((s) =>
				    <li key={s}>{s}</li>)}</ul>
				{d.text ? <details><summary>{t(
				    "As a text diff")}
				    </summary><Explained text={String(
				    d.text)} />
				    </details> : null}
			</Card>
			{check.error ? <Fault error={check.error} /> : null}
			{check.data?.errors.map((e) => <Notice tone="bad"
			    key={e}><p lang="en">{e}</p></Notice>)}
			<form class="card form" onSubmit={commit}>
				<Field row={{ name: "comment", kind: "text",
				    label: t("Comment"), help: t(
				    "why, for those who " +
				    "read the history") }} value={comment}
				    set={setComment} />
				{check.data?.lockout &&
				    <Notice tone="warn"><p>{t(
				    "This can cut you off: it is undone unless it " +
				    "is kept.")}</p></Notice>}
				{refused !== null && <Notice tone="bad"><p
				    role="alert">{sentence(refused)}</p></Notice>}
				<Shell line={`parley configuration draft commit ${
				    name} --owner ${owner} --expect-tag ${
				    d.tag}`} />
				<div class="buttons"><button class="main"
				    disabled={!check.data?.ok}>{t(
				    "Commit")}</button>
				</div>
			</form></>}
	</>;
}
