import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  checkError,
  contextOf,
  deliveryOf,
  hasRecordings,
  plays,
  reasoningOf,
  recordings,
  requestOf,
  sha256,
  skippedNote,
  type Expected,
  type Recording,
  type TestServer,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssistantPart } from '@majordomo/core';
import { createBedrock } from '../src/index.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };
import { serverOf } from './server.ts';

const cases = recordings('bedrock-converse');
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** Largest body in bytes that arrives byte by byte. Larger bodies arrive in chunks of 13 bytes unless SOAK=1 is set. */
const MAX_SINGLE_BYTES = process.env['SOAK'] === undefined ? 4000 : Infinity;

const DELIVERIES = [
  ['HTTP/1.1, in a single chunk', 'http1', 'complete'],
  ['HTTP/1.1, in chunks of 13 bytes', 'http1', 13],
  ['HTTP/2, in a single chunk', 'http2', 'complete'],
  [`HTTP/2, byte by byte up to ${MAX_SINGLE_BYTES} bytes`, 'http2', 1],
] as const;

describe.skipIf(!hasRecordings).each(DELIVERIES)(
  `recordings of bedrock-converse over %s${skippedNote}`,
  (_name, protocol, cut) => {
    let server: TestServer;
    beforeAll(async () => {
      server = await serverOf(protocol, (response, { path }) => {
        const recordingOfPath = cases[Number(/^\/model\/c(\d+)/.exec(path)?.[1])];
        if (recordingOfPath === undefined) throw new Error(`no recording for ${path}`);
        const isLarge = recordingOfPath.body.length > MAX_SINGLE_BYTES;
        return plays(recordingOfPath, cut === 1 && isLarge ? 13 : cut)(response);
      });
    });
    afterAll(() => server.close());

    it.each(cases.map((recording, at) => [recording.id, recording, at] as const))(
      '%s',
      async (id, recording, at) => {
        const requestHandler = protocol === 'http1' ? () => new NodeHttpHandler() : undefined;
        const provider = createBedrock({
          region: 'us-east-1',
          credentials: KEYS,
          baseURL: server.origin,
          requestHandler,
        });
        const delivery = deliveryOf(recording);
        const collected = await collect(
          provider.model(`c${at}-claude`),
          requestOf(),
          contextOf({ delivery }),
        );
        if (excused.has(id)) expect(() => check(recording, collected), 'the exception is needed').toThrow();
        else check(recording, collected);
      },
    );
  },
);

describe.skipIf(!hasRecordings)(`exceptions${skippedNote}`, () => {
  it('are at most 2 % of the recordings, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    const ids = new Set(cases.map(({ id }) => id));
    expect([...excused].filter((id) => !ids.has(id))).toEqual([]);
  });
});

function check(recording: Recording, collected: Collected): void {
  const { expected } = recording;
  if (expected.outcome === 'error') {
    checkError(collected.error, recording);
    return;
  }
  expect(collected.error).toBeUndefined();
  // A non-streaming response with citations has its text in them, which the recordings do not count.
  if (expected.outcome !== 'other-output') expect(collected.text).toBe(expected.text);
  expect(reasoningOf(collected.parts)).toBe(expected.reasoning);
  expect(collected.parts.flatMap(callsIn)).toEqual(
    expected.toolCalls.map(({ id, name, arguments: args }) => ({ id, name, args })),
  );
  expect(signatures(collected.parts)).toEqual(expected.signatures.map(({ sha256: hash }) => hash));
  checkFinish(expected, collected);
}

function checkFinish(
  { outcome, finishReasonRaw, usageRaw }: Expected,
  { finish, rawFinish, usage }: Collected,
): void {
  expect(rawFinish).toBe(finishReasonRaw);
  if (outcome === 'blocked') expect(finish).toBe('content-filter');
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usageRaw ?? {};
  expect(usage).toMatchObject({
    input: Number(inputTokens) + Number(cacheReadInputTokens ?? 0) + Number(cacheWriteInputTokens ?? 0),
    output: outputTokens,
    cacheRead: cacheReadInputTokens,
    cacheWrite: cacheWriteInputTokens,
  });
}

/** Returns the calls of a part. The recordings count a vendor tool as a call. */
function callsIn(part: AssistantPart): readonly object[] {
  if (part.type === 'tool-call') return [{ id: part.id, name: part.name, args: part.args }];
  if (part.type !== 'vendor') return [];
  const { toolUse } = (part.replay.data as unknown as { readonly block: { readonly toolUse?: ServerUse } })
    .block;
  return toolUse === undefined ? [] : [{ id: toolUse.toolUseId, name: toolUse.name, args: toolUse.input }];
}
interface ServerUse {
  readonly toolUseId: string;
  readonly name: string;
  readonly input: object;
}

/** Returns the hashes of signatures and of redacted thinking, which is base64 on the wire. */
function signatures(parts: readonly AssistantPart[]): string[] {
  return parts.flatMap(({ replay }) => {
    const { signature, redacted } = (replay?.data ?? {}) as {
      readonly signature?: string;
      readonly redacted?: string;
    };
    if (redacted !== undefined) return [sha256(Buffer.from(redacted).toString('base64'))];
    return signature === undefined ? [] : [sha256(signature)];
  });
}
