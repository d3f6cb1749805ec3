import { memoryRecords } from '@majordomo/records';
import {
  assistant,
  file,
  image,
  toolResult,
  user,
  type ChatRequest,
  type ImagePart,
  type MediaFitter,
  type Message,
} from '@majordomo/core';
import type { FileServer } from '@majordomo/conformance';
import { fakeClock } from '@majordomo/testing';
import { deferred } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createFiles } from '../src/index.ts';
import { createWorld, openaiAt, pdf, png } from './world.ts';

const document = file(pdf(5000), 'application/pdf', 'report.pdf');
const about = (part: Parameters<typeof user>[number], text = 'What is in it?'): ChatRequest => ({
  messages: [user(part, text)],
});

describe('a large document for OpenAI', () => {
  it('is uploaded once, and 19 later questions refer to it', async () => {
    await using world = await createWorld();
    let messages: readonly Message[] = [
      user('Our report.', file(pdf(2_000_000), 'application/pdf', 'report.pdf')),
    ];
    for (let number = 0; number < 20; number++) {
      messages = [...messages, user(`question ${number}`)];
      const response = await world.ask({ messages });
      messages = [...messages, response.message];
      expect(response.warnings).toEqual([]);
    }
    expect(world.requests('upload')).toHaveLength(1);
    expect(world.server.uploads).toMatchObject([
      { name: 'report.pdf', mediaType: 'application/pdf', size: 2_000_000 },
    ]);
    for (const { size } of world.requests('chat')) expect(size).toBeLessThan(27_000);
    expect(world.events.map(({ type }) => type)).toEqual(['uploaded', ...Array<string>(19).fill('reused')]);
  });

  it('has a lifetime of one day by default, and the lifetime of the option within the limits of the vendor', async () => {
    const clock = fakeClock();
    for (const [keepMs, expected] of [
      [undefined, 86_400_000],
      [1, 3_600_000],
      [1e12, 2_592_000_000],
    ] as const) {
      await using world = await createWorld({ clock, keepMs });
      await world.ask(about(document));
      expect(world.server.uploads[0]?.expiresAt).toBe(clock.now() + expected);
    }
  });

  it('is not sent by an id that ends within 5 minutes', async () => {
    const clock = fakeClock();
    await using world = await createWorld({ clock });
    await world.ask(about(document));
    await clock.advance(86_400_000 - 300_001);
    await world.ask(about(document));
    expect(world.server.uploads).toHaveLength(1);
    await clock.advance(1);
    await world.ask(about(document));
    expect(world.server.uploads).toHaveLength(2);
  });

  it('is sent by its id over Chat Completions, and images over Chat Completions are sent inline', async () => {
    await using world = await createWorld({ spec: 'chat/gpt-5.4' });
    await world.ask({ messages: [user(document, image(png(5000)), 'hi')] });
    expect(world.requests('upload')).toHaveLength(1);
    const content = [
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'image_url', image_url: { url: expect.stringContaining('data:image/png;base64,') } },
      { type: 'text', text: 'hi' },
    ];
    expect(world.requests('chat')[0]?.body).toMatchObject({ messages: [{ content }] });
  });

  it('is uploaded again for another tenant', async () => {
    await using world = await createWorld();
    for (const tenant of ['a', 'b', 'a', undefined, 'b', undefined])
      await world.ask(about(document), { tenant });
    expect(world.requests('upload')).toHaveLength(3);
  });

  it.each(['deleted', 'expired'])(
    'that is %s at the vendor is uploaded once more, with one warning',
    async (how) => {
      const clock = fakeClock(Date.now());
      await using world = await createWorld({ server: how === 'expired' ? { clock } : undefined });
      await world.ask(about(document));
      if (how === 'expired') await clock.advance(86_400_001);
      else world.server.uploads[0]?.remove();
      const { warnings, attempts } = await world.ask(about(document));
      expect(warnings).toMatchObject([{ action: 'repaired', what: 'files uploaded again' }]);
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
      expect(world.requests('upload')).toHaveLength(2);
      expect(world.events.map(({ type }) => type)).toEqual(['uploaded', 'reused', 'forgotten', 'uploaded']);
      expect((await world.ask(about(document))).warnings).toEqual([]);
    },
  );

  it('is uploaded again for each of several files that the vendor reports one after another', async () => {
    for (const spec of ['openai/gpt-5.4', 'chat/gpt-5.4']) {
      await using world = await createWorld({ spec });
      const parts = [1, 2, 3].map((number) => file(pdf(5000, number), 'application/pdf', `${number}.pdf`));
      const request = { messages: [user(...parts, 'Compare.')] };
      await world.ask(request);
      for (const upload of world.server.uploads) upload.remove();
      await world.ask(request);
      expect(world.requests('upload')).toHaveLength(6);
      expect(world.requests('chat')).toHaveLength(5);
    }
  });

  it('that is missing twice fails as an ordinary error', async () => {
    const body = { error: { message: "The file 'file-9' was not found.", type: 'invalid_request_error' } };
    const before = ({ step }: { step: string }) => (step === 'chat' ? { status: 400, body } : undefined);
    await using world = await createWorld({ server: { before } });
    await expect(world.ask(about(document))).rejects.toMatchObject({
      kind: 'invalid-request',
      details: { attempts: [{ outcome: 'failed' }, { outcome: 'failed' }] },
    });
    expect(world.requests('upload')).toHaveLength(2);
  });

  it('of two models of one account is uploaded once, and with another key again', async () => {
    await using world = await createWorld();
    await world.ask(about(document));
    await world.ask(about(document), { spec: 'openai/gpt-5.4-mini' });
    await world.ask(about(document), { spec: 'chat/gpt-5.4' });
    expect(world.requests('upload')).toHaveLength(1);
  });
});

describe('content', () => {
  it('below the threshold is sent inline, and the store contains nothing', async () => {
    await using world = await createWorld();
    await world.ask(about(file(pdf(999), 'application/pdf')));
    expect(world.requests('upload')).toEqual([]);
    expect(JSON.stringify(world.requests('chat')[0]?.body)).toContain('file_data');
  });

  it('below the threshold does not need the storage of the provider', async () => {
    let storages = 0;
    const counted = (server: FileServer) =>
      openaiAt(server).map((provider) => ({
        ...provider,
        files: (...args: Parameters<NonNullable<typeof provider.files>>) => {
          storages++;
          return provider.files?.(...args);
        },
      }));
    await using world = await createWorld({ providers: counted });
    const result = toolResult({ callId: 'call_1', name: 'look', content: [image(png(999))] });
    const call = { type: 'tool-call', id: 'call_1', name: 'look', args: {} } as const;
    const tools = [{ name: 'look', description: 'd', parameters: { type: 'object' } }];
    await world.ask({ messages: [user('hi')] });
    await world.ask(about(file(pdf(999), 'application/pdf')));
    await world.ask({ messages: [user('Look.'), { role: 'assistant', parts: [call] }, result], tools });
    expect(storages).toBe(0);
    await world.ask(about(document));
    expect(storages).toBeGreaterThan(0);
  });

  it('of tool results and user messages is sent by reference over Responses', async () => {
    await using world = await createWorld();
    const call = { type: 'tool-call', id: 'call_1', name: 'look', args: {} } as const;
    const result = toolResult({ callId: 'call_1', name: 'look', content: [image(png(5000)), document] });
    const tools = [{ name: 'look', description: 'd', parameters: { type: 'object' } }];
    await world.ask({ messages: [user(image(png(6000)), 'hi'), assistant([call]), result], tools });
    expect(world.requests('upload')).toHaveLength(3);
    const text = JSON.stringify(world.requests('chat')[0]?.body);
    expect(text).not.toContain('base64');
    expect(text.match(/"file_id"/g)).toHaveLength(3);
  });

  it.each([
    ['a user message', (part: ImagePart): Message => user(part, 'hi')],
    [
      'a tool result',
      (part: ImagePart): Message => toolResult({ callId: 'call_1', name: 'look', content: [part] }),
    ],
  ])(
    'of images in %s is referred to if it is large after fitting, by the hash of the fitted bytes',
    async (_, last) => {
      const small = png(900);
      const fitted = png(3000);
      const fitter: MediaFitter = {
        fit(part) {
          if (part.mediaType === 'image/png') return Promise.resolve(part);
          return Promise.resolve({
            ...part,
            mediaType: 'image/png',
            bytes: part.bytes.length > 6000 ? fitted : small,
          });
        },
      };
      await using world = await createWorld({ majordomo: { media: fitter } });
      const call = { type: 'tool-call', id: 'call_1', name: 'look', args: {} } as const;
      const tools = [{ name: 'look', description: 'd', parameters: { type: 'object' } }];
      const ask = async (part: ImagePart): Promise<string> => {
        const turn = last(part);
        await world.ask({
          messages: [user('look'), ...(turn.role === 'tool' ? [assistant([call])] : []), turn],
          tools,
        });
        return JSON.stringify(world.requests('chat').at(-1)?.body);
      };
      const tiff = (size: number): ImagePart => image(png(size), 'image/tiff');
      const texts = [
        await ask(image(png(900))),
        await ask(image(png(5000))),
        await ask(tiff(8000)),
        await ask(tiff(6000)),
      ];
      expect(texts.map((text) => text.includes('"file_id"'))).toEqual([false, true, true, false]);
      await ask(tiff(9000));
      expect(world.server.uploads.map(({ size, mediaType }) => [size, mediaType])).toEqual([
        [5000, 'image/png'],
        [3000, 'image/png'],
      ]);
    },
  );

  it('below the threshold is sent in the same body as without files', async () => {
    const bodies = await Promise.all(
      [{}, { majordomo: { files: undefined } }].map(async (options) => {
        await using world = await createWorld({ ...options, aboveBytes: 100_000 });
        const messages = [user(document, image(png(5000)), 'What is it?')];
        for (const spec of ['openai/gpt-5.4', 'chat/gpt-5.4']) await world.ask({ messages }, { spec });
        return world.requests('chat').map(({ body }) => JSON.stringify(body));
      }),
    );
    expect(bodies[0]).toEqual(bodies[1]);
    expect(bodies[0]).toHaveLength(2);
  });

  it('is not stored with names, keys or bytes', async () => {
    const records = memoryRecords();
    await using world = await createWorld({ records });
    await world.ask(about(document), { tenant: 'acme' });
    const [stored, ...others] = await records.list('file-references', { limit: 9 });
    expect([stored?.key, JSON.parse(stored?.value ?? ''), others]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      { format: 1, data: { id: 'file-1', size: 5000, expiresAt: expect.any(Number) } },
      [],
    ]);
  });

  it('is uploaded without the store if the store fails, with one warning', async () => {
    const fail = () => Promise.reject(new Error('no store'));
    await using world = await createWorld({ records: { get: fail, write: fail, list: fail, counts: fail } });
    const { warnings } = await world.ask({
      messages: [user(document, file(pdf(4000, 2), 'application/pdf'), 'hi')],
    });
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'store of file ids' }]);
    expect(world.requests('upload')).toHaveLength(2);
  });

  it('is sent inline with a warning if its upload fails', async () => {
    const before = ({ step }: { step: string }) => (step === 'upload' ? { status: 403 } : undefined);
    await using world = await createWorld({ server: { before } });
    const { warnings, text } = await world.ask(about(document));
    expect(text).toBe('done');
    expect(warnings).toMatchObject([{ action: 'emulated', what: 'report.pdf' }]);
    expect(JSON.stringify(world.requests('chat')[0]?.body)).toContain('file_data');
  });

  it('of a caller must not contain a reference', async () => {
    await using world = await createWorld();
    const forged = { ...document, file: { id: 'file-7', size: 1 } };
    await expect(world.ask(about(forged))).rejects.toMatchObject({ kind: 'invalid-request' });
    expect(world.server.requests).toEqual([]);
  });
});

describe('an upload', () => {
  it('does not begin if a gate denies the attempt, and the gate sees the retention of the files', async () => {
    const seen: unknown[] = [];
    const gate = {
      name: 'no',
      admit: ({ data }: { data?: object | undefined }) => {
        seen.push(data);
        return { deny: 'no' };
      },
    };
    await using world = await createWorld({ majordomo: { gates: [gate] } });
    await expect(world.ask(about(document))).rejects.toMatchObject({ kind: 'denied' });
    expect(world.server.requests).toEqual([]);
    expect(seen).toMatchObject([{ retentionDays: expect.any(Number) }]);
  });

  it('takes place once for 30 parallel calls, and the abort of 29 does not abort it', async () => {
    const held = deferred<undefined>();
    const arrived = deferred();
    const before = async ({ step }: { step: string }) => {
      if (step !== 'upload') return undefined;
      arrived.resolve();
      return held.promise;
    };
    await using world = await createWorld({ server: { before } });
    const controller = new AbortController();
    const calls = Array.from({ length: 30 }, (_, at) =>
      world.ask(about(document), { signal: at === 0 ? undefined : controller.signal }),
    );
    await arrived.promise;
    controller.abort();
    const results = await Promise.allSettled(calls.slice(1));
    expect(
      results.every(
        (result) => result.status === 'rejected' && (result.reason as { kind: string }).kind === 'aborted',
      ),
    ).toBe(true);
    held.resolve(undefined);
    expect((await calls[0])?.text).toBe('done');
    expect(world.requests('upload')).toHaveLength(1);
  });

  it('is aborted when all calls that wait for it are aborted', async () => {
    const arrived = deferred();
    const before = ({ step }: { step: string }) => {
      if (step === 'upload') arrived.resolve();
      return step === 'upload' ? new Promise<undefined>(() => undefined) : undefined;
    };
    await using world = await createWorld({ server: { before } });
    const controller = new AbortController();
    const calls = Array.from({ length: 3 }, () => world.ask(about(document), { signal: controller.signal }));
    await arrived.promise;
    const startedAt = performance.now();
    controller.abort();
    const kinds = (await Promise.allSettled(calls)).map(
      (each) => each.status === 'rejected' && (each.reason as { kind: string }).kind,
    );
    expect(kinds).toEqual(['aborted', 'aborted', 'aborted']);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(world.requests('chat')).toEqual([]);
  });

  it('that exceeds its time is replaced by the content itself', async () => {
    const clock = fakeClock();
    const arrived = deferred();
    const before = ({ step }: { step: string }) => {
      if (step === 'upload') arrived.resolve();
      return step === 'upload' ? new Promise<undefined>(() => undefined) : undefined;
    };
    await using world = await createWorld({ clock, timeoutMs: 1000, server: { before } });
    const call = world.ask(about(document));
    await arrived.promise;
    await clock.advance(1000);
    expect((await call).warnings).toMatchObject([
      { action: 'emulated', why: expect.stringContaining('timeoutMs') },
    ]);
  });
});

it('createFiles rejects invalid options', () => {
  expect(() => createFiles({ aboveBytes: 0 })).toThrow('aboveBytes');
  expect(() => createFiles({ records: {} as never })).toThrow('records');
  expect(() => createFiles({ keepMS: 1 } as never)).toThrow('keepMs');
});
