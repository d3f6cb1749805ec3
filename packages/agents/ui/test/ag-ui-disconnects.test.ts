import { createAgent } from '@majordomo/agent';
import { seededRandom, type Turn } from '@majordomo/testing';
import { it } from 'vitest';
import { agUiChannel, agUiResponse, fromAgUi, type AgUiChannel } from '../src/ag-ui.ts';
import { chain, tool } from './support/world.ts';

/** Number of disconnects. With SOAK=1, as in the nightly run, 1,000. */
const ROUNDS = process.env['SOAK'] === undefined ? 30 : 1_000;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads a random number of chunks of a response and disconnects, and waits for the end of the run. */
async function disconnect(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const input = await fromAgUi({
    threadId: 't',
    runId: 'r',
    messages: [{ id: 'u', role: 'user', content: 'hi' }],
    tools: [{ name: 'locate', description: 'Place of the user' }],
  });
  const channel = agUiChannel(input);
  const work = tool('work', async (_, { context, signal }) => {
    for (let percent = 0; percent < 100 && !signal.aborted; percent += 25) {
      (context as AgUiChannel).setState({ percent });
      (context as AgUiChannel).activity('work', 'progress', { percent });
      await nextTurn();
    }
    if (random() < 0.3) throw new Error('no network');
    return 'ok';
  });
  const called = (name: string): Turn => ({
    reasoning: 'Hm.',
    text: 'one two three',
    chunks: 3,
    toolCalls: [{ id: 'c1', name, args: {} }],
  });
  const ends = ['Done.', called('locate'), { hang: true, after: 'It is ' }, { fail: 'network' }] as const;
  const end = ends[Math.floor(random() * ends.length)] ?? 'Done.';
  const first: Turn = random() < 0.5 ? called('work') : { fail: 'network', after: 'one two' };
  const { model } = chain([first, end, end], [called('work'), end, end]);
  const agent = createAgent({ model, tools: [work, ...input.tools] });
  const controller = new AbortController();
  const { signal } = controller;
  const ended = new Promise<void>((resolve) => {
    const events = agent.stream(input.run, { context: channel, afterCommit: 'restart' });
    const response = agUiResponse(events, { input, channel, signal, onEnd: () => resolve() });
    void leave(response, Math.floor(random() * 25), random() < 0.5 ? controller : undefined);
  });
  await ended;
  // The page has disconnected, so no client receives this change.
  channel.setState({ percent: 100 });
}

/** Reads chunks, and then aborts the request or cancels the body while a read may be pending. */
async function leave(response: Response, reads: number, controller: AbortController | undefined) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let count = 0; count <= reads; count++) {
    const reading = reader.read();
    if (count === reads) {
      if (controller === undefined) await reader.cancel();
      else controller.abort();
    }
    const { done } = await Promise.race([reading, settled()]);
    if (done) break;
  }
  await reader.cancel();
}

/** Resolves after many turns of the event loop, for a read of a target that hangs. */
async function settled(): Promise<{ readonly done: boolean }> {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  return { done: true };
}

// An unhandled rejection fails the run of the tests.
it('a page that disconnects at any moment ends the run', async () => {
  for (let seed = 0; seed < ROUNDS; seed++) await disconnect(seed);
  await nextTurn();
});
