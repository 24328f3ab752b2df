// actions.tsx - what can be done with one object, from the rows of operations.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { type Row } from "../lib/api";
import { words } from "../lib/format";
import { t } from "../lib/lang";
import { actionsOf, allowed, initialOf, opAt, run, titleOf, type Op,
    type Values } from "../lib/meta";
import { go } from "../lib/router";
import { Busy, Card, Facts, Fault, Menu, toast, useLoad, Value }
    from "../ui/bits";
import { doNow, OpDialog, reversible, takenBack } from "../ui/form";
import { itemsOf, version } from "./lists";

export interface Asked {
	op: Op;
	fixed: Values;
	about?: string;
	initial?: Values;
}

/* The buttons that an object's operations give; what deletes is last. */
export function Actions({ path, ids, about, row, done, gone }: { path: string;
    ids: Values; about: string; row: Row; done: () => void; gone: string }):
    VNode {
	const [asked, ask] = useState<Asked | null>(null);
	const ops = actionsOf(path).row.filter((o) => allowed(o) &&
	    /^[^{]*\{[^}]*\}(\/[^{/]+)?$/.test(o.path));
	const state = String(row.state ?? "");
	const held = (Array.isArray(row.overrides) ? row.overrides as Row[] :
	    []).map((o) => String(o.what));
	const useless = (o: Op) => Object.entries({
		resume: state === "active", suspend: state === "suspended",
		enable: !held.includes("drain") && !held.includes("disable"),
		"clear-override": held.length === 0,
		drain: held.includes("drain"),
		    disable: held.includes("disable"),
	}).some(([last, is]) => is && o.command.endsWith(` ${last}`) &&
	    (row.overrides !== undefined || /resume|suspend/.test(last)));
	const first = ops.filter((o) => o.method === "PATCH" || reversible(o) ||
	    takenBack(o))
	    .filter((o) => !useless(o));

	return <>
		{first.map((o) => <button type="button" key={o.command}
		    class={o.method === "PATCH" ? "main" : ""}
		    onClick={() => reversible(o) ? void doNow(o, ids, about,
		    done) :
		    ask({ op: o, fixed: ids, about,
			initial: initialOf(o, row) })}>
			{o.method === "PATCH" ? t("Edit") :
			    words(o.command.split(" ").pop()!)}</button>)}
		<Menu label={t("More")} items={itemsOf(ops.filter((o) =>
		    !first.includes(o) && !useless(o)), ids, about, row, ask,
		    done)} />
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => {
			toast(t("{what}: done.", { what: titleOf(asked.op) }));
			version.value++;
			if (asked.op.method === "DELETE" &&
			    /\}$/.test(asked.op.path))
				go(gone);
			else
				done();
		    }} />}
	</>;
}

/* What else there is of it: one answer, and what can be done with it. */
export function Related({ title, path, under,
    ids }: { title: string; path: string;
    under: string; ids: Values }): VNode | null {
	const [asked, ask] = useState<Asked | null>(null);
	const of = opAt("GET", path);
	const loaded = useLoad(async () => (await run(of!, ids)).data,
	    [JSON.stringify(ids), version.value]);
	const d = loaded.data;
	const { create, row } = actionsOf(under);
	const rows = Array.isArray(d?.items) ? d.items as Row[] : null;
	const about = String(Object.values(ids)[0]);
	const first = (r: Row) => {
		const name = under.split("/").pop()!.replace(/s$/, "");

		return String(r[name] ?? r.name ?? Object.values(r)[0]);
	};
	const rest = (r: Row) => Object.entries(r).filter(([, v]) =>
	    v !== first(r) && v !== null && v !== "");
	const name = (r: Row) => ({ ...ids, [under.split("/").pop()!
	    .replace(/s$/, "")]: first(r) });

	if (!allowed(of))
		return null;
	return <Card title={title} aside={<Menu label={t("Actions for {name}",
	    { name: title })}
	    items={itemsOf(rows ? create : row, ids, about, d ?? {}, ask,
	    loaded.again)} />}>
		{loaded.error ? <Fault error={loaded.error}
		    again={loaded.again} /> : !d ? <Busy /> : !rows ?
		    <Facts rows={Object.entries(d).map(([n, v]) => [words(n),
		    <Value name={n} value={v} />])} /> : rows.length === 0 ?
		    <p class="soft">{t("None.")}</p> :
		    <ul class="rows">{rows.map((r) =>
		    <li key={first(r)}><span class="grow"><b>{first(r)}</b>{" "}
			{rest(r).map(([n, v]) => <span class="soft"
			    key={n}>{words(
			    n)}: <Value name={n} value={v} />{" "}
			</span>)}</span>
			<Menu label={t("Actions for {name}", {
			    name: first(r) })} items={itemsOf(row,
			    name(r), first(r), r, ask,
			    loaded.again)} /></li>)}</ul>}
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); loaded.again(); }} />}
	</Card>;
}
