// imports.tsx - files of people and groups: how far each is, what was refused.

import type { VNode } from "preact";

import { sentence, type Row } from "../lib/api";
import { count, words } from "../lib/format";
import { many, t } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { query } from "../lib/router";
import { Empty, Facts, toast, Value } from "../ui/bits";
import { ListPage, version } from "./lists";
import { isRunning, Works } from "./works";

/* What was written by then stays, and is said. */
async function stop(r: Row): Promise<void> {
	try {
		const { data } = await run(op("import cancel")!, {
		    id: String(r.id) });

		toast(t("Import {id} is cancelled; {added} added and {updated} " +
		    "changed by it stay.", { id: String(r.id),
		    added: count(Number(data.added)),
		    updated: count(Number(data.updated)) }));
	} catch (e) {
		toast(sentence(e), true);
	}
	version.value++;
}

function Stop({ r }: { r: Row }): VNode | null {
	return isRunning(r) && allowed(op("import cancel")) ? <button
	    type="button" class="small" onClick={() => stop(r)}>{t("Cancel")}
	    </button> : null;
}

function Refused({ r }: { r: Row }): VNode {
	const problems = Array.isArray(r.problems) ? r.problems as Row[] : [];

	return <>
		<Facts rows={Object.entries(r).filter(([n]) => n !== "problems")
		    .map(([n, v]) => [words(n),
		    <Value name={n} value={v} />])} />
		{problems.length > 0 && <><h3>{t("What was refused")}</h3>
			<ol class="sentences" lang="en">{problems.map((p, i) =>
			    <li
			    key={i}>{p.line ?
			    `${t("Line {n}:", { n: String(p.line)
			    })} ` : ""}{String(p.text ?? JSON.stringify(p))}</li>)}</ol></>}
	</>;
}

const add = (command: string, label: string) =>
	<p><button type="button" onClick={() => query({ do: command })}>{label}
	</button></p>;

export const Imports = () => <><ListPage title={t("Import")}
    about={t("Files of subscribers and groups; each import is checked as a " +
    "whole and counted.")} command="show imports" path="/imports" everyMs={1000}
    topic="jobs"
    id={(r) => String(r.id)} ids={(r) => ({ id: String(r.id) })}
    create={["group import", "list import"]}
    fits={(o, r) => !/cancel$/.test(o.command) || isRunning(r)}
    drawer={(r) => <Refused r={r} />}
    columns={[
	{ name: "id", label: t("Import") },
	{ name: "state", fact: true },
	{ name: "done", label: t("Progress"), fact: true, render: (r) => <span>
	    <progress max={Number(r.total) || 1} value={Number(r.done)}
	    aria-label={t("Progress")} /> {count(Number(r.done))}/
	    {count(Number(r.total))} <Stop r={r} /></span> },
	{ name: "added", numeric: true }, { name: "updated", numeric: true },
	{ name: "errors", numeric: true }, { name: "started" },
	{ name: "ended" },
	{ name: "problems", wrap: true, render: (r) => Array.isArray(r.problems)
	    && r.problems.length ? <span>{many(r.problems.length,
	    "{n} row refused", "{n} rows refused")}</span> :
	    <span class="soft">–</span> },
    ]} empty={<Empty title={t("Nothing was imported yet")}>{add("subscriber import",
	t("Import a CSV file"))}</Empty>} />
    <Works kinds={["subscriber-import", "group-import", "list-import"]}
    title={t("Last imports")} /></>;
