// content.tsx - what a message says: with a grant, a reason, and for a while.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { sentence, type Row } from "../lib/api";
import { running } from "../lib/draft";
import { bytes } from "../lib/format";
import { t } from "../lib/lang";
import { allowed, op, opAt, run } from "../lib/meta";
import { Link } from "../lib/router";
import { Card, Empty, Notice, useLoad } from "../ui/bits";
import { Field, fieldOfArg } from "../ui/field";
import { ListPage } from "./lists";

const SHOWN_S = 600;

function Shown({ data, hide }: { data: Row; hide: () => void }): VNode {
	const [left, setLeft] = useState(SHOWN_S);

	useEffect(() => {
		const end = Date.now() + SHOWN_S * 1000;
		const timer = setInterval(() => {
			const s = Math.round((end - Date.now()) / 1000);

			setLeft(s);
			if (s <= 0)
				hide();
		}, 1000);

		return () => clearInterval(timer);
	}, []);
	return <div class="reveal" role="status">
		<p class="soft">{t("{type}, {size}. Hidden again in {left}.", {
		    type: String(data.type ?? "–"),
		    size: bytes(Number(data.size)),
		    left: `${Math.floor(left / 60)}:${String(left % 60)
			.padStart(2, "0")}` })}{" "}
			<button type="button" class="small" onClick={hide}>{t(
			"Hide it now")}</button></p>
		{data.coding === "text" ? <pre class="explained" tabIndex={0}>{
		    String(data.content)}</pre> : String(data.type ?? "")
		    .startsWith("image/") ? <img alt={t(
		    "Picture of the message")}
		    src={`data:${data.type};base64,${data.content}`} /> : <p>{t(
		    "This content is no text and no picture: it is not shown " +
		    "here.")}</p>}
	</div>;
}

export function Content({ id }: { id: string }): VNode | null {
	const o = opAt("POST", "/messages/{id}/content");
	const [reason, setReason] = useState("");
	const [data, setData] = useState<Row | null>(null);
	const [error, setError] = useState<unknown>(null);
	const on = useLoad(async (stop) => !allowed(op("show configuration")) ||
	    (await running("privacy", true, stop)).get("privacy content-reveal")
	    ?.value === "on", []);

	if (!o || !allowed(o) || !on.data)
		return null;
	async function read(e: Event) {
		e.preventDefault();
		setError(null);
		try {
			setData((await run(o!, { id, reason })).data);
		} catch (e) {
			setError(e);
		}
	}
	const arg = o.args.find((a) => a.name === "reason");

	return <Card title={t("What it says")}>
		{data ? <Shown data={data} hide={() => setData(null)} /> : <form
		    class="form" onSubmit={read}>
			<p class="soft">{t(
			    "Read only by whom it was granted to, with " +
			    "a reason and the password. Each reading is in the audit " +
			    "and cannot be taken out of it.")}</p>
			{arg && <Field row={fieldOfArg(arg)} value={reason}
			    set={setReason} />}
			{error !== null && <Notice tone="bad"><p role="alert">{
			    sentence(error)}</p></Notice>}
			<div class="buttons"><button class="danger">{t(
			    "Read it")}
			</button></div>
		</form>}
	</Card>;
}

/* Who may read at all: a tab of the administrators. */
export const Grants = () => <ListPage title={t("Reading of messages")}
    about={t("Who may read what messages say, why, and until when. Nobody " +
    "grants it to himself.")} command="content grants" path="/admin/grants"
    id={(r) => String(r.admin)} ids={(r) => ({ name: String(r.admin) })}
    create={["content grant"]} columns={[
	{ name: "admin" }, { name: "state", fact: true },
	{ name: "reason", fact: true, wrap: true }, { name: "by" },
	{ name: "since" }, { name: "until", fact: true },
    ]} empty={<Empty title={t("Nobody may read messages")}><p>{t(
    "That is how " +
	"it should be, until there is a reason.")}{" "}<Link
	to="/settings/privacy">{t("Settings")}</Link></p></Empty>} />;
