import type { VideoContent } from '@majordomo/background';
import { type VideoRequest } from '@majordomo/core';
import { failureOf, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { studio, type Studio } from './studio.ts';
import type { Plan } from './video-server.ts';

const GROK = 'grok/grok-imagine-video';
const ROUTER = 'openrouter/google/veo-3.1';
const REQUEST: VideoRequest = { prompt: 'A cat on a boat', seconds: 8, resolution: '720p' };
const FULL_NANO = '3200000000';
const ROUTER_DONE = { status: 'completed', unsigned_urls: ['ORIGIN/a'], usage: { cost: 1.5 } };
const grokDone = (changes: object = {}): object => ({
  status: 'done',
  video: { url: 'ORIGIN/signed/clip.mp4', duration: 6, ...changes },
});

/** Returns the content of a video that xAI has generated. */
async function contentOf(all: Studio, signal?: AbortSignal): Promise<VideoContent> {
  const { videos } = await all.settle((await all.process().videoModel(GROK).start(REQUEST)).result());
  const [video] = videos;
  if (video === undefined) throw new Error('there is no video');
  return video.read({ signal });
}

it.each([
  ['a page', { 'content-type': 'text/html; charset=utf-8' }, '<html></html>', 'protocol'],
  ['an error', { 'content-type': 'application/json' }, '{"error":"sorry"}', 'protocol'],
  ['no byte', { 'content-type': 'video/mp4', 'content-length': 0 }, '', 'empty'],
])('rejects %s in place of a video', async (_, headers, text, kind) => {
  const content: Plan['content'] = (response) => response.writeHead(200, headers).end(text);
  await using all = await studio({ xai: [grokDone()], content });
  expect((await failureOf(contentOf(all))).kind).toBe(kind);
});

it('fails with network if the connection is lost before the end of a video', async () => {
  const content: Plan['content'] = (response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('vv', () => response.destroy());
  };
  await using all = await studio({ xai: [grokDone()], content });
  const { kind, details } = await failureOf((await contentOf(all)).bytes());
  expect([kind, details.target]).toEqual(['network', GROK]);
});

it('fails with timeout if a vendor sends no byte of a video for 2 minutes', async () => {
  const content: Plan['content'] = (response) =>
    response.writeHead(200, { 'content-length': 1000 }).write('vv');
  await using all = await studio({ xai: [grokDone()], content });
  const reader = (await contentOf(all)).stream().getReader();
  expect((await reader.read()).value).toHaveLength(2);
  const lost = failureOf(reader.read());
  await all.clock.advance(119_999);
  await expect(Promise.race([lost, Promise.resolve('waiting')])).resolves.toBe('waiting');
  await all.clock.advance(1);
  const { kind, details } = await lost;
  expect([kind, details.phase]).toEqual(['timeout', 'idle']);
});

it('an abort ends the request for a video with aborted', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const content: Plan['content'] = () => {
    controller.abort(reason);
  };
  await using all = await studio({ xai: [grokDone()], content });
  expect(await failureOf(contentOf(all, controller.signal))).toMatchObject({
    kind: 'aborted',
    cause: reason,
  });
});

it('does not state the size of compressed content', async () => {
  const content: Plan['content'] = (response) =>
    response.writeHead(200, { 'content-encoding': 'identity', 'content-length': 2 }).end('vv');
  await using all = await studio({ xai: [grokDone()], content });
  expect((await contentOf(all)).size).toBeUndefined();
});

it('accepts no video to which a signed URL redirects without TLS', async () => {
  await using other = await testServer((response) => {
    response.end('vv');
  });
  const content: Plan['content'] = (response) => {
    response.writeHead(302, { location: `${other.origin}/clip.mp4` }).end();
  };
  await using all = await studio({ xai: [grokDone()], content });
  expect((await failureOf(contentOf(all))).kind).toBe('protocol');
});

it.each([
  ['xAI', 'xai', GROK],
  ['OpenRouter', 'openrouter', ROUTER],
] as const)(
  'a start that %s refuses with an error and the status 200 costs nothing',
  async (_, vendor, spec) => {
    const refusal = { error: { message: 'the queue is full', code: 'overloaded' } };
    await using all = await studio({ starts: { [vendor]: refusal } });
    const error = await failureOf(all.settle(all.process().videoModel(spec).start(REQUEST)));
    expect(error.message).toContain('the queue is full');
    for (const record of await all.records())
      expect(record).toMatchObject({ outcome: 'failed', nanoUsd: '0' });
  },
);

it.each([
  ['xAI', { xai: [{ error: { message: 'maintenance' } }, grokDone()] }, GROK],
  ['OpenRouter', { openrouter: [{ error: { message: 'maintenance' } }, ROUTER_DONE] }, ROUTER],
])(
  'reports a look that %s answers with an error and the status 200, and looks again',
  async (_, plan, spec) => {
    await using all = await studio(plan);
    const { target } = await all.settle((await all.process().videoModel(spec).start(REQUEST)).result());
    expect(target).toBe(spec);
    expect(all.events.find(({ type }) => type === 'job-delayed')).toMatchObject({
      error: { message: expect.stringContaining('maintenance') as string },
    });
  },
);

it('states why OpenRouter has ended a video', async () => {
  const failed = { status: 'failed', error: { code: 403, message: 'flagged' } };
  await using all = await studio({ openrouter: [failed] });
  const job = await all.process().videoModel(ROUTER).start(REQUEST);
  expect((await failureOf(all.settle(job.result()))).message).toContain('flagged');
});

it('books the requested seconds of a video if xAI reports no valid duration', async () => {
  await using all = await studio({ xai: [grokDone({ duration: -5 })] });
  const { usage } = await all.settle((await all.process().videoModel(GROK).start(REQUEST)).result());
  expect(usage?.details?.units).toEqual({ 'video-second:720p': 8 });
  expect(await all.records()).toMatchObject([{ nanoUsd: FULL_NANO }]);
});

it('books the reservation of a cancelled video that is removed before its vendor has ended it', async () => {
  await using all = await studio({ xai: [{ status: 'pending' }] });
  const job = await all.process().videoModel(GROK).start(REQUEST);
  await job.cancel();
  expect(await all.records()).toEqual([]);
  await job.remove();
  expect(await all.records()).toMatchObject([{ outcome: 'abandoned', nanoUsd: FULL_NANO }]);
});

it('retains a cancelled video beyond keepMs until its cost is booked', async () => {
  await using all = await studio({ xai: [{ status: 'pending' }] }, { keepMs: 60_000 });
  const background = all.process();
  await (await background.videoModel(GROK).start(REQUEST)).cancel();
  for (let minutes = 0; minutes < 62; minutes++) {
    await all.clock.advance(60_000);
    await background.poll();
  }
  expect(await all.records()).toMatchObject([{ outcome: 'abandoned', nanoUsd: FULL_NANO }]);
});

it.each([500, 401])(
  'books the reservation of a cancelled video whose looks fail with %i until its limit',
  async (status) => {
    await using all = await studio({ xai: [status] });
    const background = all.process();
    await (await background.videoModel(GROK).start(REQUEST)).cancel();
    const hours = async (count: number): Promise<void> => {
      for (let quarters = 0; quarters < 4 * count; quarters++) {
        await all.clock.advance(900_000);
        await background.poll().catch(() => undefined);
      }
    };
    await hours(1);
    expect(await all.records()).toEqual([]);
    await hours(1);
    expect(await all.records()).toMatchObject([{ outcome: 'abandoned', nanoUsd: FULL_NANO }]);
    expect(await background.poll()).toEqual({ nextMs: undefined });
  },
);

it('reads a video whose alias was removed', async () => {
  await using all = await studio({ xai: [grokDone()] });
  const withAlias = all.process({ isKilled: false }, { aliases: { film: GROK } });
  const job = await withAlias.videoModel('film').start(REQUEST, { key: 'clip' });
  await all.settle(job.result());
  const { videos } = await (await all.process().openVideo('clip')).result();
  expect(await (await videos[0]?.read())?.bytes()).toHaveLength(5);
});
