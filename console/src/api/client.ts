import { connection } from "./connection";
import { Refused, Unreachable } from "./problem";
import type { paths } from "./schema";
import { type Session, session } from "./session";
import type { ProblemDetails } from "./types";

type Operation = { parameters: { path?: unknown; query?: unknown }; responses: unknown; requestBody?: unknown };
type WithMethod<M extends "get" | "post"> = {
  [P in keyof paths]: paths[P] extends Record<M, Operation> ? P : never;
}[keyof paths];

export type GetPath = WithMethod<"get">;
export type PostPath = WithMethod<"post">;

type Content<R> = R extends { content: { "application/json": infer T } } ? T : never;
type Success<R> = R extends { 200: infer T } ? Content<T> : R extends { 201: infer T } ? Content<T> : never;

export type Answer<P extends GetPath> = Success<paths[P]["get"]["responses"]>;
export type Query<P extends GetPath> = NonNullable<paths[P]["get"]["parameters"]["query"]>;
export type PostAnswer<P extends PostPath> = Success<paths[P]["post"]["responses"]>;
export type PostBody<P extends PostPath> = paths[P]["post"] extends { requestBody: infer B } ? Content<B> : undefined;

type InPath = Readonly<Record<string, string | number>>;
type InQuery = Readonly<Record<string, string | number | boolean | null | undefined>>;

export function addressOf(path: string, inPath: InPath = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = inPath[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query as InQuery)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** As whom something is asked: in this tab's session, with a key that is tried, or with the cookie alone. */
type Asking = Session | { readonly way: "cookie" };

/** What shows who asks. A key goes without the cookie, and a change in a session with the token of our pages. */
export function identify(
  as: Asking,
  method: string,
): { headers: Readonly<Record<string, string>>; credentials: RequestCredentials } {
  if (as.way === "key") return { headers: { authorization: `Bearer ${as.key}` }, credentials: "omit" };
  if (as.way === undefined) return { headers: {}, credentials: "omit" };
  const needsToken = as.way === "password" && method !== "GET";
  return { headers: needsToken ? { "x-csrf-token": as.csrf } : {}, credentials: "same-origin" };
}

async function ask(
  address: string,
  init: RequestInit & { headers?: Record<string, string> },
  as?: Asking,
): Promise<Response> {
  const identity = identify(as ?? session.get(), init.method ?? "GET");
  const headers = { accept: "application/json", ...init.headers, ...identity.headers };
  let answer: Response;
  try {
    answer = await fetch(address, { ...init, headers, credentials: identity.credentials, cache: "no-store" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    connection.lost();
    throw new Unreachable();
  }
  // what stands between us and the product answers for it when it is away
  if (answer.status === 502 || answer.status === 504) {
    connection.lost();
    throw new Unreachable();
  }
  connection.restored();
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (answer.status === 401 && as === undefined) session.end(problem.detail);
  throw new Refused(problem);
}

async function problemOf(answer: Response): Promise<ProblemDetails> {
  const text = await answer.text();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "code" in parsed) return parsed as ProblemDetails;
  } catch {
    // not a problem document; told below as what it is
  }
  const detail = `The answer was ${answer.status} ${answer.statusText}`.trim();
  return {
    type: "about:blank",
    title: "an answer that nobody expected",
    status: answer.status,
    detail,
    code: "internal",
  };
}

interface GetOptions<P extends GetPath> {
  readonly path?: InPath;
  readonly query?: Query<P>;
  readonly signal?: AbortSignal | undefined;
  /** Ask as somebody else than the session's, to try it. */
  readonly as?: Asking;
}

/** Reads. */
export async function get<P extends GetPath>(path: P, options: GetOptions<P> = {}): Promise<Answer<P>> {
  const init = options.signal ? { signal: options.signal } : {};
  const answer = await ask(addressOf(path, options.path, options.query), init, options.as);
  return (await answer.json()) as Answer<P>;
}

/** Reads with the version of what is shown, for a change that counts only as long as nobody has changed it meanwhile. */
export async function getVersioned<P extends GetPath>(
  path: P,
  options: GetOptions<P> = {},
): Promise<{ value: Answer<P>; version: string | undefined }> {
  const init = options.signal ? { signal: options.signal } : {};
  const answer = await ask(addressOf(path, options.path, options.query), init, options.as);
  return { value: (await answer.json()) as Answer<P>, version: answer.headers.get("etag") ?? undefined };
}

/** Reads a document that is not JSON, such as an order as it was received. */
export async function getText(
  path: GetPath,
  inPath: InPath,
  signal?: AbortSignal,
): Promise<{ text: string; type: string }> {
  const answer = await ask(addressOf(path, inPath), { ...(signal ? { signal } : {}), headers: { accept: "*/*" } });
  return { text: await answer.text(), type: answer.headers.get("content-type") ?? "" };
}

/** Reads a file, with the name that the product gives it. */
export async function getFile(path: GetPath, inPath: InPath): Promise<{ file: Blob; name: string }> {
  const answer = await ask(addressOf(path, inPath), { headers: { accept: "*/*" } });
  const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "") ?? [];
  return { file: await answer.blob(), name: name ?? "file" };
}

interface StreamOptions<P extends GetPath> {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query<P>;
  readonly signal: AbortSignal;
}

/** Reads an answer of server-sent events, which does not end. */
export async function stream<P extends GetPath>(
  path: P,
  { headers, query, signal }: StreamOptions<P>,
): Promise<ReadableStream<Uint8Array>> {
  const init = { signal, headers: { ...headers, accept: "text/event-stream" } };
  const { body } = await ask(addressOf(path, {}, query), init);
  if (!body) throw new Error(`${path} answered without a body`);
  return body;
}

interface PostOptions<P extends PostPath> {
  readonly path?: InPath;
  readonly body: PostBody<P>;
  /** Repeats of one decision have the same key, so that it is carried out once. */
  readonly idempotencyKey: string;
  /** The version that it is based on: another one is refused, with what is there now. */
  readonly version?: string | undefined;
}

/** Changes. */
export async function post<P extends PostPath>(path: P, options: PostOptions<P>): Promise<PostAnswer<P>> {
  const headers = {
    "content-type": "application/json",
    "idempotency-key": options.idempotencyKey,
    ...(options.version ? { "if-match": options.version } : {}),
  };
  const init = { method: "POST", headers, body: JSON.stringify(options.body ?? {}) };
  const answer = await ask(addressOf(path, options.path), init);
  return (await answer.json()) as PostAnswer<P>;
}

/** Takes a file of orders or of the bank over. */
export async function importFile(
  path: "/v1/imports/orders" | "/v1/bank-statements",
  file: File,
  idempotencyKey: string,
): Promise<PostAnswer<"/v1/imports/orders">> {
  const headers = { "content-type": "application/octet-stream", "idempotency-key": idempotencyKey };
  const answer = await ask(addressOf(path, {}, { name: file.name }), { method: "POST", headers, body: file });
  return (await answer.json()) as PostAnswer<"/v1/imports/orders">;
}

/** Imports master data of a kind from a file. */
export async function importMaster(
  kind: string,
  file: File,
  idempotencyKey: string,
): Promise<PostAnswer<"/v1/imports/master/{kind}">> {
  const headers = { "content-type": "application/octet-stream", "idempotency-key": idempotencyKey };
  const address = addressOf("/v1/imports/master/{kind}", { kind }, { name: file.name });
  const answer = await ask(address, { method: "POST", headers, body: file });
  return (await answer.json()) as PostAnswer<"/v1/imports/master/{kind}">;
}

/** Signs in with name and password, and a second factor where one is asked for; the browser keeps the cookie. */
export async function signIn(user: string, password: string, code?: string): Promise<Answer<"/v1/session">> {
  const body = JSON.stringify({ user, password, ...(code ? { code } : {}) });
  const init = { method: "PUT", headers: { "content-type": "application/json" }, body };
  const answer = await ask("/v1/session", init, { way: "cookie" });
  return (await answer.json()) as Answer<"/v1/session">;
}

/** Ends a session of name and password; a key is only forgotten. */
export async function signOut(): Promise<void> {
  if (session.get().way === "password") await ask("/v1/session", { method: "DELETE" });
}

/** A key for one decision of a person. */
export function newKey(): string {
  return `console-${crypto.randomUUID()}`;
}
