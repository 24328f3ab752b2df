// ucn.tsx - what a phone without data is told: the text, live, and its cost.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call, sentence, type Row } from "../lib/api";
import { inForce, proposed, running } from "../lib/draft";
import { many, t } from "../lib/lang";
import { allowed, op } from "../lib/meta";
import { Busy, Card, Fault, Head, Notice, useLoad } from "../ui/bits";
import { Field } from "../ui/field";
import { Icon } from "../ui/icons";
import { Instance, instancesOf, mayEdit, NewInstance } from "./config";

const KINDS: [string, string][] = [["image/jpeg", t("a picture")],
    ["video/mp4", t("a video")], ["audio/amr", t("a voice message")],
    ["text/vcard", t("a contact")], ["application/pdf", t("a file")],
    ["text/plain", t("a long text")]];

const LINK = "https://msg.example.org/AGHzorTF1gCkX3qZ";

/* The template as it is in the fields now, or undefined: the one in force. */
function Preview({ template, language }: { template?: string;
    language: string }): VNode {
	const [sender, setSender] = useState("+15550100001");
	const [type, setType] = useState("image/jpeg");
	const [link, setLink] = useState(true);
	const [anonymous, setAnonymous] = useState(false);
	const [answer, setAnswer] = useState<Row | null>(null);
	const [error, setError] = useState<unknown>(null);

	useEffect(() => {
		const t = setTimeout(() => {
			call("/ucn/preview", { method: "POST", body: {
				...language ? { language } : {},
				...template ? { text: template } : {},
				sender: anonymous ? "" : sender, type,
				    size: "1240000",
				link: link ? LINK : "",
			} }).then((a) => { setAnswer(a.data); setError(null); },
			    (e) => { setAnswer(null); setError(e); });
		}, 200);

		return () => clearTimeout(t);
	}, [template, language, sender, type, link, anonymous]);
	return <Card title={t("Preview") + (language ? `: ${language}` : "")}>
		<div class="phone"><p role="status">{error !== null ? <span
		    class="error">✕ {sentence(error)}</span> : answer ?
		    String(answer.text) : "…"}</p></div>
		{answer && <p><b>{many(Number(answer.segments),
		    "{n} short message", "{n} short messages")}</b>{" "}
		    <span class="soft">· {many(Number(answer.characters),
		    "{n} character", "{n} characters")} ·{" "}
		    {String(answer.encoding)}{answer["not-in-gsm7"] ? " " +
		    t("because of {letters}", { letters: String(
		    answer["not-in-gsm7"]) }) : ""}</span></p>}
		<div class="grid">
			<Field row={{ name: "sender",
			    kind: "text" }} value={sender}
			    set={setSender} disabled={anonymous} />
			<div class="field"><label for="ucn-type">{t(
			    "What was sent")}</label>
			<select id="ucn-type" value={type} onChange={(e) =>
			    setType(
			    e.currentTarget.value)}>{KINDS.map(([t, says]) =>
			    <option
			    key={t} value={t}>{says}</option>)}</select></div>
		</div>
		<p class="chips"><label><input type="checkbox" checked={link}
		    onChange={(e) =>
		    setLink(e.currentTarget.checked)} />{" "}{t(
		    "with a link")}</label><label><input type="checkbox" checked={anonymous}
		    onChange={(e) =>
		    setAnonymous(e.currentTarget.checked)} />{" "}
		    {t("from somebody anonymous")}</label></p>
	</Card>;
}

export function Ucn(): VNode {
	const [at, setAt] = useState("");
	const [adding, setAdding] = useState(false);
	const now = useLoad((stop) => running("", true, stop), [inForce.value]);

	if (now.error)
		return <Fault error={now.error} again={now.again} />;
	if (!now.data)
		return <Busy />;
	const languages = instancesOf("ucn", now.data.keys());
	const path = at ? `ucn ${at} text` : "policy ucn text";
	const template = proposed(path)?.value ?? now.data.get(path)?.value;

	return <>
		<Head title={t("Notifications")} about={t(
		    "When content waits for " +
		    "a phone without data, it is told by a short message. " +
		    "Words in braces are filled in; a part in brackets is " +
		    "left out when it has nothing to say.")}>
			{mayEdit() && <button type="button" class="main"
			    onClick={() =>
			    setAdding(true)}><Icon name="plus" /> {" "}{t(
			    "Add a language")}</button>}
		</Head>
		{adding && <NewInstance section="ucn" stay
		    close={() => setAdding(false)} />}
		<div class="segments" role="group" aria-label={t("Language")}>
			{["", ...languages].map((l) =>
			    <button type="button" key={l}
			    aria-pressed={l === at} onClick={() =>
			    setAt(l)}>{l ||
			    t("Everybody else")}</button>)}
		</div>
		<div class="two split">
			<Card title={at ? t("Text and words: {language}", {
			    language: at }) : t("Text and rules")}>
				<Instance section={at ? "ucn" : "policy ucn"}
				    name={at || undefined} now={now.data}
				    key={`${at} ${inForce.value}`} /></Card>
			{allowed(op("ucn preview")) ?
			    <Preview template={template}
			    language={at} /> : <Notice><p>{t(
			    "Your role may not try the text.")}</p></Notice>}
		</div>
	</>;
}
