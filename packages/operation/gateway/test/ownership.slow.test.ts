import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Caller } from '../src/index.ts';
import { backgroundWorld, type BackgroundWorld } from './support/background-gateway.ts';

/** Object of an owner. `item`: id of an item of a response. */
interface Target {
  readonly id: string;
  readonly item?: string;
}

type Kind = 'file' | 'upload' | 'response' | 'running';

/** Request about an object. */
interface Verb {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly method?: 'GET' | 'HEAD' | 'DELETE' | 'POST';
  readonly path: (target: Target) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: (target: Target) => object | string;
  /** Whether the verb changes the object, so that the owner needs another one for the next verb. */
  readonly isFinal?: true;
}

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const GEMINI = { 'x-goog-api-key': 'k' };
const APPEND = { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '2' };

const filePath = ({ id }: Target): string => `/v1/files/${id}`;
const contentPath = ({ id }: Target): string => `/v1/files/${id}/content`;
const geminiPath = ({ id }: Target): string => `/v1beta/files/${id}`;
const responsePath = ({ id }: Target): string => `/v1/responses/${id}`;
const user = (...content: readonly object[]): readonly object[] => [{ role: 'user', content }];

const FILE = { kinds: ['file'] } as const;
const RESPONSES = { kinds: ['response', 'running'] } as const;
const RESPONSE = { kinds: ['response'] } as const;

/** Returns a verb that sends the id in the body of a POST. */
const inBody = (
  name: string,
  { kinds }: Pick<Verb, 'kinds'>,
  path: string,
  body: (target: Target) => object,
): Verb => ({ name, kinds, path: () => path, body });
const continued = ({ id }: Target): object => ({ model: 'gpt', input: 'hi', previous_response_id: id });

const VERBS: readonly Verb[] = [
  { name: 'get', ...FILE, path: filePath },
  { name: 'head', ...FILE, path: filePath, method: 'HEAD' },
  { name: 'download', ...FILE, path: contentPath },
  { name: 'get (Anthropic)', ...FILE, path: filePath, headers: ANTHROPIC },
  { name: 'download (Anthropic)', ...FILE, path: contentPath, headers: ANTHROPIC },
  { name: 'list by id (Anthropic)', ...FILE, path: ({ id }) => `/v1/files?ids[]=${id}`, headers: ANTHROPIC },
  { name: 'list', ...FILE, path: () => '/v1/files' },
  { name: 'list after', ...FILE, path: ({ id }) => `/v1/files?after=${id}` },
  { name: 'get (Gemini)', ...FILE, path: geminiPath, headers: GEMINI },
  inBody('name in a chat completion', FILE, '/v1/chat/completions', ({ id }) => ({
    model: 'gpt',
    messages: user({ type: 'file', file: { file_id: id } }),
  })),
  inBody('name in a response', FILE, '/v1/responses', ({ id }) => ({
    model: 'gpt',
    input: user({ type: 'input_file', file_id: id }),
  })),
  inBody('name in a background response', FILE, '/v1/responses', ({ id }) => ({
    model: 'gpt',
    background: true,
    input: user({ type: 'input_file', file_id: id }),
  })),
  inBody('name in a message', FILE, '/v1/messages', ({ id }) => ({
    model: 'gpt',
    max_tokens: 10,
    messages: user({ type: 'document', source: { type: 'file', file_id: id } }),
  })),
  inBody('name in generateContent', FILE, '/v1beta/models/gpt:generateContent', ({ id }) => ({
    contents: [
      { role: 'user', parts: [{ fileData: { fileUri: `files/${id}`, mimeType: 'application/pdf' } }] },
    ],
  })),
  { name: 'delete', ...FILE, path: filePath, method: 'DELETE', isFinal: true },
  {
    name: 'delete (Anthropic)',
    ...FILE,
    path: filePath,
    method: 'DELETE',
    headers: ANTHROPIC,
    isFinal: true,
  },
  { name: 'delete (Gemini)', ...FILE, path: geminiPath, method: 'DELETE', headers: GEMINI, isFinal: true },
  {
    name: 'continue',
    kinds: ['upload'],
    path: ({ id }) => `/upload/v1beta/files?upload_id=${id}&size=4`,
    headers: APPEND,
    body: () => 'cd',
    isFinal: true,
  },
  { name: 'get', ...RESPONSES, path: responsePath },
  { name: 'head', ...RESPONSES, path: responsePath, method: 'HEAD' },
  { name: 'list the input of', ...RESPONSES, path: ({ id }) => `/v1/responses/${id}/input_items` },
  { name: 'stream', kinds: ['running'], path: ({ id }) => `/v1/responses/${id}?stream=true` },
  inBody('continue', RESPONSE, '/v1/responses', continued),
  inBody('continue in the background', RESPONSE, '/v1/responses', (target) => ({
    ...continued(target),
    background: true,
  })),
  inBody('refer to an item of', RESPONSE, '/v1/responses', ({ item }) => ({
    model: 'gpt',
    input: [
      { type: 'item_reference', id: item },
      { role: 'user', content: 'hi' },
    ],
  })),
  inBody('count the tokens of', RESPONSE, '/v1/responses/input_tokens', continued),
  inBody('compact', RESPONSE, '/v1/responses/compact', continued),
  {
    name: 'cancel',
    kinds: ['running'],
    path: ({ id }) => `/v1/responses/${id}/cancel`,
    method: 'POST',
    isFinal: true,
  },
  { name: 'delete', ...RESPONSES, path: responsePath, method: 'DELETE', isFinal: true },
];

/** Callers that own objects, and the callers to which these objects do not exist. */
const OWNERS: readonly (readonly [owner: Caller, others: readonly Caller[]])[] = [
  [{ tenant: 'a', key: 'k' }, [{ tenant: 'b', key: 'k' }, { key: 'k' }, { key: 'a' }, {}]],
  [{ key: 'k' }, [{ key: 'l' }, { tenant: 'k' }, { tenant: 'b', key: 'k' }, {}]],
  [{}, [{ key: 'k' }, { tenant: 'a' }, { tenant: '' }]],
];

const UNKNOWN: Readonly<Record<Kind, Target>> = {
  file: { id: `file-${'0'.repeat(32)}` },
  upload: { id: 'unknown' },
  response: { id: `resp_${'0'.repeat(32)}`, item: `msg_${'0'.repeat(36)}` },
  running: { id: `resp_${'0'.repeat(32)}` },
};

/** Sends a request as a caller. */
async function ask(url: string, verb: Verb, target: Target, caller: Caller): Promise<Response> {
  const { path, headers, body, method = body === undefined ? 'GET' : 'POST' } = verb;
  const content = body?.(target);
  return fetch(url + path(target), {
    method,
    headers: { authorization: `Bearer ${JSON.stringify(caller)}`, ...headers },
    ...(content !== undefined && { body: typeof content === 'string' ? content : JSON.stringify(content) }),
  });
}

/** Creates objects of an owner. */
const CREATE: Readonly<Record<Kind, (url: string, owner: Caller) => Promise<Target>>> = {
  async file(url, owner) {
    const form = new FormData();
    form.set('purpose', 'user_data');
    form.set('file', new Blob(['%PDF-1.7'], { type: 'application/pdf' }), 'a.pdf');
    const headers = { authorization: `Bearer ${JSON.stringify(owner)}` };
    const created = await fetch(`${url}/v1/files`, { method: 'POST', headers, body: form });
    return (await created.json()) as Target;
  },
  async upload(url, owner) {
    const id = crypto.randomUUID();
    const headers = { 'x-goog-upload-command': 'upload', 'x-goog-upload-offset': '0' };
    const path = (): string => `/upload/v1beta/files?upload_id=${id}&size=4`;
    const begun = await ask(
      url,
      { name: 'begin', kinds: [], path, headers, body: () => 'ab' },
      { id },
      owner,
    );
    expect(begun.status).toBe(200);
    return { id };
  },
  response: (url, owner) => createResponse(url, owner, {}),
  running: (url, owner) => createResponse(url, owner, { background: true }),
};

async function createResponse(url: string, owner: Caller, more: object): Promise<Target> {
  const body = (): object => ({ model: 'gpt', input: 'hi', ...more });
  const verb: Verb = { name: 'create', kinds: [], path: () => '/v1/responses', body };
  const created = await ask(url, verb, { id: '' }, owner);
  const { id, output } = (await created.json()) as { id: string; output: readonly { id: string }[] };
  return { id, ...(output[0] !== undefined && { item: output[0].id }) };
}

/** Returns the status and body of a response to a caller, without the ids of the request. */
async function factsOf(response: Response, { id, item = id }: Target): Promise<readonly [number, string]> {
  return [response.status, (await response.text()).replaceAll(item, 'ID').replaceAll(id, 'ID')];
}

/** Returns everything that is stored, except for the progress of running jobs. */
function storedIn({ database }: BackgroundWorld): string {
  const db = new DatabaseSync(database, { readOnly: true });
  const tables = ['file_pieces', 'counters', 'reservations'];
  const rows = tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
  const jobs = db.prepare('SELECT key FROM entries').all();
  db.close();
  return JSON.stringify([rows, jobs], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}

const vendorRequests = ({ server }: BackgroundWorld): number =>
  server.requests.filter(({ step }) => step !== 'look' && step !== 'stream').length;

it.each(OWNERS)('objects of %j do not exist for other callers in any process', async (owner, others) => {
  const plan = (request: { readonly body: unknown }): { readonly holdAt?: number } =>
    (request.body as { background?: boolean }).background === true ? { holdAt: 1 } : {};
  await using world = await backgroundWorld({ server: { plan } });
  const authorize = ({ headers }: Request): Caller =>
    JSON.parse(headers.get('authorization')?.slice('Bearer '.length) ?? '{}') as Caller;
  await using home = await world.start({ authorize });
  await using away = await world.start({ authorize });
  for (const kind of ['file', 'upload', 'response', 'running'] as const) {
    let target = await CREATE[kind](home.url, owner);
    for (const verb of VERBS.filter(({ kinds }) => kinds.includes(kind))) {
      const [stored, requests] = [storedIn(world), vendorRequests(world)];
      for (const { url } of [home, away]) {
        const [stranger = {}] = others;
        const unknown = await ask(url, verb, UNKNOWN[kind], stranger);
        const expected = await factsOf(unknown, UNKNOWN[kind]);
        for (const other of others) {
          const refused = await ask(url, verb, target, other);
          const about = `${verb.name} ${kind} by ${JSON.stringify(other)}`;
          expect(await factsOf(refused, target), about).toEqual(expected);
        }
      }
      expect([storedIn(world), vendorRequests(world)], `${verb.name} ${kind}`).toEqual([stored, requests]);
      // Requests of an upload must reach the same process.
      const { url } = kind === 'upload' ? home : away;
      const permitted = await ask(url, verb, target, owner);
      expect(permitted.status, `${verb.name} ${kind} by its owner`).toBe(200);
      await permitted.body?.cancel();
      if (verb.isFinal) target = await CREATE[kind](home.url, owner);
    }
  }
});
