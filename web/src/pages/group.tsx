// group.tsx - one group and its members.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { get } from "../lib/api";
import { address, words } from "../lib/format";
import { t } from "../lib/lang";
import { actionsOf, allowed, op } from "../lib/meta";
import { Link } from "../lib/router";
import { Busy, Card, Empty, Facts, Fault, Head, Status, toast, useLoad, Value }
    from "../ui/bits";
import { OpDialog } from "../ui/form";
import { Icon } from "../ui/icons";
import { Table } from "../ui/table";
import { Actions, type Asked } from "./actions";
import { itemsOf, version } from "./lists";

export function Group({ names }: { names: Record<string, string> }): VNode {
	const path = `/groups/${encodeURIComponent(names.address)}`;
	const [asked, ask] = useState<Asked | null>(null);
	const g = useLoad((stop) => get(path, {}, stop), [path, version.value]);
	const d = g.data;
	const addMember = op("group member add");

	if (g.error)
		return <><Head title={address(names.address)} back={<Link
		    to="/groups">{t("Groups")}</Link>} />
		    <Fault error={g.error} again={g.again} /></>;
	if (!d)
		return <Busy />;
	const group = String(d.address);

	return <>
		<Head back={<Link to="/groups">{t("Groups")}</Link>}
		    title={<>{String(d.subject || address(group))} <span
		    class="soft">{d.subject ? address(group) : ""}</span></>}
		    about={d.state ? <Status state={String(d.state)} /> : null}>
			<Actions path="/groups" ids={{ address: group, group }}
			    about={group} row={d} done={g.again} gone="/groups" />
		</Head>
		<Card title={t(
		    "Group")}><Facts rows={Object.entries(d).filter(([, v]) =>
		    typeof v !== "object").map(([n, v]) => [words(n),
		    <Value name={n} value={v} />])} /></Card>
		<Card title={t("Members")} aside={allowed(addMember) && <button
		    type="button" onClick={() => ask({ op: addMember!,
		    fixed: { group } })}><Icon name="plus" /> {" "}{t(
		    "Add a member")}
		    </button>}>
			<Table path={`${path}/members`} caption={t(
			    "Members")} quiet
			    op={op("show members")} fixed={{}}
			    version={version.value} id={(r) => String(
			    r.address)}
			    columns={[{ name: "address" },
				{ name: "role", fact: true }]}
			    empty={<Empty title={t("No member yet")} />}
			    items={(r) => itemsOf(actionsOf(
				"/groups/{group}/members").row, { group,
				address: String(r.address) }, String(r.address),
				    r,
				ask, () => { version.value++; })} />
		</Card>
		{asked && <OpDialog {...asked} close={() => ask(null)}
		    done={() => { toast(t("Done.")); version.value++; }} />}
	</>;
}
