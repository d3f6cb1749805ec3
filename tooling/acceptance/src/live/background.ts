import { ok as expect } from 'node:assert/strict';
import {
  createMajordomo,
  user,
  type BackgroundBackend,
  type PreparedTarget,
  type Provider,
} from '@majordomo/core';
import { sseMessages } from '@majordomo/wire-kit';

/** Job of a case at the vendor. */
export interface LiveJob {
  readonly target: PreparedTarget;
  readonly backend: BackgroundBackend;
  readonly ref: string;
  /** Waits between two looks. */
  readonly wait: () => Promise<void>;
}

/** Fact about a vendor's job API on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface LiveCase {
  readonly name: string;
  readonly run: (job: LiveJob) => Promise<void>;
}

/** Cases of job APIs whose jobs can be streamed, cancelled and deleted. */
const STORED_JOB_CASES: readonly LiveCase[] = [
  {
    name: 'a job is streamed after a cursor, with the same events',
    async run(job) {
      await answerText(job);
      const all = await eventsOf(job, undefined);
      expect(all.length > 4, 'the stream has too few events');
      const { cursor } = job.backend.readEvent?.(all[2] ?? '') ?? {};
      const rest = await eventsOf(job, cursor);
      expect(
        JSON.stringify(rest) === JSON.stringify(all.slice(3)),
        'the rest differs from the complete stream',
      );
    },
  },
  {
    name: 'a job is cancelled twice without an error, and has the status cancelled',
    async run({ backend, target, ref, ...job }) {
      for (const _ of [1, 2]) await backend.cancel?.(ref, target.context);
      const text = await answerText({ ...job, backend, target, ref });
      expect(/"status":\s*"cancelled"|was cancelled/.test(text), 'the status is not cancelled');
    },
  },
  {
    name: 'a deleted job does not exist',
    async run({ backend, target, ref, ...job }) {
      await answerText({ ...job, backend, target, ref });
      for (const _ of [1, 2]) await backend.remove?.(ref, target.context);
      const found = await backend.look(ref, target.context).catch((error: unknown) => error);
      expect((found as { readonly kind?: string }).kind === 'not-found', 'a look at a deleted job found it');
    },
  },
];

/** Cases of Responses with `background: true`. */
export const RESPONSES_CASES: readonly LiveCase[] = [
  {
    name: 'an ended job contains its replay tokens if include is repeated, and not otherwise',
    async run(job) {
      const texts = [];
      // The reference is a path whose query repeats `include`.
      for (const ref of [job.ref, job.ref.split('?', 1)[0] ?? ''])
        texts.push(await answerText({ ...job, ref }));
      expect(
        texts[0]?.includes('encrypted_content') === true,
        'the answer has no replay tokens with include',
      );
      expect(
        texts[1]?.includes('"encrypted_content":"') !== true,
        'the answer has replay tokens without include',
      );
    },
  },
  ...STORED_JOB_CASES,
];

/** Cases of background interactions of the Gemini API. */
export const INTERACTION_CASES: readonly LiveCase[] = [
  {
    name: 'an interaction that was created without a stream has an answer with usage',
    async run(job) {
      const text = await answerText(job);
      expect(/"candidatesTokenCount":\s*[1-9]/.test(text), 'the answer has no usage');
      expect(/"text":\s*"[^"]/.test(text), 'the answer has no text');
    },
  },
  ...STORED_JOB_CASES,
];

/** Cases of xAI's deferred completions. */
export const DEFERRED_CASES: readonly LiveCase[] = [
  {
    name: 'the answer of a deferred completion can be requested once',
    async run(job) {
      await answerText(job);
      const again = await job.backend.look(job.ref, job.target.context).catch((error: unknown) => error);
      expect((again as { readonly kind?: string }).kind === 'not-found', 'the answer was returned twice');
    },
  },
];

/** Starts a job for a case, and runs the case. */
export async function runCase(
  { run }: LiveCase,
  provider: Provider,
  modelId: string,
  wait: () => Promise<void>,
): Promise<void> {
  const majordomo = createMajordomo({ providers: [provider], env: process.env });
  const request = { messages: [user('Count from 1 to 20.')], reasoning: 'low', maxTokens: 2000 } as const;
  const spec = `${provider.id}/${modelId}`;
  const [target] = await majordomo.prepare(spec, request, { work: 'background' });
  const backend = target?.background;
  if (target === undefined || backend === undefined) throw new Error(`${spec} has no job API`);
  const { body, headers } = await target.capture();
  const ref = await backend.start(body, headers, crypto.randomUUID(), target.context);
  await run({ target, backend, ref, wait });
}

/** Waits for the end of a job, and returns the body of its answer. */
async function answerText({ backend, target, ref, wait }: LiveJob): Promise<string> {
  for (let looks = 0; looks < 300; looks++) {
    const { answer } = await backend.look(ref, target.context);
    if (answer !== undefined) return answer.text();
    await wait();
  }
  throw new Error('the job has not ended after 300 looks');
}

async function eventsOf(
  { backend, target, ref }: LiveJob,
  after: string | undefined,
): Promise<readonly string[]> {
  const response = await backend.stream?.(ref, after, target.context);
  const events: string[] = [];
  if (response?.body)
    for await (const { data } of sseMessages(response.body as ReadableStream<Uint8Array>)) events.push(data);
  return events;
}
