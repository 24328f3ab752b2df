// firstcert.tsx - the wizard's step for the console's certificate: keep the one
// Parley made, bring one, or ask an authority for one.

import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { get, list, Problem, sentence, type Row } from "../lib/api";
import { t } from "../lib/lang";
import { allowed, op, run } from "../lib/meta";
import { place, query } from "../lib/router";
import { Busy, Copy, Facts, Fault, Notice, Shell, toast, useLoad }
    from "../ui/bits";
import { OpForm } from "../ui/form";
import { Left, Pem } from "./certificates";
import { version } from "./lists";

/* How what this step makes is called in the store. */
const NAME = "site";

const WAYS: [string, string][] = [["own", t("Keep Parley's own")],
    ["bring", t("Bring one")], ["ask", t("Request one")]];

/* What has the certificate, and what could have it too. */
function Assigned({ uses, again }: { uses: Row[]; again: () => void }): VNode {
	async function give(use: string) {
		try {
			await run(op("certificate assign")!, { name: NAME,
			    to: use });
			toast(t("{what} shows it to new connections.",
			    { what: use }));
		} catch (e) {
			toast(sentence(e), true);
		}
		again();
	}
	return <ul class="rows">{uses.map((u) => <li key={String(u.use)}>
		<span class="grow"><b>{String(u.use)}</b></span>
		{u.certificate === NAME ? <Left r={u} /> :
		    <button type="button" class="small"
		    onClick={() => give(String(u.use))}>{t("Use it here too")}
		    </button>}</li>)}</ul>;
}

/* The chain, and the key unless it is here already. */
function Install({ waiting, again }: { waiting?: boolean; again: () => void }):
    VNode {
	return <OpForm op={op("certificate install")!} fixed={{ name: NAME }}
	    omit={waiting ? ["key"] : []} label={t("Install and use it")}
	    done={async (answer) => {
		try {
			await run(op("certificate assign")!, { name: NAME,
			    to: "console" });
			toast(t("The console shows it to new connections."));
		} catch (e) {
			toast(sentence(e), true);
		}
		for (const w of answer.warnings as string[] ?? [])
			toast(w, true);
		again();
	    }} />;
}

function Request({ again }: { again: () => void }): VNode {
	const { data, error } = useLoad((stop) => get(
	    `/tls/certificates/${NAME}`, {}, stop).catch((e) => {
		if (e instanceof Problem && e.status === 404)
			return {} as Row;
		throw e;
	}), []);
	const [made, setMade] = useState("");
	const request = made || String(data?.request ?? "");

	if (error)
		return <Fault error={error} />;
	if (!data)
		return <Busy />;
	return request ? <>
		<Notice><p>{t("Send this request to your certificate " +
		    "authority. You may leave meanwhile: it waits here for the " +
		    "answer.")}</p></Notice>
		<Pem name={`${NAME}.csr`} text={request} what={t("Request")} />
		<h3>{t("The answer")}</h3>
		<Install waiting again={again} />
	</> : <OpForm op={op("certificate request")!} fixed={{ name: NAME }}
	    given={{ names: [location.hostname] }}
	    label={t("Make the request")}
	    done={(a) => setMade(String(a.request))} />;
}

export function FirstCertificate(): VNode {
	const uses = useLoad(async (stop) => (await list("/tls/uses", {},
	    stop)).items, [version.value]);
	const again = () => { version.value++; };
	const mine = uses.data?.find((u) => u.use === "console");
	const way = place.value.query.get("how") ?? "own";

	if (!allowed(op("certificate uses")))
		return <p>{t("This takes the role {role}.",
		    { role: "security" })}</p>;
	if (uses.error)
		return <Fault error={uses.error} again={uses.again} />;
	if (!mine)
		return <Busy />;
	const print = String(mine.fingerprint ?? "");

	return <>
		<Facts rows={[
			[t("In use"), mine.self_signed ? t("one that Parley " +
			    "made, self-signed") : String(mine.issuer ?? "")],
			[t("Good for"), <Left r={mine} />],
			[t("Fingerprint"), <><code class="print">{print}</code>
			    {" "}<Copy text={print} label={t(
			    "Copy the fingerprint")} /></>],
		]} />
		{mine.certificate === NAME && <><h3>{t("Who shows it")}</h3>
			<Assigned uses={uses.data!} again={again} /></>}
		<div class="segments" role="group" aria-label={t(
		    "Certificate")}>{WAYS.map(([id, title]) => <button
		    type="button" key={id} aria-pressed={id === way}
		    onClick={() => query({ how: id === "own" ? undefined :
		    id })}>{title}</button>)}</div>
		{way === "bring" ? <Install again={again} key="bring" /> :
		    way === "ask" ? <Request again={again} key="ask" /> :
		    <>
			<p>{t("Browsers warn of a certificate that nobody " +
			    "else has signed. Compare the fingerprint in that " +
			    "warning with the one here (SHA-256), or with what " +
			    "the machine itself says, once for each browser.")}</p>
			<Shell line="sudo parley certificate uses" />
		    </>}
	</>;
}
