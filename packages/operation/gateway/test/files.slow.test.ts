import Anthropic from '@anthropic-ai/sdk';
import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { PNG, png } from '@majordomo/test-support';
import { sqliteStores } from '@majordomo/store-sqlite';
import { connect } from 'node:net';
import OpenAI, { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { filesIn, MODELS, OTHER_KEY, pdf, setUp } from './support/files-gateway.ts';
import { KEY } from './support/test-gateway.ts';

const createPdf = (client: OpenAI, name = 'report.pdf', size = 2000): Promise<OpenAI.FileObject> =>
  client.files.create({ file: new File([pdf(size)], name), purpose: 'user_data' });

describe('/v1/files of a gateway', () => {
  it('serves OpenAI’s client: create, retrieve, list, content and delete', async () => {
    const { openai } = await setUp();
    const { files } = openai();
    const expiring = { anchor: 'created_at', seconds: 3600 } as const;
    const file = new File([pdf(2000)], 'Bericht "1".pdf', { type: 'application/pdf' });
    const created = await files.create({ file, purpose: 'user_data', expires_after: expiring });
    expect(created).toMatchObject({
      object: 'file',
      bytes: 2000,
      filename: 'Bericht "1".pdf',
      purpose: 'user_data',
    });
    expect(created.id).toMatch(/^file-[0-9a-f]{32}$/);
    expect((created.expires_at ?? 0) - created.created_at).toBe(3600);
    expect(await files.retrieve(created.id)).toEqual(created);
    const others = [await createPdf(openai(), 'b.pdf'), await createPdf(openai(), 'c.pdf')];
    const listed: string[] = [];
    for await (const each of files.list({ limit: 2 })) listed.push(each.id);
    expect(listed.toSorted()).toEqual([created, ...others].map(({ id }) => id).toSorted());
    const content = await files.content(created.id);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(pdf(2000));
    expect(await files.delete(created.id)).toEqual({ id: created.id, object: 'file', deleted: true });
    await expect(files.retrieve(created.id)).rejects.toThrow(OpenAI.NotFoundError);
    expect((await files.list()).data).toHaveLength(2);
  });

  it('serves Anthropic’s client: upload, metadata, list, download and delete', async () => {
    const { anthropic } = await setUp();
    const { files } = anthropic();
    const file = new File([pdf(2000)], 'a.pdf', { type: 'application/pdf' });
    const created = await files.upload({ file, expires_in_seconds: 7200 });
    expect(created).toMatchObject({
      type: 'file',
      filename: 'a.pdf',
      mime_type: 'application/pdf',
      size_bytes: 2000,
    });
    expect(Date.parse(created.expires_at ?? '') - Date.parse(created.created_at)).toBe(7_200_000);
    expect(await files.retrieveMetadata(created.id)).toEqual(created);
    for (let number = 0; number < 2; number++) await files.upload({ file });
    const listed: string[] = [];
    for await (const each of files.list({ limit: 1 })) listed.push(each.id);
    expect(new Set(listed).size).toBe(3);
    expect((await files.list({ ids: [created.id, 'file-x'] })).data).toEqual([created]);
    expect(new Uint8Array(await (await files.download(created.id)).arrayBuffer())).toEqual(pdf(2000));
    expect(await files.delete(created.id)).toEqual({ id: created.id, type: 'file_deleted' });
    await expect(files.retrieveMetadata(created.id)).rejects.toThrow(Anthropic.NotFoundError);
  });

  it('lists the next page after the client has deleted all files of the previous page', async () => {
    const { openai, anthropic } = await setUp();
    for (const client of [openai().files, anthropic().files]) {
      for (let number = 0; number < 5; number++) await createPdf(openai());
      let deleted = 0;
      for await (const { id } of client.list({ limit: 2 })) {
        await client.delete(id);
        deleted++;
      }
      expect(deleted).toBe(5);
    }
    await expect(openai().files.list({ after: 'file-x' })).rejects.toMatchObject({ status: 400 });
  });

  it('lists files by the time of their creation, in both directions', async () => {
    const { openai } = await setUp();
    const created: string[] = [];
    for (let number = 0; number < 4; number++) created.push((await createPdf(openai())).id);
    const idsOf = async (order: 'asc' | 'desc') => {
      const ids: string[] = [];
      for await (const { id } of openai().files.list({ order, limit: 3 })) ids.push(id);
      return ids;
    };
    const [oldest, newest] = [await idsOf('asc'), await idsOf('desc')];
    expect(oldest).toEqual(newest.toReversed());
    expect(oldest.toSorted()).toEqual(created.toSorted());
  });

  it.each([
    ['tokens', 'name=file; filename=a.pdf', 'a.pdf'],
    ['an extended name', `name=file; filename="=?utf-8?B?w6Q=?="; filename*=utf-8''%C3%A4.pdf`, 'ä.pdf'],
    ['an invalid extended name', `name="file"; filename="a.pdf"; filename*=utf-8''%C3`, 'a.pdf'],
    ['escaped quotes', String.raw`name="file"; filename="\"a\".pdf"`, '"a".pdf'],
    ['another parameter in a string', 'filename="; name=purpose.pdf"; name="file"', '; name=purpose.pdf'],
  ])('accepts a form whose headers have %s', async (_, parameters, name) => {
    const { url } = await setUp();
    const body = [
      '--b\r\nContent-Disposition: form-data; name=purpose\r\n\r\nuser_data',
      `--b\r\nContent-Disposition: form-data; ${parameters}\r\n\r\nhello`,
      '--b--\r\n',
    ].join('\r\n');
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'multipart/form-data; boundary="b"' };
    const response = await fetch(`${url}/v1/files`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ filename: name, bytes: 5 });
  });

  it('sends content as an attachment that browsers do not show, under the name as data', async () => {
    const { openai, folder } = await setUp();
    const file = new File(['<script>alert(1)</script>'], '../../etc/x\r\ny.html', { type: 'text/html' });
    const { id, filename } = await openai().files.create({ file, purpose: 'user_data' });
    expect(filename).toBe('xy.html');
    const { headers } = await openai().files.content(id);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''xy.html");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(filesIn(folder).toSorted()).toEqual([id]);
  });

  it.each([
    ['a character that the maximum length cuts', `${'a'.repeat(254)}😀.pdf`, 'a'.repeat(254)],
    ['characters that headers do not permit', "it's (1)*.pdf", 'it%27s%20%281%29%2A.pdf'],
  ])('returns the content of a file whose name has %s', async (_, name, encoded) => {
    const { openai } = await setUp();
    const file = new File(['hello'], name);
    const { id } = await openai().files.create({ file, purpose: 'user_data' });
    const content = await openai().files.content(id);
    expect(content.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${encoded}`);
    expect(await content.text()).toBe('hello');
  });

  it.each([
    [{ maxFiles: 2 }, 'maxFiles', 2],
    [{ maxTotalBytes: 4500 }, 'maxTotalBytes', 2],
  ])('refuses a file above the limits of its owner: %j', async (limits, name, count) => {
    const { openai, anthropic, folder } = await setUp(limits);
    for (let number = 0; number < count; number++) await createPdf(openai());
    await expect(createPdf(openai())).rejects.toMatchObject({
      status: 400,
      code: 'storage_quota_exceeded',
      message: expect.stringContaining(name),
    });
    const file = new File([pdf(2000)], 'a.pdf');
    await expect(anthropic().files.upload({ file })).rejects.toThrow(name);
    expect(filesIn(folder)).toHaveLength(count);
    await createPdf(openai(OTHER_KEY));
    await openai().files.delete((await openai().files.list()).data[0]?.id ?? '');
    await createPdf(openai());
  });

  it('does not exceed the limits of an owner with parallel uploads', async () => {
    const { openai } = await setUp({ maxFiles: 5 });
    const uploads = await Promise.allSettled(Array.from({ length: 12 }, () => createPdf(openai())));
    const stored = (await openai().files.list()).data;
    expect(stored.length).toBeLessThanOrEqual(5);
    expect(uploads.filter(({ status }) => status === 'fulfilled')).toHaveLength(stored.length);
  });

  it.each<[string, (client: OpenAI) => Promise<unknown>, number]>([
    ['above maxBytes', (client) => createPdf(client, 'a.pdf', 200_000), 413],
    [
      'with another purpose',
      (client) => client.files.create({ file: new File(['{}'], 'a.jsonl'), purpose: 'batch' }),
      400,
    ],
    ['without a file', (client) => client.post('/files', { body: new FormData() }), 400],
    ['as JSON', (client) => client.post('/files', { body: { file: 'a' } }), 400],
  ])('refuses an upload %s, and stores nothing', async (_, send, status) => {
    const { openai, folder } = await setUp({ maxBytes: 100_000 });
    await expect(send(openai())).rejects.toMatchObject({ status });
    expect(filesIn(folder)).toEqual([]);
  });

  it('a client receives the refusal of a large upload that it is still sending', async () => {
    const { openai } = await setUp({ maxBytes: 100_000 });
    for (let upload = 0; upload < 10; upload++)
      await expect(createPdf(openai(), 'a.pdf', 5_000_000)).rejects.toMatchObject({ status: 413 });
  });

  it('stores nothing of an upload that is cut', async () => {
    const { url, openai, folder } = await setUp();
    const { id } = await createPdf(openai());
    const head = [
      'POST /v1/files HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${KEY}`,
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 100000',
      '',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF',
    ];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`${head.join('\r\n')}${'x'.repeat(50_000)}`);
    await expect.poll(() => filesIn(folder).filter((name) => name.endsWith('.part')).length).toBe(1);
    socket.destroy();
    await expect.poll(() => filesIn(folder).toSorted()).toEqual([id]);
  });

  it('is not served without the option, and file ids are refused', async () => {
    const { openai } = await setUp({}, { files: undefined });
    await expect(openai().files.list()).rejects.toMatchObject({ status: 404 });
    const input = [{ role: 'user' as const, content: [{ type: 'input_file' as const, file_id: 'file-1' }] }];
    await expect(openai().responses.create({ model: 'gpt', input })).rejects.toThrow('stores no files');
  });

  it('reports a store that fails as temporary, and its error to the operator', async () => {
    const errors: unknown[] = [];
    const fail = (): Promise<never> => Promise.reject(new Error('disk full at /secret'));
    const store = { ...memoryFiles(), put: fail };
    const { openai } = await setUp({ store }, { onError: (error) => errors.push(error) });
    const failure = await createPdf(openai()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 503 });
    expect(String(failure)).not.toContain('secret');
    expect(errors).toHaveLength(1);
  });
});

describe('a file id in a request', () => {
  it.each(Object.keys(MODELS))(
    'is sent to %s over each wire, by the id of the vendor or as content',
    async (model) => {
      const { openai, anthropic, server, chats } = await setUp();
      const [small, large] = [
        await createPdf(openai(), 'small.pdf'),
        await createPdf(openai(), 'large.pdf', 200_000),
      ];
      const ids = [small.id, large.id];
      await openai().responses.create({
        model,
        input: [{ role: 'user', content: ids.map((file_id) => ({ type: 'input_file' as const, file_id })) }],
      });
      await openai().chat.completions.create({
        model,
        messages: [
          { role: 'user', content: ids.map((file_id) => ({ type: 'file' as const, file: { file_id } })) },
        ],
      });
      await anthropic().messages.create({
        model,
        max_tokens: 10,
        messages: [
          {
            role: 'user',
            content: ids.map((file_id) => ({
              type: 'document' as const,
              source: { type: 'file' as const, file_id },
            })),
          },
        ],
      });
      expect(server.uploads).toMatchObject([{ name: 'large.pdf', size: 200_000 }]);
      expect(chats()).toHaveLength(3);
      for (const { body } of chats()) {
        const text = JSON.stringify(body);
        expect(text).toContain(Buffer.from(pdf(2000)).toString('base64'));
        expect(text).toContain(server.uploads[0]?.id);
        expect(text).not.toContain(small.id);
        expect(text).not.toContain(large.id);
      }
    },
  );

  it('of an image is sent as an image', async () => {
    const { openai, anthropic, chats } = await setUp();
    const { id } = await openai().files.create({ file: await toFile(png.bytes, 'a.png'), purpose: 'vision' });
    await openai().responses.create({
      model: 'claude',
      input: [{ role: 'user', content: [{ type: 'input_image', file_id: id, detail: 'auto' }] }],
    });
    const source = { type: 'file' as const, file_id: id };
    await anthropic().messages.create({
      model: 'gpt',
      max_tokens: 10,
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    });
    for (const { body } of chats()) expect(JSON.stringify(body)).toContain(PNG);
  });

  it('counts for the maximum size of what a request names', async () => {
    const { openai, chats } = await setUp({}, { maxBodyBytes: 5000 });
    const { id } = await createPdf(openai(), 'a.pdf', 2000);
    const ask = (count: number): Promise<unknown> =>
      openai().responses.create({
        model: 'gpt',
        input: [
          {
            role: 'user',
            content: Array.from({ length: count }, () => ({ type: 'input_file' as const, file_id: id })),
          },
        ],
      });
    await ask(2);
    await expect(ask(3)).rejects.toMatchObject({ status: 413 });
    expect(chats()).toHaveLength(1);
  });

  it('is read from a database once for all requests, and downloaded without a copy', async () => {
    await using stores = sqliteStores(':memory:');
    const reads: string[] = [];
    const store: FileContentStore = {
      ...stores.files,
      async read(id) {
        const content = await stores.files.read(id);
        const counted = new TransformStream<Uint8Array, Uint8Array>({ flush: () => void reads.push(id) });
        return content && new Response(content).body?.pipeThrough(counted);
      },
    };
    const { openai, chats } = await setUp({ store });
    const { id } = await createPdf(openai(), 'a.pdf', 90_000);
    const input = [{ role: 'user' as const, content: [{ type: 'input_file' as const, file_id: id }] }];
    for (const model of Object.keys(MODELS)) await openai().responses.create({ model, input });
    expect(reads).toEqual([id]);
    const base64 = Buffer.from(pdf(90_000)).toString('base64');
    for (const { body } of chats()) expect(JSON.stringify(body)).toContain(base64);
    const content = await openai().files.content(id);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(pdf(90_000));
    expect(reads).toEqual([id, id]);
  });

  it('is refused as temporary if its content cannot be read, and read again later', async () => {
    await using stores = sqliteStores(':memory:');
    let isBroken = true;
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('connection lost');
      },
    });
    const store: FileContentStore = {
      ...stores.files,
      read: (id) => (isBroken ? Promise.resolve(broken) : stores.files.read(id)),
    };
    const { openai, chats } = await setUp({ store });
    const { id } = await createPdf(openai());
    const input = [{ role: 'user' as const, content: [{ type: 'input_file' as const, file_id: id }] }];
    await expect(openai().responses.create({ model: 'gpt', input })).rejects.toMatchObject({ status: 503 });
    isBroken = false;
    await openai().responses.create({ model: 'gpt', input });
    expect(chats()).toHaveLength(1);
  });

  it('stays usable for a call that runs while the file is deleted', async () => {
    const { openai, server, chats } = await setUp();
    const { id } = await createPdf(openai(), 'a.pdf', 200_000);
    const input = [{ role: 'user' as const, content: [{ type: 'input_file' as const, file_id: id }] }];
    const call = openai().responses.create({ model: 'gpt', input });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    await openai().files.delete(id);
    await call;
    expect(chats()).toHaveLength(1);
    await expect(openai().responses.create({ model: 'gpt', input })).rejects.toMatchObject({
      status: 400,
      param: 'input[0].content[0].file_id',
    });
  });
});
