import { createMajordomo } from '@majordomo/core';
import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGateway, type GatewayFilesOptions } from '../src/index.ts';
import { byKey, KEY } from './support/test-gateway.ts';

const OTHER_KEY = 'key-of-team-b';
const BOUNDARY = 'form-boundary';
const HEAD = [
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data`,
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n`,
].join('\r\n');
const END = `\r\n--${BOUNDARY}--\r\n`;
const MINUTE = 60_000;

type Send = (path: string, init?: RequestInit & { readonly key?: string }) => Promise<Response>;

/** Returns a function that sends requests to a new gateway. */
function gatewayWith(files: Partial<GatewayFilesOptions>): Send {
  const provider = fakeProvider({ id: 'a', models: { x: Array.from({ length: 20 }, () => 'hello') } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider], env: {} }),
    models: { x: 'a/x' },
    authorize: byKey,
    files: { records: memoryRecords(), store: memoryFiles(), ...files },
  });
  return (path, { key = KEY, headers, ...init } = {}) =>
    gateway.fetch(
      new Request(`http://gateway${path}`, {
        ...init,
        headers: { authorization: `Bearer ${key}`, ...(headers as Record<string, string>) },
      }),
    );
}

/** Form whose content is sent step by step. */
class Upload {
  readonly response: Promise<Response>;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly connection = new AbortController();

  /** @param length value of the header `content-length`; by default, the size of the form is not known */
  constructor(send: Send, { length, key = KEY }: { readonly length?: number; readonly key?: string } = {}) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.writer = writable.getWriter();
    this.response = send('/v1/files', {
      method: 'POST',
      key,
      headers: {
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        ...(length !== undefined && { 'content-length': String(length) }),
      },
      body: readable,
      duplex: 'half',
      signal: this.connection.signal,
    });
    void this.write(HEAD);
  }

  /** Resolves when the gateway has read the text or has responded. */
  async write(text: string): Promise<void> {
    await Promise.race([this.writer.write(new TextEncoder().encode(text)), this.response]);
  }

  async end(): Promise<Response> {
    await this.write(END);
    this.writer.close().catch(() => undefined);
    return this.response;
  }

  disconnect(): Promise<Response> {
    this.connection.abort();
    return this.response;
  }
}

const upload = (send: Send, size: number, key = KEY): Promise<Response> => {
  const form = new Upload(send, { length: HEAD.length + size + END.length, key });
  void form.write('x'.repeat(size));
  return form.end();
};

const idOf = async (uploaded: Promise<Response>): Promise<string> =>
  ((await (await uploaded).json()) as { readonly id: string }).id;

/** Returns the address of a new upload of Gemini's client. */
const start = (size: number): string => `/upload/v1beta/files?upload_id=${crypto.randomUUID()}&size=${size}`;
const append = (send: Send, address: string, offset: number, text: string, isLast = false) =>
  send(address, {
    method: 'POST',
    headers: {
      'x-goog-api-key': KEY,
      'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload',
      'x-goog-upload-offset': String(offset),
    },
    body: text,
  });

const QUOTA = { code: 'storage_quota_exceeded', message: expect.stringContaining('maxTotalBytes') };
const isRefused = async (response: Response): Promise<boolean> =>
  response.status === 400 && JSON.stringify(await response.json()).includes('maxTotalBytes');

/** Returns the size of all files in a folder. */
const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

function stopClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

describe('the limits of an owner of files', () => {
  it('include an upload from its first byte until its connection ends', async () => {
    const send = gatewayWith({ maxTotalBytes: 10_000 });
    const form = new Upload(send, { length: HEAD.length + 8000 + END.length });
    await form.write('x');
    const refused = await upload(send, 5000);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: QUOTA }]);
    expect((await upload(send, 5000, OTHER_KEY)).status).toBe(200);
    await form.disconnect();
    expect((await upload(send, 5000)).status).toBe(200);
  });

  it('include an upload of unknown size, which ends when its owner has no space left', async () => {
    const folder = testFolder();
    const send = gatewayWith({ store: folderFiles(folder), maxTotalBytes: 400_000 });
    const [first, second] = [new Upload(send), new Upload(send)];
    await first.write('x'.repeat(200_000));
    const sizes: number[] = [];
    for (let count = 0; count < 12; count++) {
      await second.write('x'.repeat(20_000));
      sizes.push(sizeOf(folder));
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(400_000);
    expect(await isRefused(await second.response)).toBe(true);
    expect((await first.end()).status).toBe(200);
  });

  it('hold with many unfinished uploads at once', async () => {
    const folder = testFolder();
    const send = gatewayWith({ store: folderFiles(folder), maxTotalBytes: 1_000_000, maxFiles: 5 });
    const forms = Array.from({ length: 12 }, (_, number) =>
      number % 2 === 0 ? new Upload(send, { length: 905_000 }) : new Upload(send),
    );
    await Promise.allSettled(forms.map((form) => form.write('x'.repeat(900_000))));
    expect(sizeOf(folder)).toBeLessThanOrEqual(1_000_000);
    await Promise.all(forms.map((form) => form.disconnect()));
    await expect.poll(() => sizeOf(folder)).toBe(0);
    expect((await upload(send, 900_000)).status).toBe(200);
  });

  it('include an unfinished upload of Gemini’s client for 5 minutes', async () => {
    stopClock();
    const send = gatewayWith({ maxTotalBytes: 10_000 });
    const address = start(8000);
    expect((await append(send, address, 0, 'x')).status).toBe(200);
    expect(await isRefused(await append(send, start(5000), 0, 'x'))).toBe(true);
    expect(await isRefused(await upload(send, 5000))).toBe(true);
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect((await append(send, address, 1, 'x')).status).toBe(400);
    expect((await upload(send, 5000)).status).toBe(200);
  });

  it('refuse content above the size that Gemini’s client has announced, when it arrives', async () => {
    const send = gatewayWith({ maxTotalBytes: 10_000 });
    const refused = await append(send, start(10), 0, 'x'.repeat(11));
    expect(await refused.json()).toMatchObject({
      error: { message: expect.stringContaining('is 10, but 11') },
    });
    expect((await upload(send, 9000)).status).toBe(200);
  });

  it('include the content of deleted files for 10 minutes, in addition to a full replacement', async () => {
    stopClock();
    const send = gatewayWith({ maxTotalBytes: 3000 });
    const replace = async (): Promise<number> => {
      const uploaded = await upload(send, 2000);
      if (uploaded.status !== 200) return uploaded.status;
      const { id } = (await uploaded.json()) as { readonly id: string };
      return (await send(`/v1/files/${id}`, { method: 'DELETE' })).status;
    };
    expect([await replace(), await replace(), await replace(), await replace()]).toEqual([
      200, 200, 200, 400,
    ]);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(await replace()).toBe(200);
  });

  it('do not include a file as deleted if its deletion fails', async () => {
    const memory = memoryRecords();
    let isBroken = true;
    const records: RecordStore = {
      ...memory,
      write: (space, changes) =>
        isBroken && changes.some((change) => 'label' in change && change.label === 'deleted')
          ? Promise.reject(new Error('disk full'))
          : memory.write(space, changes),
    };
    const send = gatewayWith({ records, maxTotalBytes: 3000 });
    const id = await idOf(upload(send, 3000));
    const remove = (): Promise<Response> => send(`/v1/files/${id}`, { method: 'DELETE' });
    for (let count = 0; count < 3; count++) expect((await remove()).status).toBe(503);
    isBroken = false;
    expect((await remove()).status).toBe(200);
    expect((await upload(send, 3000)).status).toBe(200);
  });

  it('include what a killed process has received until its lease ends, and remove its content', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const folder = testFolder();
    const store = folderFiles(folder);
    const form = new Upload(gatewayWith({ records, store, maxTotalBytes: 1000 }), {
      length: HEAD.length + 900 + END.length,
    });
    await form.write('x'.repeat(900));
    const send = gatewayWith({ records, store, maxTotalBytes: 1000 });
    expect(await isRefused(await upload(send, 900))).toBe(true);
    // Without the renewals of its process, the lease ends.
    await clock.advance(60_000);
    expect((await upload(send, 900)).status).toBe(200);
    await form.disconnect();
    expect(sizeOf(folder)).toBe(900);
  });

  it('include uploads of other processes', async () => {
    const files = { records: memoryRecords(), store: memoryFiles(), maxFiles: 1 };
    const [one, two] = [gatewayWith(files), gatewayWith(files)];
    const form = new Upload(one);
    await form.write('x');
    expect((await upload(two, 10)).status).toBe(400);
    expect((await form.end()).status).toBe(200);
    expect((await upload(two, 10)).status).toBe(400);
    const listed = await two('/v1/files');
    expect(((await listed.json()) as { data: unknown[] }).data).toHaveLength(1);
  });

  it('permit a file again whose upload has failed', async () => {
    const store: FileContentStore = memoryFiles();
    let isBroken = true;
    const send = gatewayWith({
      maxFiles: 1,
      store: {
        ...store,
        put: (...args) => (isBroken ? Promise.reject(new Error('disk full')) : store.put(...args)),
      },
    });
    expect((await upload(send, 10)).status).toBe(503);
    isBroken = false;
    expect((await upload(send, 10)).status).toBe(200);
  });
});

describe('the temporary copies of an owner', () => {
  const PREFIX = 'majordomo-file-copies-';

  /** Starts a gateway whose store returns streams, and returns the size of its temporary copies. */
  function gatewayWithCopies(maxTotalBytes: number): { readonly send: Send; readonly copied: () => number } {
    const root = testFolder();
    vi.stubEnv('TMPDIR', root);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const files = memoryFiles();
    const store: FileContentStore = {
      ...files,
      read: async (id) => ((await files.read(id)) as Blob | undefined)?.stream(),
    };
    const copied = (): number =>
      readdirSync(root)
        .filter((name) => name.startsWith(PREFIX))
        .reduce((sum, name) => sum + sizeOf(join(root, name)), 0);
    return { send: gatewayWith({ store, maxTotalBytes }), copied };
  }

  const ask = (send: Send, file_id: string): Promise<Response> =>
    send('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'x',
        messages: [{ role: 'user', content: [{ type: 'file', file: { file_id } }] }],
      }),
    });

  it('end with their file', async () => {
    const { send, copied } = gatewayWithCopies(3000);
    const id = await idOf(upload(send, 2000));
    expect((await ask(send, id)).status).toBe(200);
    expect(copied()).toBe(2000);
    await send(`/v1/files/${id}`, { method: 'DELETE' });
    await expect.poll(copied).toBe(0);
  });

  it('end 5 minutes after their last request', async () => {
    const { send, copied } = gatewayWithCopies(3000);
    stopClock();
    const id = await idOf(upload(send, 2000));
    await ask(send, id);
    await vi.advanceTimersByTimeAsync(4 * MINUTE);
    await ask(send, id);
    await vi.advanceTimersByTimeAsync(4 * MINUTE);
    expect(copied()).toBe(2000);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await vi.waitFor(() => {
      expect(copied()).toBe(0);
    });
  });
});
