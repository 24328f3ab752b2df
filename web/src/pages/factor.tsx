// factor.tsx - the second factor: a secret for an authenticator, a code that
// proves it arrived, and the codes for the day when the phone is lost.

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

import { call } from "../lib/api";
import { t } from "../lib/lang";
import { who } from "../lib/session";
import { Busy, Copy, Fault, Notice } from "../ui/bits";
import { Field } from "../ui/field";
import { saveAs } from "../ui/rows";

interface Secret {
	secret: string;
	uri: string;
}

/* The square that a phone reads; drawn by us, sent nowhere. */
function Square({ text }: { text: string }): VNode | null {
	const [cells, setCells] = useState<boolean[][] | null>(null);

	useEffect(() => {
		void import("uqr").then((m) => setCells(m.encode(text,
		    { border: 2 }).data));
	}, [text]);
	if (!cells)
		return null;
	const path = cells.map((row, y) => row.map((on, x) => on ?
	    `M${x} ${y}h1v1h-1z` : "").join("")).join("");

	return <svg class="qr" viewBox={`0 0 ${cells.length} ${cells.length}`}
	    role="img" aria-label={t("For the camera of your phone")}>
		<path d={path} /></svg>;
}

function Codes({ codes, done }: { codes: string[]; done: () => void }):
    VNode {
	const text = codes.join("\n");

	return <>
		<Notice tone="good"><p>{t("From now on a code is asked for.")}
		</p></Notice>
		<p>{t("Keep these codes where your phone is not. Each lets " +
		    "you in once without it:")}</p>
		<pre class="explained">{text}</pre>
		<div class="buttons">
			<button type="button" class="main"
			    onClick={done}>{t("I have kept them")}</button>
			<button type="button" onClick={() => saveAs(
			    "parley-recovery-codes.txt", "text/plain",
			    text + "\n")}>{t("Save")}</button>
			<Copy text={text} /></div>
	</>;
}

export function Enrol({ done, cancel }: { done: () => void;
    cancel: () => void }): VNode {
	const [secret, setSecret] = useState<Secret | null>(null);
	const [codes, setCodes] = useState<string[] | null>(null);
	const [code, setCode] = useState("");
	const [error, setError] = useState<unknown>(null);

	useEffect(() => {
		call("/auth/totp", { method: "POST", body: {} }).then((a) =>
		    setSecret(a.data as unknown as Secret), setError);
	}, []);

	async function prove(e: Event) {
		e.preventDefault();
		try {
			const a = await call("/auth/totp/confirm", {
			    method: "POST", body: { code } });

			setCodes(a.data.recovery_codes as string[]);
			setError(null);
			await who();
		} catch (e) {
			setError(e);
		}
	}
	return <>
		{error !== null && <Fault error={error} />}
		{codes ? <Codes codes={codes} done={done} /> : !secret ?
		    error === null && <Busy /> :
		<form class="form" onSubmit={prove}>
			<p>{t("Read this with an authenticator on your " +
			    "phone, or type the secret there:")}</p>
			<Square text={secret.uri} />
			<p class="shell"><code>{secret.secret.match(/.{1,4}/g)
			    ?.join(" ")}</code><Copy text={secret.secret} /></p>
			<Field row={{ name: "code", kind: "number",
			    required: true, autocomplete: "one-time-code",
			    help: t("what it shows now") }}
			    value={code} set={setCode} />
			<div class="buttons"><button class="main">{t(
			    "Turn it on")}</button>
			<button type="button" onClick={cancel}>{t("Cancel")}
			</button></div>
		</form>}
	</>;
}
