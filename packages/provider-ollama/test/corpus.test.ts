import { seededRandom, type Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOllama } from '../src/index.ts';
import { ask } from './calls.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };
import { recordings, skippedNote, type Expected, type Recording } from './recordings.ts';
import { testServer, type TestServer } from './server.ts';

const cases = recordings('corpus/*/*', 'ollama-chat');
const steps = recordings('sequences/*/*/*', 'ollama-chat');
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));

const SPLITS = {
  'one piece': (length: number): number => length,
  'pieces at random': (length: number): number => 1 + Math.floor(random() * Math.min(300, length)),
  'pieces of 7 bytes': (): number => 7,
};
type Split = keyof typeof SPLITS;
const random = seededRandom(20_261_120);

describe.skipIf(cases.length === 0)(`recordings of ollama-chat${skippedNote}`, () => {
  let server: TestServer;
  let playing: { recording: Recording; split: Split };
  beforeAll(async () => {
    server = await testServer(async (response) => {
      const { recording, split } = playing;
      response.writeHead(recording.status, { ...recording.headers });
      for (let at = 0; at < recording.body.length;) {
        const size = SPLITS[split](recording.body.length);
        response.write(recording.body.subarray(at, at + size));
        await new Promise((resolve) => setImmediate(resolve));
        at += size;
      }
      response.end();
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const play = async (recording: Recording, split: Split): Promise<unknown> => {
    playing = { recording, split };
    return facts(await ask(createOllama({ baseURL: server.origin })), recording.expected);
  };

  it('are there', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  describe.each(Object.keys(SPLITS) as Split[])('in %s', (split) => {
    it.each([...cases, ...steps].map((recording) => [recording.id, recording] as const))(
      '%s',
      async (id, recording) => {
        const got = await play(recording, split);
        if (excused.has(id))
          expect(got, 'no exception is needed').not.toEqual(expectedFacts(recording.expected));
        else expect(got).toEqual(expectedFacts(recording.expected));
      },
    );
  });

  it('have few exceptions, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    for (const id of excused) expect(cases.map((recording) => recording.id)).toContain(id);
  });
});

/** Ids are compared where the server gave one. */
const facts = ({ error, text, parts, toolCalls, rawFinish, usage }: Collected, expected: Expected): object =>
  error === undefined
    ? {
        text,
        reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
        toolCalls: toolCalls.map(({ id, name, args }, n) => ({
          id: expected.toolCalls[n]?.id === undefined ? undefined : id,
          name,
          args,
        })),
        rawFinish,
        input: usage?.input,
        output: usage?.output,
      }
    : { kind: error.kind, status: error.details.status };

const expectedFacts = ({ error, text, reasoning, toolCalls, finishReasonRaw, usageRaw }: Expected): object =>
  error === null || error === undefined
    ? {
        text,
        reasoning,
        toolCalls: toolCalls.map(({ id, name, arguments: args }) => ({ id, name, args })),
        rawFinish: finishReasonRaw ?? undefined,
        input: usageRaw?.['prompt_eval_count'],
        output: usageRaw?.['eval_count'],
      }
    : { kind: error.kind, status: error.status };
