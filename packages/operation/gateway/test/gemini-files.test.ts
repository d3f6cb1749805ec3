import { createPartFromUri, createUserContent, GoogleGenAI, type File as GeminiFile } from '@google/genai';
import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, MODELS, OTHER_KEY, pdf, setUp } from './support/files-gateway.ts';
import { KEY } from './support/test-gateway.ts';

const client = (url: string, apiKey = KEY): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } });
const upload = ({ files }: GoogleGenAI, bytes = pdf(2000), displayName = 'a.pdf'): Promise<GeminiFile> =>
  files.upload({ file: new Blob([bytes]), config: { mimeType: 'application/pdf', displayName } });
const headers = { 'x-goog-api-key': KEY };

/** Starts an upload without the SDK. Returns the address for its content. */
async function start(
  url: string,
  size: number,
  more: Record<string, string> = {},
  body: object = { file: { displayName: 'a.pdf', mimeType: 'application/pdf' } },
): Promise<Response> {
  return fetch(`${url}/upload/v1beta/files`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(size),
      ...more,
    },
    body: JSON.stringify(body),
  });
}
const send = (address: string, command: string, offset: number, body: string): Promise<Response> =>
  fetch(address, {
    method: 'POST',
    headers: { ...headers, 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
    body,
  });
const addressOf = async (started: Promise<Response>): Promise<string> =>
  (await started).headers.get('x-goog-upload-url') ?? '';

/** Returns the path of the file that is being received. */
function partIn(folder: string): string {
  const part = readdirSync(folder, { recursive: true }).find((path) => String(path).endsWith('.part'));
  return join(folder, String(part));
}

describe('the files API of @google/genai', () => {
  it('uploads in several requests, gets, lists and deletes', async () => {
    const { url } = await setUp();
    const { files } = client(url);
    // The SDK sends at most 8 MiB with a request.
    const bytes = pdf(20_000_000);
    const created = await upload(client(url), bytes, 'Bericht "1".pdf');
    expect(created).toMatchObject({
      displayName: 'Bericht "1".pdf',
      mimeType: 'application/pdf',
      sizeBytes: '20000000',
      state: 'ACTIVE',
      sha256Hash: createHash('sha256').update(bytes).digest('base64'),
      uri: `${url}/v1beta/${created.name}`,
    });
    expect(created.name).toMatch(/^files\/[a-z0-9-]{1,40}$/);
    expect(await files.get({ name: created.name ?? '' })).toEqual(created);
    for (let number = 0; number < 2; number++) await upload(client(url));
    const listed: unknown[] = [];
    for await (const each of await files.list({ config: { pageSize: 2 } })) listed.push(each);
    expect(listed).toHaveLength(3);
    expect(listed).toContainEqual(created);
    await files.delete({ name: created.name ?? '' });
    await expect(files.get({ name: created.name ?? '' })).rejects.toMatchObject({ status: 404 });
  });

  it('shows the files of OpenAI’s client, and hides those of another tenant', async () => {
    const { url, openai } = await setUp();
    const { name = '' } = await upload(client(url));
    expect((await openai().files.list()).data.map(({ id }) => `files/${id}`)).toEqual([name]);
    const { files, models } = client(url, OTHER_KEY);
    await expect(files.get({ name })).rejects.toMatchObject({ status: 404 });
    await expect(files.delete({ name })).rejects.toMatchObject({ status: 404 });
    expect((await files.list()).page).toEqual([]);
    const contents = createUserContent([createPartFromUri(`${url}/v1beta/${name}`, 'application/pdf')]);
    await expect(models.generateContent({ model: 'gpt', contents })).rejects.toMatchObject({ status: 400 });
  });

  it.each(Object.keys(MODELS))('stores files that %s reads by URI', async (model) => {
    const { url, chats, server } = await setUp();
    const ai = client(url);
    const [small, large] = [await upload(ai), await upload(ai, pdf(200_000), 'large.pdf')];
    const parts = [small, large].map(({ uri = '', mimeType = '' }) => createPartFromUri(uri, mimeType));
    await ai.models.generateContent({ model, contents: createUserContent([...parts, 'What is in them?']) });
    const text = JSON.stringify(chats()[0]?.body);
    expect(text).toContain(Buffer.from(pdf(2000)).toString('base64'));
    expect(server.uploads).toMatchObject([{ name: 'large.pdf', size: 200_000 }]);
    expect(text).toContain(server.uploads[0]?.id);
    expect(text).not.toContain(large.name);
  });

  it('refuses a file above a limit before its content is sent', async () => {
    const { url } = await setUp({ maxBytes: 1000, maxTotalBytes: 500 });
    await expect(upload(client(url))).rejects.toMatchObject({ status: 413 });
    const refused = await start(url, 600);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('maxTotalBytes');
  });

  it.each<[string, (url: string) => Promise<Response>]>([
    [
      'more content than announced',
      async (url) => send(await addressOf(start(url, 3)), 'upload, finalize', 0, 'long'),
    ],
    ['less content', async (url) => send(await addressOf(start(url, 3)), 'upload, finalize', 0, 'a')],
    [
      'a part of an upload that did not begin',
      async (url) => send(await addressOf(start(url, 9)), 'upload', 5, 'abcd'),
    ],
    ['another protocol', (url) => start(url, 3, { 'x-goog-upload-protocol': 'raw' })],
    ['an invalid size', (url) => start(url, Number.NaN)],
    ['an unknown command', async (url) => send(await addressOf(start(url, 3)), 'query', 0, 'abc')],
    ['no started upload', (url) => send(`${url}/upload/v1beta/files`, 'upload, finalize', 0, 'abc')],
  ])('refuses %s, and stores nothing', async (_, request) => {
    const { url, folder } = await setUp();
    const response = await request(url);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { status: 'INVALID_ARGUMENT' } },
    ]);
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('names the commands of an upload if a request has another one', async () => {
    const { url } = await setUp();
    const response = await send(await addressOf(start(url, 3)), 'query', 0, 'abc');
    expect(await response.text()).toContain('must be start, upload or finalize');
  });

  it.each(['', 'pdf', '../../x', 'text/html\r\nX-Injected: 1', `a/${'a'.repeat(5000)}`])(
    'refuses the media type %j in the start of an upload and in its address',
    async (type) => {
      const { url, folder } = await setUp();
      const file = { file: { mimeType: type } };
      const address = new URL(await addressOf(start(url, 3)));
      address.searchParams.set('type', type);
      for (const response of [
        await start(url, 3, {}, file),
        await send(address.href, 'upload, finalize', 0, 'abc'),
      ]) {
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('must be a media type, such as application/pdf; omit it');
      }
      expect(filesIn(folder)).toEqual([]);
    },
  );

  it.each([
    ['recognizes a file without a type', {}, 'application/pdf'],
    ['omits the parameters of a type', { mimeType: 'Text/Plain; charset=utf-8' }, 'text/plain'],
  ])('%s, and sends it to a model', async (_, file, mimeType) => {
    const { url, chats } = await setUp();
    const text = '%PDF-1.7 abc';
    const address = await addressOf(start(url, text.length, {}, { file }));
    const stored = await (await send(address, 'upload, finalize', 0, text)).json();
    expect(stored).toMatchObject({ file: { mimeType } });
    const { uri = '' } = (stored as { readonly file: GeminiFile }).file;
    const contents = createUserContent([createPartFromUri(uri, mimeType)]);
    await client(url).models.generateContent({ model: 'claude', contents });
    expect(JSON.stringify(chats()[0]?.body)).toContain('document');
  });

  it('reports a store that fails while it reads the content', async () => {
    const store: FileContentStore = {
      ...memoryFiles(),
      async put(_id, content) {
        await content.getReader().read();
        throw new Error('disk full');
      },
    };
    const { url } = await setUp({ store });
    await expect(upload(client(url), pdf(3_000_000))).rejects.toMatchObject({ status: 503 });
  });

  it('limits the unfinished uploads of a caller', async () => {
    const { url } = await setUp({ store: memoryFiles() });
    const begin = async (): Promise<number> =>
      (await send(await addressOf(start(url, 9)), 'upload', 0, 'a')).status;
    const statuses: number[] = [];
    for (let number = 0; number < 21; number++) statuses.push(await begin());
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    await expect(upload(client(url, OTHER_KEY))).resolves.toMatchObject({ state: 'ACTIVE' });
  });

  it('stores nothing of an upload that is cut', async () => {
    const { url, folder } = await setUp();
    const address = await addressOf(start(url, 9));
    expect((await send(address, 'upload', 0, 'abc')).headers.get('x-goog-upload-status')).toBe('active');
    await expect.poll(() => filesIn(folder)).toHaveLength(1);
    const controller = new AbortController();
    const body = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('d'));
      },
    });
    const cut = fetch(address, {
      method: 'POST',
      headers: { ...headers, 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '3' },
      body,
      duplex: 'half',
      signal: controller.signal,
    });
    await expect.poll(() => statSync(partIn(folder)).size).toBe(4);
    controller.abort();
    await expect(cut).rejects.toThrow();
    await expect.poll(() => filesIn(folder)).toEqual([]);
    expect((await send(address, 'upload, finalize', 3, 'defghi')).status).toBe(400);
  });
});
