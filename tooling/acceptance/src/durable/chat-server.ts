/** Server of a chat page whose answers are durable runs. The chat's id is the run's id. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { watchRun, type RunChannel } from '@majordomo/agent/durable';
import type { DbosAgent } from '@majordomo/durable-dbos';
import { fromUiMessages, uiMessageResponse, type UiInput } from '@majordomo/ui';

const secret = 'a secret of at least 32 random bytes';

/** Starts the server and returns its port. `POST /RUN` sends decisions. `GET /RUN` resumes a stream. */
export async function serveChat(runs: DbosAgent, channel: RunChannel): Promise<number> {
  const server = createServer((request, response) => void serve(runs, channel, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function serve(
  runs: DbosAgent,
  channel: RunChannel,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const runId = decodeURIComponent((incoming.url ?? '/').slice(1));
  const controller = new AbortController();
  outgoing.once('close', () => controller.abort());
  const events = await watchRun(channel, runId, { over: () => runs.result(runId) });
  let input: UiInput | undefined;
  if (incoming.method === 'POST') {
    const { messages } = (await json(incoming)) as { readonly messages: unknown };
    input = await fromUiMessages(messages, { secret, chatId: runId });
    for (const decision of input.decisions) await runs.decide(runId, decision);
  }
  const { status, headers, body } = uiMessageResponse(events, {
    secret,
    chatId: runId,
    input,
    messageId: runId,
    signal: controller.signal,
    durable: { result: () => runs.result(runId), awaiting: () => runs.awaiting(runId) },
  });
  outgoing.writeHead(status, [...headers].flat());
  outgoing.flushHeaders();
  await pipeline(Readable.fromWeb(body as never), outgoing).catch(() => undefined);
}
