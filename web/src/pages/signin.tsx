// signin.tsx - name, password and, if asked for, a code; the first one ever.

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, proveWith, sentence } from "../lib/api";
import { choose, language, LANGUAGES, t } from "../lib/lang";
import { go } from "../lib/router";
import { prove, setUp, signIn } from "../lib/session";
import { Copy, Dialog } from "../ui/bits";
import { Field, type FieldRow } from "../ui/field";


/* A form of a few fields and one button, which says what went wrong. */
function Ask({ rows, label, act, children }: { rows: FieldRow[]; label: string;
    act: (v: Record<string, string>) => Promise<void>;
    children?: ComponentChildren }): VNode {
	const [values, setValues] = useState<Record<string, string>>({});
	const [error, setError] = useState<unknown>(null);
	const [working, setWorking] = useState(false);
	const form = useRef<HTMLFormElement>(null);

	useEffect(() => {
		const first = form.current?.querySelector<HTMLInputElement>(
		    "input[required]");

		if (rows.length > 1 || !first?.value)
			first?.focus();
	}, [rows.length]);

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setError(null);
		try {
			await act(values);
		} catch (e) {
			setError(e);
			setWorking(false);
		}
	}
	return <form ref={form} class="form" onSubmit={submit}>
		{rows.map((r) => <Field key={r.name} row={r}
		    value={values[r.name] ?? ""}
		    set={(v) => setValues({ ...values, [r.name]: v })} />)}
		{error !== null && <p class="error" role="alert">✕ {
		    sentence(error)}</p>}
		<button class="main" disabled={working}>{working ?
		    t("One moment …") : label}</button>
		{children}
	</form>;
}

const CODE: FieldRow = { name: "code", kind: "number", required: true,
    help: t("six digits of your authenticator, or a recovery code"),
    autocomplete: "one-time-code" };
const NAME: FieldRow = { name: "name", kind: "text", required: true,
    autocomplete: "username" };
const PASSWORD: FieldRow = { name: "password", kind: "secret", required: true,
    autocomplete: "current-password" };

const needsCode = (e: unknown) => e instanceof Problem &&
    /code|totp/.test(e.code);

function Logo(): VNode {
	return <svg class="logo" viewBox="0 0 24 24" aria-hidden="true"><path
	    d="M4 4h16v11h-9l-5 5v-5H4z" /></svg>;
}

export function SignIn(): VNode {
	const [code, setCode] = useState(false);

	useEffect(() => {
		document.title = `${t("Sign in")} – Parley`;
	}, []);
	return <main class="plain signin"><div class="card">
		<h1><Logo /> {" "}{t("Parley")}</h1>
		<Ask label={t("Sign in")} rows={[NAME, PASSWORD, ...code ?
		    [CODE] : []]}
		    act={async (v) => {
			try {
				await signIn(v.name, v.password, v.code);
			} catch (e) {
				if (needsCode(e) && !code)
					setCode(true);
				throw e;
			}
		    }}>
			<p class="soft small">{t(
			    "Locked out? On the machine itself:")}
			{" "}<code>sudo parley admin set NAME --password-prompt</code></p>
			<p class="chips">{Object.entries(LANGUAGES).map(([id,
			    name]) =>
			    <button type="button" key={id} class="small" lang={id}
			    aria-pressed={id === language}
			    onClick={() => choose(id)}>{name}</button>)}</p>
		</Ask>
	</div></main>;
}

/* --- the first administrator --------------------------------------------------------- */

export function SetUp(): VNode {
	const line = "sudo parley setup token";

	useEffect(() => {
		document.title = `${t("Set up Parley")} – Parley`;
	}, []);
	return <main class="plain signin"><div class="card">
		<h1><Logo /> {" "}{t("Set up Parley")}</h1>
		<p>{t("This system is not set up yet. To show that it is " +
		    "yours, run this on the machine itself and give its " +
		    "token here:")}</p>
		<p class="shell"><code>{line}</code><Copy text={line} /></p>
		<Ask label={t("Go on")} rows={[
			{ name: "token", kind: "text", required: true,
			  help: t("it works once") },
			{ ...NAME, label: t("Your name"), help:
			  t("lower case; to sign in with, and in the audit") },
			{ ...PASSWORD, help: t("twelve characters or more"),
			  autocomplete: "new-password" },
			{ name: "again", kind: "secret", required: true,
			  label: t("Password again"),
			      autocomplete: "new-password" },
		]} act={async (v) => {
			if (v.password !== v.again)
				throw new Error(t("The two passwords differ."));
			await setUp(v.token.trim(), v.name, v.password);
			go("/welcome");
		}} />
	</div></main>;
}

/* --- the password once more ------------------------------------------------------------ */

const proving = signal<((ok: boolean) => void) | null>(null);

proveWith(() => new Promise((done) => { proving.value = done; }));

export function Proof(): VNode | null {
	const done = proving.value;
	const [code, setCode] = useState(false);

	if (!done)
		return null;
	const end = (ok: boolean) => {
		proving.value = null;
		done(ok);
	};

	return <Dialog title={t("Your password again")} close={() =>
	    end(false)}>
		<p class="soft">{t("What you do now is weighty: say once " +
		    "more that it is you.")}</p>
		<Ask label={t("Go on")} rows={[PASSWORD, ...code ? [CODE] : []]}
		    act={async (v) => {
			try {
				await prove(v.password, v.code);
				end(true);
			} catch (e) {
				if (needsCode(e) && !code)
					setCode(true);
				throw e;
			}
		    }} />
	</Dialog>;
}
