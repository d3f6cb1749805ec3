import { describe, expect, it } from 'vitest';
import {
  audio,
  createMajordomo,
  file,
  image,
  toJson,
  user,
  type Attempt,
  type AttemptInfo,
  type FileBackend,
  type FileReferences,
  type ModelEvent,
  type ModelRequest,
  type Provider,
} from '../src/index.ts';
import { textEvents } from './support/chat-provider.ts';

/** Majordomo with one model, the requests that the model and the gates receive, and the hook. */
function setUp({ files, backend }: { files?: FileReferences; backend?: FileBackend } = {}) {
  const sent: ModelRequest[] = [];
  const gated: { request: ModelRequest; retentionDays: number | undefined }[] = [];
  const provider: Provider = {
    spi: 1,
    id: 'a',
    model: (id) => ({
      id,
      families: ['a'],
      capabilities: { fileLimits: { maxBytes: 10 } },
      async *stream(request): AsyncGenerator<readonly ModelEvent[]> {
        sent.push(request);
        yield await Promise.resolve(textEvents('a/x', 'yes'));
      },
    }),
    ...(backend && { files: () => backend }),
  };
  const gate = {
    name: 'g',
    admit: ({ request, data }: AttemptInfo) =>
      void gated.push({ request, retentionDays: data?.retentionDays }),
  };
  const majordomo = createMajordomo({ providers: [provider], files, gates: [gate] });
  return { model: majordomo.model('a/x'), majordomo, sent, gated };
}

const blob = (text: string, type = ''): Blob => new Blob([text], { type });
const storage: FileBackend = {
  accepts: (mediaType) => mediaType === 'application/pdf',
  lifetimeMs: { least: 1, most: 1 },
  account: () => Promise.resolve('account'),
  upload: () => Promise.reject(new Error('the hook uploads')),
  delete: () => Promise.resolve(),
};

describe('a blob', () => {
  it('is sent as bytes without the option files, with the type of its part', async () => {
    const { model, sent } = setUp();
    const parts = [
      image(blob('i')),
      image(blob('j', 'image/webp')),
      audio(blob('a', 'audio/wav')),
      file(blob('f'), 'text/plain', 'n'),
    ];
    await model.generate({ messages: [user('hi', ...parts)] });
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(sent[0]?.messages[0]?.parts).toEqual([
      { type: 'text', text: 'hi' },
      { type: 'image', mediaType: 'image/png', bytes: bytes('i') },
      { type: 'image', mediaType: 'image/webp', bytes: bytes('j') },
      { type: 'audio', mediaType: 'audio/wav', bytes: bytes('a') },
      { type: 'file', mediaType: 'text/plain', bytes: bytes('f'), name: 'n' },
    ]);
  });

  it('is subject to the limits of the target if its bytes are sent', async () => {
    const { model, sent } = setUp();
    const request = { messages: [user(file(blob('x'.repeat(11)), 'application/pdf'))] };
    await expect(model.generate(request)).rejects.toMatchObject({ details: { code: 'too-large' } });
    expect(sent).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['that is not a Blob', { type: 'blob', blob: 'text', mediaType: 'text/plain' }, 'must be a Blob'],
    ['without a media type', file(blob('x')), 'must be a MIME type'],
    ['with an invalid hash', { ...file(blob('x'), 'text/plain'), sha256: 'no' }, 'hexadecimal'],
  ])('%s is rejected before a request is sent', async (_name, part, why) => {
    const { model, sent } = setUp();
    await expect(model.generate({ messages: [user(part as never)] })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining(why),
    });
    expect(sent).toEqual([]);
  });

  it('is rejected outside of user messages, and if it cannot be read', async () => {
    const { model } = setUp();
    const message = { role: 'assistant', parts: [file(blob('x'), 'text/plain')] } as never;
    await expect(model.generate({ messages: [user('hi'), message, user('hi')] })).rejects.toThrow(
      'only user messages',
    );
    const broken = Object.assign(blob('x'), { arrayBuffer: () => Promise.reject(new Error('changed')) });
    await expect(model.generate({ messages: [user(file(broken, 'text/plain'))] })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('open the file again'),
    });
  });

  it('that could not be read is read again by the next call with the same messages', async () => {
    const { model } = setUp();
    let reads = 0;
    const arrayBuffer = (): Promise<ArrayBuffer> =>
      ++reads === 1 ? Promise.reject(new Error('busy')) : Promise.resolve(new ArrayBuffer(1));
    const request = { messages: [user(file(Object.assign(blob('x'), { arrayBuffer }), 'text/plain'))] };
    await expect(model.generate(request)).rejects.toMatchObject({ kind: 'invalid-request' });
    expect((await model.generate(request)).text).toBe('yes');
  });

  it('is rejected by toJson with a remedy', () => {
    expect(() => toJson([user(file(blob('x'), 'text/plain'))])).toThrow(/readBlobs of @majordomo\/files/);
  });
});

describe('the option files', () => {
  it('receives unread content after the gates, which see its size and the retention', async () => {
    const order: string[] = [];
    const files: FileReferences = {
      aboveBytes: 20,
      retentionDays: () => 3,
      refer(request, { tenant, context }) {
        order.push(`${tenant ?? ''} ${context.target}`);
        const reference = {
          type: 'file',
          mediaType: 'application/pdf',
          bytes: new Uint8Array(),
          file: { id: 'f', size: 30 },
        } as const;
        const warning = { action: 'emulated', what: 'w', why: 'y' } as const;
        return Promise.resolve({ request: { ...request, messages: [user(reference)] }, warnings: [warning] });
      },
    };
    const { model, sent, gated } = setUp({ files, backend: storage });
    const content = blob('x'.repeat(30));
    const request = { messages: [user(file(content, 'application/pdf'))] };
    const { warnings } = await model.generate(request, { tenant: 't' });
    const [part] = gated[0]?.request.messages[0]?.parts ?? [];
    expect(part).toMatchObject({
      type: 'file',
      bytes: new Uint8Array(),
      unread: { size: 30, blob: content },
    });
    expect(JSON.stringify(toJson({ part }))).toContain('"unread":{"size":30}');
    expect(gated[0]?.retentionDays).toBe(3);
    expect(order).toEqual(['t a/x']);
    expect(sent[0]?.messages[0]?.parts[0]).toMatchObject({ file: { id: 'f' } });
    expect(warnings).toMatchObject([{ what: 'w' }]);
  });

  it('is not called for small content, for other types, and for targets without a storage', async () => {
    const files: FileReferences = {
      aboveBytes: 5,
      retentionDays: () => 3,
      refer: () => Promise.reject(new Error('called')),
    };
    const pdfOf = (size: number) => user(file(blob('x'.repeat(size)), 'application/pdf'));
    await setUp({ files, backend: storage }).model.generate({ messages: [pdfOf(4)] });
    await setUp({ files, backend: storage }).model.generate({
      messages: [user(file(blob('x'.repeat(8)), 'text/plain'))],
    });
    const { model, gated } = setUp({ files });
    await model.generate({ messages: [pdfOf(8)] });
    expect(gated[0]?.retentionDays).toBeUndefined();
  });

  it('fails the attempt with its error, and settles the permits', async () => {
    const files: FileReferences = {
      aboveBytes: 5,
      retentionDays: () => 3,
      refer: () => Promise.reject(new Error('no upload')),
    };
    const { majordomo, sent } = setUp({ files, backend: storage });
    const outcomes: string[] = [];
    const gate = {
      name: 'g',
      admit: () => ({ settle: ({ outcome }: Attempt) => void outcomes.push(outcome) }),
    };
    const model = majordomo.with({ gates: [gate], chain: { attempts: 1 } }).model('a/x');
    await expect(
      model.generate({ messages: [user(file(blob('x'.repeat(8)), 'application/pdf'))] }),
    ).rejects.toThrow('no upload');
    expect(outcomes).toEqual(['failed']);
    expect(sent).toEqual([]);
  });

  it('must have the function refer', () => {
    expect(() => createMajordomo({ providers: [], files: {} as never })).toThrow('files');
  });
});
