import { image, type Clock, type VideoRequest } from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { generateVideo, VIDEO_CASES } from '../../src/live/videos.ts';
import { studio } from './studio.ts';
import type { Plan } from './video-server.ts';

const GOOGLE = 'google/veo-3.1-generate-preview';
const GROK = 'grok/grok-imagine-video';
const ROUTER = 'openrouter/google/veo-3.1';
const REQUEST: VideoRequest = { prompt: 'A cat on a boat', seconds: 8, resolution: '720p' };

const VEO_DONE = {
  done: true,
  response: {
    generateVideoResponse: {
      generatedSamples: [{ video: { uri: 'https://vendor.example/v1beta/files/clip:download?alt=media' } }],
    },
  },
};
const grokDone = (changes: object = {}): object => ({
  status: 'done',
  video: { url: 'ORIGIN/signed/clip.mp4', duration: 6, respect_moderation: true, ...changes },
  progress: 100,
});
const ROUTER_DONE = { status: 'completed', unsigned_urls: ['ORIGIN/a', 'ORIGIN/b'], usage: { cost: 1.5 } };

it('generates a video with Veo, and another process reads its content', async () => {
  await using all = await studio({ google: [{}, VEO_DONE] });
  const frame = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 'image/png');
  const request = { ...REQUEST, image: frame, seed: 7, aspectRatio: '16:9' } as const;
  const job = await all.process().videoModel(GOOGLE).start(request, { key: 'clip' });
  expect(all.server.starts('google')[0]?.body).toEqual({
    instances: [
      { prompt: 'A cat on a boat', image: { bytesBase64Encoded: 'iVBORw0KGgo=', mimeType: 'image/png' } },
    ],
    parameters: { durationSeconds: 8, seed: 7, aspectRatio: '16:9', resolution: '720p' },
  });
  expect(await job.status()).toMatchObject({ operation: 'video', state: 'running', target: GOOGLE });
  const response = await all.settle(job.result());
  expect(response).toMatchObject({
    spec: GOOGLE,
    target: GOOGLE,
    usage: { details: { units: { 'video-second:720p': 8 } } },
    warnings: [],
    attempts: [{ target: GOOGLE, outcome: 'finished' }],
  });
  const opened = await (await all.process().openVideo('clip')).result();
  expect(opened.videos).toMatchObject([{ mediaType: 'video/mp4', seconds: 8 }]);
  const content = await opened.videos[0]?.read();
  expect([content?.mediaType, content?.size]).toEqual(['video/mp4', 5]);
  expect(new TextDecoder().decode(await content?.bytes())).toBe('vvvvv');
  expect(await all.records()).toMatchObject([{ target: GOOGLE, outcome: 'finished', nanoUsd: '3200000000' }]);
  expect(all.server.starts('google')).toHaveLength(1);
});

it('generates a video with xAI, reports its progress, and sends no credential to the signed URL', async () => {
  await using all = await studio({ xai: [{ status: 'pending', progress: 40 }, grokDone()] });
  const job = await all
    .process()
    .videoModel(GROK)
    .start({ ...REQUEST, seed: 1 });
  expect(all.server.starts('xai')[0]?.body).toEqual({
    model: 'grok-imagine-video',
    prompt: 'A cat on a boat',
    duration: 8,
    resolution: '720p',
  });
  await all.clock.advance(1000);
  expect(await job.status()).toMatchObject({ state: 'running', progress: 0.4 });
  const { videos, usage, warnings } = await all.settle(job.result());
  expect(usage?.details?.units).toEqual({ 'video-second:720p': 6 });
  expect(warnings).toMatchObject([{ action: 'dropped', what: 'seed' }]);
  expect((await job.status()).progress).toBe(1);
  expect(await (await videos[0]?.read())?.bytes()).toHaveLength(5);
});

it('keeps the progress after a look that fails', async () => {
  await using all = await studio({ xai: [{ status: 'pending', progress: 40 }, 500, grokDone()] });
  const life = { isKilled: false };
  await all.process(life).videoModel(GROK).start(REQUEST, { key: 'clip' });
  life.isKilled = true;
  // The lease of the first process expires.
  await all.clock.advance(31_000);
  const job = await all.process().openVideo('clip');
  for (const looks of [1, 2]) {
    const { progress, nextMs } = await job.status();
    expect([progress, all.server.requests.length]).toEqual([0.4, 1 + looks]);
    await all.clock.advance(nextMs ?? 0);
  }
});

it('generates videos with OpenRouter, and books the cost that it reports', async () => {
  const steps = [{ status: 'pending' }, { status: 'in_progress' }, ROUTER_DONE];
  await using all = await studio({ openrouter: steps });
  const job = await all
    .process()
    .videoModel(ROUTER)
    .start({ ...REQUEST, resolution: '4k' });
  expect(all.server.starts('openrouter')[0]?.body).toMatchObject({
    model: 'google/veo-3.1',
    resolution: '4K',
  });
  const { videos } = await all.settle(job.result());
  expect(videos).toHaveLength(2);
  expect(await (await videos[1]?.read())?.bytes()).toHaveLength(5);
  expect(all.server.requests.at(-1)?.path).toBe('/api/v1/videos/gen-1/content?index=1');
  expect(await all.records()).toMatchObject([{ outcome: 'finished', nanoUsd: '1500000000' }]);
  expect((await job.status()).nanoUsd).toBe(1_500_000_000n);
});

it.each<[string, Plan]>([
  ['a failure', { google: [{ done: true, error: { code: 13, message: 'sorry' } }] }],
  ['a refused start', { starts: { google: 503 } }],
  ['an operation that is gone', { google: [404] }],
  ['an end without a video', { google: [{ done: true, response: {} }] }],
])('continues with the next target after %s', async (_, plan) => {
  await using all = await studio({ ...plan, xai: [grokDone()] });
  const job = await all.settle(all.process().videoModel(`${GOOGLE},${GROK}`).start(REQUEST));
  const { target, attempts } = await all.settle(job.result());
  expect(target).toBe(GROK);
  expect(attempts.map(({ outcome }) => outcome).at(-1)).toBe('finished');
  expect(attempts.at(-2)?.target).toBe(GOOGLE);
});

it.each<[string, Plan, string]>([
  ['xAI', { xai: [grokDone({ respect_moderation: false })] }, GROK],
  [
    'Veo',
    {
      google: [
        { done: true, response: { generateVideoResponse: { raiMediaFilteredReasons: ['a person'] } } },
      ],
    },
    GOOGLE,
  ],
])('a video that %s withholds ends the job as content-filter, without failover', async (_, plan, first) => {
  await using all = await studio({ ...plan, openrouter: [ROUTER_DONE] });
  const job = await all.process().videoModel(`${first},${ROUTER}`).start(REQUEST);
  const error = await failureOf(all.settle(job.result()));
  expect([error.kind, error.details.attempts.length]).toEqual(['content-filter', 1]);
  expect(all.server.starts('openrouter')).toEqual([]);
});

it('rejects a request that is not valid before it stores a job', async () => {
  await using all = await studio({});
  const model = all.process().videoModel(GOOGLE);
  const bad = [
    [{ prompt: ' ' }, 'prompt'],
    [{ prompt: 'x', seconds: 1.5 }, 'seconds'],
    [{ prompt: 'x', resolution: '8k' }, 'resolution'],
    [{ prompt: 'x', aspectRatio: 'wide' }, 'aspectRatio'],
    [{ prompt: 'x', duration: 8 }, 'duration'],
  ] as const;
  for (const [request, path] of bad) {
    const error = await failureOf(model.start(request as VideoRequest));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
  }
  expect(all.server.requests).toEqual([]);
});

it('skips models that generate no videos, and rejects the start if none does', async () => {
  await using all = await studio({ xai: [grokDone()] });
  const process = all.process();
  const { attempts } = await all.settle(
    (await process.videoModel(`openai/gpt-5.4,${GROK}`).start(REQUEST)).result(),
  );
  expect(attempts).toMatchObject([
    { outcome: 'skipped', error: { kind: 'unsupported' } },
    { outcome: 'finished' },
  ]);
  const error = await failureOf(process.videoModel('openai/gpt-5.4').start(REQUEST));
  expect(error.message).toContain('does not generate videos');
});

it('a limit of money denies a video that would exceed it, and one whose length is unknown', async () => {
  await using all = await studio({ google: [VEO_DONE] }, { limitUsd: '3' });
  const model = all.process().videoModel(GOOGLE);
  for (const request of [REQUEST, { prompt: 'A cat' }])
    expect((await failureOf(model.start(request))).kind).toBe('denied');
  expect(all.server.requests).toEqual([]);
  await model.start({ ...REQUEST, resolution: '480p' });
  expect(all.server.starts('google')).toHaveLength(1);
});

it('a gate denies a vendor that stores videos before anything is sent', async () => {
  const gate = {
    name: 'residency',
    batches: true,
    admit: ({ data }: { data?: { retentionDays?: number | undefined } | undefined }) =>
      (data?.retentionDays ?? 0) > 0 ? { deny: 'stores content' } : undefined,
  };
  await using all = await studio({}, { gates: [gate] });
  const error = await failureOf(all.process().videoModel(GOOGLE).start(REQUEST));
  expect([error.kind, all.server.requests.length]).toEqual(['denied', 0]);
});

it.each<[string, object, string]>([
  ['costs its price', VEO_DONE, '3200000000'],
  ['that fails costs nothing', { done: true, error: { code: 13, message: 'sorry' } }, '0'],
])(
  'a cancelled video %s when the vendor has ended it, because no vendor can stop it',
  async (_, end, nanoUsd) => {
    await using all = await studio({ google: [{}, {}, end] });
    const background = all.process();
    const job = await background.videoModel(GOOGLE).start(REQUEST);
    await job.cancel();
    expect((await failureOf(job.result())).kind).toBe('aborted');
    expect((await job.status()).state).toBe('cancelled');
    for (let polls = 0; polls < 4; polls++) {
      await all.clock.advance(30_000);
      await background.poll();
    }
    expect(await all.records()).toMatchObject([{ outcome: 'failed', nanoUsd }]);
  },
);

it('the key of a chat opens no video, and the other way round', async () => {
  await using all = await studio({ google: [VEO_DONE] });
  const background = all.process();
  await background.videoModel(GOOGLE).start(REQUEST, { key: 'clip', tenant: 't' });
  const wrong = [
    background.open('clip', { tenant: 't' }),
    background.model('openai/gpt-5.4').start({ messages: [] }, { key: 'clip', tenant: 't' }),
  ];
  for (const work of wrong) expect((await failureOf(work)).kind).toBe('invalid-request');
  expect((await failureOf(background.openVideo('clip'))).kind).toBe('not-found');
});

it('an abort ends the content of a video', async () => {
  await using all = await studio({ xai: [grokDone()], bytes: 50_000_000 });
  const { videos } = await all.settle((await all.process().videoModel(GROK).start(REQUEST)).result());
  const controller = new AbortController();
  const content = await videos[0]?.read({ signal: controller.signal });
  const reader = content?.stream().getReader();
  await reader?.read();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(reader?.read()).rejects.toMatchObject({ kind: 'aborted', cause: reason });
  expect(await all.server.requests.at(-1)?.closed).toMatchObject({ whole: false });
});

it('the facts that a person checks at the vendors hold for the servers, and a wrong one is found', async () => {
  const looks = [{ status: 'pending', progress: 40 }, { status: 'pending', progress: 80 }, grokDone()];
  await using all = await studio({ xai: looks });
  const clock: Clock = { ...all.clock, sleep: (ms) => all.clock.advance(ms) };
  const provider = all.server.providers.find(({ id }) => id === 'grok');
  if (provider === undefined) throw new Error('the server has no such provider');
  const generated = await generateVideo(provider, 'grok-imagine-video', clock);
  for (const { run } of VIDEO_CASES) await run(generated);
  expect(generated.progress).toEqual([0.4, 0.8]);
  const wrong = { response: { ...generated.response, usage: undefined, videos: [] }, progress: [0.8, 0.4] };
  for (const { run } of VIDEO_CASES) await expect((async () => run(wrong))()).rejects.toThrow();
});
