import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMajordomo, LlmError, user, type ChatModel, type StreamEvent } from '@majordomo/core';
import { createBedrock } from '@majordomo/provider-bedrock';
import { bedrockConverse, startWireServer, type Answer, type Script } from '@majordomo/conformance';
import { awsHandler, record, recordingFolder, replayRecordings } from '@majordomo/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

const parent = await mkdtemp(path.join(tmpdir(), 'recorder-'));
afterAll(() => rm(parent, { recursive: true }));

type Fetch = typeof globalThis.fetch;

const ANSWER: Answer = {
  parts: [
    { type: 'reasoning', text: 'Zwei Städte 🧮.' },
    { type: 'text', text: 'Grüße, 世界 🌍!' },
    { type: 'tool-call', name: 'weather', json: '{"city": "Zürich"}' },
  ],
  usage: { input: 100, output: 20 },
};
const request = {
  messages: [user('weather in Zürich?')],
  maxTokens: 200,
  tools: [
    {
      name: 'weather',
      description: 'the weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ],
} as const;

/** A model of a side over a given `fetch`, with the AWS SDK's own signing for Bedrock. */
function modelOf(side: Side, baseURL: string, fetch: Fetch): ChatModel {
  const provider =
    side.wire === bedrockConverse
      ? createBedrock({
          id: 'p',
          baseURL,
          region: 'us-east-1',
          credentials: {
            accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
            secretAccessKey: 's3cr3t-k3y',
            sessionToken: 's3ss10n-t0k3n',
          },
          requestHandler: awsHandler(fetch),
        })
      : side.provider('p', baseURL);
  const majordomo = createMajordomo({ providers: [provider], fetch, chain: { attempts: 1 } });
  return majordomo.model(`p/${side.model}`);
}

interface CallResult {
  readonly events: readonly StreamEvent[];
  readonly failure: object | undefined;
}

async function read(model: ChatModel): Promise<CallResult> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of model.stream(request)) events.push(event);
    return { events, failure: undefined };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    const { kind, message, details } = error.details.attempts.at(-1)?.error ?? error;
    const { status, code, body, retryAfterMs } = details;
    return { events, failure: { kind, message, status, code, body, retryAfterMs } };
  }
}

/** Records a call, replays it, and replays it without recordings. */
async function recordAndReplay(
  side: Side,
  script: Script,
): Promise<{ live: CallResult; replayed: CallResult; unrecorded: CallResult; texts: string }> {
  await using server = await startWireServer({ wire: side.wire, script, split: { seed: 3 } });
  const folder = recordingFolder(await mkdtemp(path.join(parent, 'r-')));
  let texts = '';
  const recording = record({
    write: (name, text) => {
      texts += text;
      return folder.write(name, text);
    },
  });
  const live = await read(modelOf(side, server.baseURL, recording));
  await recording.done();
  const replaying = replayRecordings(folder.read());
  const replayed = await read(modelOf(side, server.baseURL, replaying));
  replaying.done();
  const empty = replayRecordings([]);
  const unrecorded = await read(modelOf(side, server.baseURL, empty));
  expect(server.requests).toHaveLength(1);
  return { live, replayed, unrecorded, texts };
}

describe.each([...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const))('%s', (_, side) => {
  it('replays the events of a recorded stream without credentials', async () => {
    const { live, replayed, unrecorded, texts } = await recordAndReplay(side, [ANSWER]);
    expect(live.failure).toBeUndefined();
    expect(live.events.at(-1)?.type).toBe('finish');
    expect(replayed).toEqual(live);
    expect(texts).toContain('"***"');
    expect(texts).not.toMatch(/test-key|s3cr3t|s3ss10n|AKIA|Signature=/);
    expect(unrecorded.failure).toMatchObject({
      kind: 'invalid-request',
      status: 400,
      message: expect.stringContaining('no recording is left') as string,
    });
  });

  it('replays a recorded failure', async () => {
    const { live, replayed } = await recordAndReplay(side, [
      { failure: 'rate-limit', retryAfter: { seconds: 1 } },
    ]);
    expect(live.failure).toMatchObject({ kind: 'rate-limit' });
    expect(replayed).toEqual(live);
  });

  it('replays a recorded cut after the same events', async () => {
    const { live, replayed } = await recordAndReplay(side, [
      { fault: 'cut', at: { content: 2 }, answer: ANSWER },
    ]);
    expect(live.failure).toBeDefined();
    expect(replayed.events).toEqual(live.events);
    expect(replayed.failure).toMatchObject({ kind: (live.failure as { kind: string }).kind });
  });
});
