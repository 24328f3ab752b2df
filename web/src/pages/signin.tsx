// signin.tsx - name, password and, if asked for, a code; the first one ever.

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, proveWith, sentence } from "../lib/api";
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
		    "One moment …" : label}</button>
		{children}
	</form>;
}

const CODE: FieldRow = { name: "code", kind: "number", required: true,
    help: "six digits of your authenticator, or a recovery code",
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
		document.title = "Sign in – Parley";
	}, []);
	return <main class="plain signin"><div class="card">
		<h1><Logo /> Parley</h1>
		<Ask label="Sign in" rows={[NAME, PASSWORD, ...code ? [CODE] : []]}
		    act={async (v) => {
			try {
				await signIn(v.name, v.password, v.code);
			} catch (e) {
				if (needsCode(e) && !code)
					setCode(true);
				throw e;
			}
		    }}>
			<p class="soft small">Locked out? On the machine itself:
			<code>sudo parley admin set NAME --password-prompt</code></p>
		</Ask>
	</div></main>;
}

/* --- the first administrator --------------------------------------------------------- */

export function SetUp(): VNode {
	const line = "sudo parley setup token";

	useEffect(() => {
		document.title = "Set up – Parley";
	}, []);
	return <main class="plain signin"><div class="card">
		<h1><Logo /> Set up Parley</h1>
		<p>This system is not set up yet. To show that it is yours, run this
		on the machine itself and give its token here:</p>
		<p class="shell"><code>{line}</code><Copy text={line} /></p>
		<Ask label="Go on" rows={[
			{ name: "token", kind: "text", required: true,
			  help: "it works once" },
			{ ...NAME, label: "Your name", help:
			  "lower case; to sign in with, and in the audit" },
			{ ...PASSWORD, help: "twelve characters or more",
			  autocomplete: "new-password" },
			{ name: "again", kind: "secret", required: true,
			  label: "Password again", autocomplete: "new-password" },
		]} act={async (v) => {
			if (v.password !== v.again)
				throw new Error("The two passwords differ.");
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

	return <Dialog title="Your password again" close={() => end(false)}>
		<p class="soft">What you do now is weighty: say once more that it is
		you.</p>
		<Ask label="Go on" rows={[PASSWORD, ...code ? [CODE] : []]}
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
