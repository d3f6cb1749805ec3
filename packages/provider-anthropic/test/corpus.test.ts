import { createHash } from 'node:crypto';
import { LlmError, type AssistantPart, type Usage } from '@majordomo/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { collect, context, request, type Collected } from './calls.ts';
import { hasWire, recordings, type Expected, type Recording } from './corpus.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { wireServer, type Answer, type WireServer } from './server.ts';

const cases = recordings('corpus/*/*');
/** The splits of a body: whole, at random places, and byte by byte. */
const splits = ['whole', 'random', 'bytes'] as const;
type Split = (typeof splits)[number];

describe.skipIf(!hasWire)(
  `the recordings of the Messages wire${hasWire ? '' : ' (skipped: no corpus found)'}`,
  () => {
    let server: WireServer;
    beforeAll(async () => {
      server = await wireServer();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    const play = async (recording: Recording, split: Split): Promise<unknown> => {
      server.answer(replay(recording, split));
      const provider = createAnthropic({ apiKey: 'k', baseURL: server.url });
      const delivery = recording.expected.streamed ? 'deltas' : 'whole';
      try {
        return facts(await collect(provider, 'claude-x', request(), context({ delivery })));
      } catch (error) {
        return errorFacts(error);
      }
    };

    it('are there', () => {
      expect(cases.length).toBeGreaterThan(50);
    });

    for (const recording of cases) {
      const excepted = EXCEPTIONS.some(({ id }) => id === recording.id);
      const { expected } = recording;
      const ways = expected.streamed ? splits : (['whole'] as const);
      it.for(ways)(`${recording.id} gives the recorded facts when it comes %s`, async (split) => {
        const got = await play(recording, split);
        if (excepted) expect(got, 'no exception is needed').not.toEqual(expectedFacts(expected));
        else expect(got).toEqual(expectedFacts(expected));
      });
    }

    it('have few exceptions, and each names a recording', () => {
      expect(EXCEPTIONS.length).toBeLessThanOrEqual(cases.length * 0.02);
      for (const { id } of EXCEPTIONS) expect(cases.map((recording) => recording.id)).toContain(id);
    });
  },
);

function replay({ status, headers, body }: Recording, split: Split): Answer {
  return async (response) => {
    response.writeHead(status, headers);
    for (const piece of pieces(body, split)) {
      if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
    }
    response.end();
  };
}

function* pieces(body: Buffer, split: Split): Iterable<Buffer> {
  let seed = 7;
  for (let at = 0; at < body.length;) {
    seed = (seed * 48_271) % 2_147_483_647;
    const size = split === 'whole' ? body.length : split === 'bytes' ? 1 : 1 + (seed % 400);
    yield body.subarray(at, at + size);
    at += size;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a recording and a call are compared by. */
const facts = (got: Collected) => ({
  text: got.text,
  reasoning: got.reasoning,
  toolCalls: got.parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, name: part.name, args: part.args, invalid: part.invalid }]
      : [],
  ),
  raw: got.raw,
  usage: totals(got.usage),
  signatures: got.parts.flatMap(signatureOf),
});

const totals = (usage: Usage | undefined) =>
  usage && {
    input: usage.input,
    output: usage.output,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
    reasoning: usage.reasoning,
  };

const signatureOf = (part: AssistantPart): string[] => {
  const data = part.replay?.data as { signature?: string; redacted?: string } | undefined;
  const token = data?.signature ?? data?.redacted;
  return token === undefined ? [] : [sha256(token)];
};

const errorFacts = (error: unknown) =>
  LlmError.is(error) ? { kind: coarse(error), status: error.details.status } : error;

/** The corpus tells kinds by their status alone; ours may be finer. */
const coarse = ({ kind }: LlmError): string => (kind === 'context-overflow' ? 'invalid-request' : kind);

function expectedFacts(expected: Expected): unknown {
  if (expected.error !== null) return { kind: expected.error.kind, status: expected.error.status };
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    toolCalls: expected.toolCalls.map(({ id, name, arguments: args, argumentsForm }) => ({
      id,
      name,
      args: argumentsForm === 'empty-string' ? {} : typeof args === 'string' ? JSON.parse(args) : args,
      invalid: undefined,
    })),
    raw: expected.finishReasonRaw ?? undefined,
    usage: expectedUsage(expected.usageRaw),
    signatures: expected.signatures.map(({ sha256: hash }) => hash),
  };
}

function expectedUsage(raw: Expected['usageRaw']): unknown {
  if (raw === null) return undefined;
  const count = (name: string): number | undefined => {
    const value = raw[name];
    return typeof value === 'number' ? value : undefined;
  };
  const cacheRead = count('cache_read_input_tokens');
  const cacheWrite = count('cache_creation_input_tokens');
  const details = raw['output_tokens_details'] as { thinking_tokens?: number } | undefined;
  return {
    input: (count('input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: count('output_tokens'),
    cacheRead,
    cacheWrite,
    reasoning: details?.thinking_tokens,
  };
}
