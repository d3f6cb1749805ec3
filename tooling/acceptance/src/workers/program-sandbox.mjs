/* global AbortController, Response, WebSocketPair -- of the runtime */
import { workerSandbox } from '@majordomo/code-mode/cloudflare';

const MEMORY_BYTES = 64 * 2 ** 20;

/** Runs one program for each WebSocket. Its tools run at the other end. */
export default {
  fetch(_request, env) {
    globalThis.SANDBOX_CANARY = 'canary-of-the-host-worker';
    const { 0: client, 1: server } = new WebSocketPair();
    const controller = new AbortController();
    const calls = [];
    const send = (message) => server.send(JSON.stringify(message));
    const call = (name, args) =>
      new Promise((resolve, reject) => send({ id: calls.push({ resolve, reject }) - 1, name, args }));
    const run = async ({ code, names }) => {
      const program = { code, names, memoryBytes: MEMORY_BYTES, signal: controller.signal, call };
      const message = await workerSandbox(env.LOADER)
        .run(program)
        .then(
          (result) => ({ result }),
          (error) => ({ error: error.message }),
        );
      send(message);
      server.close();
    };
    server.accept();
    server.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data);
      if (message.code !== undefined) void run(message);
      else if (message.abort !== undefined) controller.abort(new Error(message.abort));
      else if (message.error === undefined) calls[message.id].resolve(message.value);
      else calls[message.id].reject(new Error(message.error));
    });
    return new Response(null, { status: 101, webSocket: client });
  },
};
