import { describeWith, startMiniflare, type Miniflare } from '@majordomo/services';
import { sandboxConformance, type TestedSandbox } from '@majordomo/conformance';
import { afterAll, beforeAll, it } from 'vitest';
import { bundled } from '../src/workers/bundled.ts';

/** Message of the Worker about a program: the call of a tool, or the ending of the program. */
type WorkerMessage =
  | { readonly id: number; readonly name: string; readonly args: object }
  | { readonly result: Awaited<ReturnType<TestedSandbox['run']>> }
  | { readonly error: string };

const LONG_MS = 120_000;

/**
 * Cases that need the limits of computation and memory. Cloudflare has these limits, but the open runtime does not, so that a program without end blocks it. It stops
 * programs that wait for a call or a promise.
 */
const NEEDS_LIMITS =
  /^stops (?!a loop of calls when|a promise)|^ends a program that allocates|^runs other programs while/;

describeWith('miniflare', 'workerSandbox in the runtime of Cloudflare', () => {
  let runtime: Miniflare;
  let url: URL;
  beforeAll(async () => {
    runtime = await startMiniflare({ script: await bundled('program-sandbox'), loaders: ['LOADER'] });
    url = await runtime.ready;
    url.protocol = 'ws:';
  }, LONG_MS);
  afterAll(() => runtime.dispose());

  const sandbox: TestedSandbox = {
    async run({ code, names, signal, call }) {
      signal.throwIfAborted();
      const socket = new WebSocket(url);
      const send = (message: object): void => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      };
      const answer = async ({ id, name, args }: Extract<WorkerMessage, { id: number }>): Promise<void> => {
        try {
          send({ id, value: await call(name, args as never) });
        } catch (error) {
          send({ id, error: (error as Error).message });
        }
      };
      signal.addEventListener('abort', () => {
        send({ abort: 'stopped' });
      });
      return new Promise((resolve, reject) => {
        socket.addEventListener('open', () => {
          send({ code, names });
        });
        socket.addEventListener('close', () => {
          reject(new Error('the Worker ended'));
        });
        socket.addEventListener('message', ({ data }) => {
          const message = JSON.parse(String(data)) as WorkerMessage;
          if ('id' in message) void answer(message);
          else if ('result' in message) resolve(message.result);
          else reject(new Error(message.error));
        });
      });
    },
  };

  for (const { name, run } of sandboxConformance)
    it.skipIf(NEEDS_LIMITS.test(name))(name, { timeout: LONG_MS }, () => run(sandbox));
});
