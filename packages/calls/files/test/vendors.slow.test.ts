import { assistant, file, image, toJson, toolResult, user, type ChatRequest } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import type { FileRequest, FileServer } from '@majordomo/conformance';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { readBlobs } from '../src/index.ts';
import { createWorld, KEY, openaiAt, pdf, png } from './world.ts';

const document = file(pdf(5000), 'application/pdf', 'report.pdf');
const about = (part: Parameters<typeof user>[number]): ChatRequest => ({
  messages: [user(part, 'What is in it?')],
});
const providers = (server: FileServer) => [
  ...openaiAt(server),
  createAnthropic({ apiKey: KEY, baseURL: server.url }),
  createGoogle({ apiKey: KEY, baseURL: server.url }),
];
const SPECS = {
  openai: 'openai/gpt-5.4',
  anthropic: 'anthropic/claude-sonnet-5',
  google: 'google/gemini-3.7-flash',
} as const;
const VENDORS = ['openai', 'anthropic', 'google'] as const;

describe.each(VENDORS)('files of %s', (vendor) => {
  const spec = SPECS[vendor];

  it('are uploaded once for documents, images and tool results', async () => {
    await using world = await createWorld({ providers, spec });
    const call = { type: 'tool-call', id: 'call_1', name: 'look', args: {} } as const;
    const result = toolResult({ callId: 'call_1', name: 'look', content: [image(png(5000))] });
    const tools = [{ name: 'look', description: 'd', parameters: { type: 'object' } }];
    const request: ChatRequest = {
      messages: [user(document, image(png(6000)), 'hi'), assistant([call]), result],
      tools,
    };
    for (let round = 0; round < 2; round++) expect((await world.ask(request)).text).toBe('done');
    expect(world.server.uploads.map(({ mediaType }) => mediaType).sort()).toEqual([
      'application/pdf',
      'image/png',
      'image/png',
    ]);
    for (const { body } of world.requests('chat')) expect(JSON.stringify(body)).not.toMatch(/iVBOR|JVBER/);
  });

  it('that are missing are uploaded once more, with one warning', async () => {
    await using world = await createWorld({ providers, spec });
    await world.ask(about(document));
    world.server.uploads[0]?.remove();
    const { warnings, attempts } = await world.ask(about(document));
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'files uploaded again' }]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
    expect(world.server.uploads).toHaveLength(2);
  });

  it('that have expired at the vendor are uploaded once more', async () => {
    const clock = fakeClock(Date.now());
    await using world = await createWorld({ providers, spec, server: { clock } });
    await world.ask(about(document));
    await clock.advance(200_000_000);
    expect((await world.ask(about(document))).warnings).toMatchObject([{ what: 'files uploaded again' }]);
  });

  it('are deleted by remove, and uploaded again by the next call', async () => {
    await using world = await createWorld({ providers, spec });
    const request = { messages: [user(document, image(png(5000)), 'hi')] };
    await world.ask(request, { tenant: 't' });
    const prepare = () => world.majordomo.prepare(spec, request, { tenant: 't', work: 'background' });
    await world.files.remove(await prepare(), request.messages);
    expect(world.requests('remove')).toEqual([]);
    await world.files.remove(await prepare(), request.messages, { tenant: 't' });
    expect(world.requests('remove')).toHaveLength(2);
    expect(world.events.filter(({ type }) => type === 'forgotten')).toHaveLength(2);
    await world.ask(request, { tenant: 't' });
    expect(world.server.uploads).toHaveLength(4);
  });

  it('of another account are uploaded to it', async () => {
    await using world = await createWorld({ providers, spec });
    await world.ask(about(document));
    const { url, baseURL } = world.server;
    const other = world.majordomo.with({
      providers: [
        ...openaiAt(world.server, 'other'),
        createAnthropic({ apiKey: 'other', baseURL: url }),
        createGoogle({ apiKey: 'other', baseURL: url }),
      ],
    });
    expect((await other.model(spec).generate(about(document))).warnings).toEqual([]);
    expect(new Set(world.server.uploads.map(({ account }) => account))).toEqual(new Set([KEY, 'other']));
    expect(baseURL).toContain(url);
  });
});

it.each([400, 404])(
  'a file that OpenAI reports as missing with status %i is uploaded once more',
  async (status) => {
    let isGone = false;
    const message = "File with id 'file-1' not found.";
    const body = { error: { message, type: 'invalid_request_error', param: null, code: null } };
    const before = (request: FileRequest) =>
      isGone && request.step === 'chat' && JSON.stringify(request.body).includes('"file-1"')
        ? { status, body }
        : undefined;
    await using world = await createWorld({ providers, spec: SPECS.openai, server: { before } });
    await world.ask(about(document));
    isGone = true;
    const { text, warnings, attempts } = await world.ask(about(document));
    expect(text).toBe('done');
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'files uploaded again' }]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
    expect(world.server.uploads.map(({ id }) => id)).toEqual(['file-1', 'file-2']);
  },
);

it.each(VENDORS)(
  'twenty questions to %s about a document of 20 MB send less than a fifth of the bytes of inline documents',
  { timeout: 60_000 },
  async (vendor) => {
    await using world = await createWorld({ providers, spec: SPECS[vendor], aboveBytes: 1_048_576 });
    const large = file(pdf(20_000_000), 'application/pdf', 'report.pdf');
    const inline = Math.ceil(20_000_000 / 3) * 4;
    for (let question = 1; question <= 20; question++)
      await world.ask({ messages: [user(large, `Question ${question}?`)] });
    expect(world.server.uploads).toHaveLength(1);
    expect(world.requests('chat')).toHaveLength(20);
    for (const { size } of world.requests('chat')) expect(size).toBeLessThan(inline / 100);
    const sent = world.server.requests.reduce((sum, { size }) => sum + size, 0);
    // The time of a call over a connection of 50 MB/s is the time of its bytes.
    expect(sent).toBeLessThan((20 * inline) / 5);
  },
);

it('each leg of a chain uploads to its vendor, and a second conversation uploads nothing', async () => {
  const before = ({ step, vendor }: { step: string; vendor: string }) =>
    step === 'chat' && vendor !== 'google' ? { status: 500 } : undefined;
  await using world = await createWorld({
    providers,
    spec: VENDORS.map((vendor) => SPECS[vendor]).join(','),
    server: { before },
    majordomo: { chain: { attempts: 1 }, health: { threshold: 100 } },
  });
  const { target, message } = await world.ask(about(document), { tenant: 'a' });
  expect(target).toBe(SPECS.google);
  expect(world.server.uploads.map(({ id }) => id)).toEqual(['file-1', 'file_2', 'files/f3']);
  expect(JSON.stringify(toJson(message))).not.toMatch(/file[-_s]/);
  await world.ask({ messages: [user('Another conversation.', document)] }, { tenant: 'a' });
  expect(world.server.uploads).toHaveLength(3);
  await world.ask(about(document), { tenant: 'b' });
  expect(world.server.uploads).toHaveLength(6);
});

it('vendors behind one URL with one key do not receive each other’s ids', async () => {
  await using world = await createWorld({ providers });
  for (let round = 0; round < 2; round++)
    for (const vendor of VENDORS) await world.ask(about(document), { spec: SPECS[vendor] });
  expect(world.server.uploads.map(({ id }) => id)).toEqual(['file-1', 'file_2', 'files/f3']);
  expect(world.requests('chat')).toHaveLength(6);
});

it('a file of Gemini is sent when it is active, and uploaded again after 48 hours', async () => {
  const clock = fakeClock(Date.now());
  await using world = await createWorld({
    providers,
    spec: SPECS.google,
    clock,
    server: { clock, looks: 2 },
  });
  await world.ask(about(document));
  expect(world.requests('look')).toHaveLength(2);
  await clock.advance(172_800_000 - 300_001);
  await world.ask(about(document));
  expect(world.server.uploads).toHaveLength(1);
  await clock.advance(1);
  await world.ask(about(document));
  expect(world.server.uploads).toHaveLength(2);
});

it('readBlobs returns the messages with bytes, and rejects a blob that cannot be read', async () => {
  const blob = new Blob(['text']);
  const messages = [user('hi', file(blob, 'text/plain', 'a.txt')), assistant('yes')];
  expect(await readBlobs(messages)).toEqual([
    user('hi', file(new TextEncoder().encode('text'), 'text/plain', 'a.txt')),
    assistant('yes'),
  ]);
  const broken = Object.assign(new Blob(['text']), {
    arrayBuffer: () => Promise.reject(new Error('changed')),
  });
  await expect(readBlobs([user(file(broken, 'text/plain'))])).rejects.toMatchObject({
    kind: 'invalid-request',
    details: { path: 'messages[0].parts[0]' },
  });
});
