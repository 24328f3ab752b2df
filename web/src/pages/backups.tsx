// backups.tsx - everything in one file: made, looked into, taken away, put back.

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { freshly, get, sentence, upload, url } from "../lib/api";
import { bytes, time } from "../lib/format";
import { t, term } from "../lib/lang";
import { allowed, op, opAt, run } from "../lib/meta";
import { Busy, Card, Dialog, Empty, Facts, Fault, Notice, Status, toast,
    useLoad } from "../ui/bits";
import { Explained } from "../ui/explained";
import { ListPage, version } from "./lists";

const RUNNING = new Set(["running", "waiting"]);

function Job({ version, done }: { version: number; done: () => void }):
    VNode | null {
	const job = useLoad((stop) => get("/backups/job", {}, stop), [version],
	    700);
	const d = job.data;
	const running = !!d && RUNNING.has(String(d.state));
	const was = useRef(false);
	const cancel = op("backup cancel");

	useEffect(() => {
		if (was.current && !running)
			done();
		was.current = running;
	}, [running]);
	if (!d || !d.state || !d.began)
		return null;
	return <Card title={t("Last work: {what}", { what: term(String(
	    d.what)) })} aside={running &&
	    allowed(cancel) && <button type="button" onClick={() => run(cancel!,
	    {}).catch((e) => toast(sentence(e), true))}>{t("Cancel")}</button>}>
		<Facts rows={[
			[t("State"), <Status state={String(d.state)} />],
			...d.name ? [[t("File"), String(d.name)] as [string,
			    string]] : [],
			...running ? [[t("Progress"), <><progress aria-label={t(
			    "Progress")}
			    max={Number(d.total) ||
			    1} value={Number(d.done)} />{" "}
			    {t("{done} of {total}", {
			    done: bytes(Number(d.done)),
			    total: bytes(Number(d.total)) })}</>] as
			    [string, VNode]] : [],
			[t("Began"), time(String(d.began))],
			...d.why ? [[t("Says"), String(d.why)] as [string,
			    string]] : [],
			...d.found ? [[t("Found"), <Explained text={String(
			    d.found)} />] as
			    [string, VNode]] : [],
		]} />
	</Card>;
}

/* What is in one file, and what is not. */
function Inside({ name }: { name: string }): VNode {
	const m = useLoad((stop) => get(`/backups/${encodeURIComponent(name)}`,
	    {}, stop), [name]);

	return m.error ? <Fault error={m.error} /> : !m.data ? <Busy /> :
	    <Explained text={String(m.data.text ?? "")} />;
}

/* --- taken away, brought in ------------------------------------------------ */

/* By the browser itself: it may be larger than its memory. */
async function download(name: string): Promise<void> {
	try {
		if (!await freshly())
			return;
		const a = document.createElement("a");

		a.href = url(`/backups/${encodeURIComponent(name)}/file`);
		a.download = name;
		a.click();
	} catch (e) {
		toast(sentence(e), true);
	}
}

const SIGNED: Record<string, string> = {
	box: t("It was made here, and nothing in it was changed."),
	passphrase: t("It is sealed with a passphrase; verify it to see that " +
	    "nothing in it was changed."),
	elsewhere: t("It was made on another machine: only root on the machine " +
	    "itself can restore it."),
	nobody: t("Nobody signed it: only root on the machine itself can restore " +
	    "it."),
};

function Upload({ close }: { close: () => void }): VNode {
	const [file, setFile] = useState<File | null>(null);
	const [done, setDone] = useState<number | null>(null);
	const [error, setError] = useState<unknown>(null);
	const stop = useRef(new AbortController());

	async function send(e: Event) {
		e.preventDefault();
		setError(null);
		try {
			if (!file || !await freshly())
				return;
			setDone(0);
			stop.current = new AbortController();
			const answer = await upload("/backups/upload", file,
			    setDone,
			    stop.current.signal);

			toast(`${String(answer.name)}: ${SIGNED[String(
			    answer.signed)] ?? ""}`);
			version.value++;
			close();
		} catch (e) {
			setDone(null);
			if ((e as Error).name !== "AbortError")
				setError(e);
		}
	}
	useEffect(() => () => stop.current.abort(), []);
	return <Dialog title={t("Upload a backup")} close={close}>
		<form class="form" onSubmit={send}>
			<p class="soft">{t(
			    "A file that was downloaded here or on " +
			    "another machine. It is looked at before it is taken; " +
			    "nothing is restored yet.")}</p>
			<div class="field"><label for="upload">{t(
			    "File")}</label>
			<input id="upload" type="file" required accept=".cpmbak"
			    disabled={done !== null} onChange={(e) => setFile(
			    e.currentTarget.files?.[0] ?? null)} /></div>
			{done !== null && <p role="status"><progress
			    aria-label={t("Progress")} max={file!.size}
			    value={done} /> {t("{done} of {total}", {
			    done: bytes(done), total: bytes(file!.size) })}</p>}
			{error !== null && <Notice tone="bad"><p role="alert">{
			    sentence(error)}</p></Notice>}
			<div class="buttons"><button class="main"
			    disabled={done !== null}>{done !== null ?
			    t("Uploading …") : t("Upload")}</button>
			<button type="button" onClick={() => done !== null ?
			    stop.current.abort() : close()}>{t(
			    "Cancel")}</button>
			</div>
		</form>
	</Dialog>;
}

export function Backups(): VNode {
	const [uploading, setUploading] = useState(false);
	const file = opAt("GET", "/backups/{name}/file");

	return <>
		<ListPage title={t("Backup")} about={t(
		    "Everything in one file, " +
		    "made while messages flow. Verify one now and then: it " +
		    "is restored to a scratch place. Sessions and tokens " +
		    "are never in it.")}
		    command="backup list" path="/backups"
		    id={(r) => String(r.name)}
		    ids={(r) => ({ name: String(r.name) })} columns={[
			{ name: "name", label: t("File") },
			{ name: "time", label: t("Made"), fact: true },
			{ name: "size", numeric: true, fact: true,
			  render: (r) => bytes(Number(r.size)) },
		    ]} extra={(r) => allowed(file) ? [{ label: t("Download"),
			help: t("all of it, as one file"),
			act: () => void download(String(r.name)) }] : []}
		    more={allowed(opAt("POST", "/backups/upload")) && <button
			type="button" onClick={() => setUploading(true)}>{t(
			"Upload a backup")}</button>}
		    drawer={(r) => <Inside name={String(r.name)} />}
		    empty={<Empty title={t("No backup yet")}><p>{t(
		    "Make one before you need it.")}</p></Empty>} />
		{uploading && <Upload close={() => setUploading(false)} />}
		<Job version={version.value} done={() =>
		    { version.value++; }} />
	</>;
}
