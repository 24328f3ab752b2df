// signin.tsx - name, password and, if asked for, a code.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Problem, sentence } from "../lib/api";
import { signIn } from "../lib/session";
import { Field } from "../ui/field";

export function SignIn(): VNode {
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [asks, setAsks] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const [working, setWorking] = useState(false);
	const form = useRef<HTMLFormElement>(null);

	useEffect(() => {
		document.title = "Sign in – Parley";
		form.current?.querySelector("input")?.focus();
	}, []);

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setError(null);
		try {
			await signIn(name, password, code || undefined);
		} catch (e) {
			if (e instanceof Problem && e.code === "code-required")
				setAsks(true);
			else
				setError(e);
			setWorking(false);
		}
	}
	return <main class="plain signin">
		<form ref={form} class="card form" onSubmit={submit}>
			<h1><svg class="logo" viewBox="0 0 24 24"
			    aria-hidden="true"><path
			    d="M4 4h16v11h-9l-5 5v-5H4z" /></svg> Parley</h1>
			<Field row={{ name: "name", kind: "text", required: true }}
			    value={name} set={setName} />
			<Field row={{ name: "password", kind: "secret",
			    required: true }} value={password}
			    set={setPassword} />
			{asks && <Field row={{ name: "code", kind: "number",
			    required: true, help: "six digits of your " +
			    "authenticator, or a recovery code" }} value={code}
			    set={setCode} />}
			{error !== null && <p class="error" role="alert">✕ {
			    sentence(error)}</p>}
			<button class="main" disabled={working}>{working ?
			    "Signing in …" : "Sign in"}</button>
			<p class="soft small">No account yet, or locked out? On
			the machine itself: <code>sudo parley</code>, then
			<kbd>?</kbd>.</p>
		</form>
	</main>;
}
