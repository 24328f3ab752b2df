// ownlists.tsx - the lists that a subscriber and its clients keep.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { list, type Row } from "../lib/api";
import { address, count } from "../lib/format";
import { many, t } from "../lib/lang";
import { actionsOf, allowed, op, run, shellLine } from "../lib/meta";
import { place, query } from "../lib/router";
import { Busy, Card, Empty, Fault, Menu, Shell, toast, useLoad, type Item }
    from "../ui/bits";
import { OpDialog } from "../ui/form";
import { Icon } from "../ui/icons";
import { saveAs } from "../ui/rows";
import { Table } from "../ui/table";
import type { Asked } from "./actions";
import { itemsOf, version } from "./lists";

const UNDER = "/subscribers/{subscriber}/lists";

function Members({ of, name, ask }: { of: string; name: string;
    ask: (a: Asked) => void }): VNode {
	const add = op("list member add");

	return <div class="inner">
		<div class="card-head"><h3>{t("On the list {name}",
		    { name })}</h3>
			{allowed(add) && <button type="button" class="small"
			    onClick={() => ask({ op: add!,
			    fixed: { subscriber: of,
			    list: name } })}><Icon name="plus" /> {t(
			    "Add a member")}</button>}</div>
		<Table path={`/subscribers/${encodeURIComponent(of)}/lists/${
		    encodeURIComponent(name)}/members`} quiet height="22rem"
		    caption={t("Members")} op={op("list members")} key={name}
		    version={version.value} id={(r) => String(r.address)}
		    columns={[{ name: "address", fact: true }, { name: "name",
			fact: true }]}
		    items={(r) =>
		    itemsOf(actionsOf(`${UNDER}/{list}/members`).row,
			{ subscriber: of, list: name, address: String(
			    r.address) },
			address(String(r.address)), r, ask,
			() => { version.value++; })}
		    empty={<Empty title={t("Nobody is on it")} />} />
	</div>;
}

/* A file that "import" takes again. */
async function save(of: string): Promise<void> {
	try {
		const { data } = await run(op("list export")!,
		    { subscriber: of });

		saveAs("lists.csv", "text/csv", String(data.text ?? ""));
	} catch (e) {
		toast((e as Error).message, true);
	}
}

export function OwnLists({ of }: { of: string }): VNode | null {
	const [asked, ask] = useState<Asked | null>(null);
	const may = allowed(op("show lists"));
	const lists = useLoad(async (stop) => may ? (await list(
	    `/subscribers/${encodeURIComponent(of)}/lists`, {}, stop)).items :
	    [],
	    [of, may, version.value]);
	const { create, row } = actionsOf(UNDER);
	const open = place.value.query.get("list");
	const again = () => { version.value++; };
	const import_ = op("list import"), export_ = op("list export");
	const nameOf = (r: Row) => String(r.list ?? r.name);
	const files: Item[] = [
		...allowed(import_) ? [{ label: t("Import a CSV file"),
		    help: import_!.help,
		    act: () => ask({ op: import_!, fixed: {} }) }] : [],
		...allowed(export_) ? [{ label: t("Save as CSV"),
		    help: t("all lists of this subscriber"),
		    act: () => save(of) }] : [],
	];

	if (!may)
		return null;
	return <Card title={t("Lists")} aside={<span class="buttons">
	    {create.filter(allowed).map((o) =>
	    <button type="button" class="small"
	    key={o.command} onClick={() => ask({ op: o,
	    fixed: { subscriber: of } })}><Icon name="plus" /> {t("Add a list")}
	    </button>)}<Menu label={t(
	    "Files of lists")} items={files} /></span>}>
		{lists.error ? <Fault error={lists.error} again={lists.again} /> :
		    !lists.data ? <Busy /> : lists.data.length === 0 ? <Empty
		    title={t("No list yet")}><p>{t(
		    "A phone keeps its lists here, " +
		    "and so may you: a message to a list reaches all on it.")}</p>
		    </Empty> : <ul class="rows">{lists.data.map((r) => <li
		    key={nameOf(r)}>
			<span class="grow"><button type="button" class="link"
			    aria-expanded={open === nameOf(r)} onClick={() =>
			    query({
			    list: open === nameOf(r) ? undefined :
			    nameOf(r) })}>{
			    nameOf(r)}</button>{" "}
			    <span class="soft">{r.title ? String(r.title) : ""}
			    </span></span>
			{r.members !== undefined && <span class="n">{many(
			    Number(
			    r.members), "{n} member", "{n} members", { n:
			    count(Number(r.members)) })}</span>}
			<Menu label={t("Actions for {name}",
			    { name: nameOf(r) })}
			    items={itemsOf(row, { subscriber: of,
			    list: nameOf(r) },
			    nameOf(r), r, ask, again)} /></li>)}</ul>}
		{open && lists.data?.some((r) => nameOf(r) === open) && <Members
		    of={of} name={open} ask={ask} />}
		{op("show lists") && <Shell line={shellLine(op("show lists")!,
		    { subscriber: of })} />}
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); again(); }} />}
	</Card>;
}
