/**
 * Makes many calls through both SDKs with one shared signal: half of them streams, a fifth with a fault, a tenth aborted, a
 * tenth abandoned. Prints the remaining resources. Afterwards, the process must end without a call of `process.exit`.
 */
import { getEventListeners } from 'node:events';
import { createMajordomo, LlmError, user, type ChatModel } from '@majordomo/core';
import { seededRandom } from '@majordomo/testing';
import { MAIN_SIDES } from './wires.ts';

const [calls = '10000', ...baseURLs] = process.argv.slice(2);
const random = seededRandom(20_261_120);
const shared = new AbortController();
const providers = MAIN_SIDES.map((side, at) => side.provider(`p${at}`, baseURLs[at] ?? ''));
const majordomo = createMajordomo({
  providers,
  chain: { backoff: { baseMs: 1 } },
  // Do not bench targets, so that every call sends a request.
  health: { threshold: Infinity },
});
const models = MAIN_SIDES.map(({ model }, at) =>
  majordomo.model(`p${at}/${model},p${1 - at}/${MAIN_SIDES[1 - at]?.model ?? ''}`),
);
const request = { messages: [user('hi')], maxTokens: 100 };
const ends = { answered: 0, aborted: 0, abandoned: 0, failed: 0 };

async function one(model: ChatModel, streamed: boolean, fate: number): Promise<void> {
  const own = new AbortController();
  const isAborted = fate < 0.1;
  const signal = isAborted ? own.signal : shared.signal;
  try {
    if (!streamed) {
      const answer = model.generate(request, { signal });
      if (isAborted)
        setImmediate(() => {
          own.abort();
        });
      await answer;
    } else {
      for await (const { type } of model.stream(request, { signal, afterCommit: 'restart' })) {
        if (type !== 'text-delta') continue;
        if (isAborted) own.abort();
        else if (fate < 0.3) {
          ends.abandoned++;
          return;
        }
      }
    }
    ends.answered++;
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    if (error.kind === 'aborted') ends.aborted++;
    else ends.failed++;
  }
}

const before = process.getActiveResourcesInfo().sort();
let left = Number(calls);
await Promise.all(
  Array.from({ length: 32 }, async () => {
    while (left-- > 0) {
      const model = models[random() < 0.5 ? 0 : 1];
      if (model !== undefined) await one(model, random() < 0.5, random());
    }
  }),
);
// Sockets of aborted calls close within a few turns of the event loop.
await new Promise((resolve) => setTimeout(resolve, 200));
const after = process.getActiveResourcesInfo().sort();
const listeners = getEventListeners(shared.signal, 'abort').length;
process.stdout.write(`${JSON.stringify({ ends, listeners, before, after })}\n`);
