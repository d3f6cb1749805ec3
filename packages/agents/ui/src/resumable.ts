import { LlmError, systemClock } from '@majordomo/core';
import { atLeast, checkOptions } from '@majordomo/core/toolkit';
import { readFromChannel, serveChannel, stopByChannel } from './channel.ts';
import { LiveResponse } from './live-response.ts';
import { chunkResponse, chunkStream } from './response.ts';
import { shownChunks } from './shown-chunks.ts';
import type { ResumableOptions, ResumableStreams, UiEnd } from './types.ts';

/**
 * Creates the registry of running responses. Responses are stored in the memory of the process that creates them and are lost
 * when it ends. If responses must survive, use a durable run, and send `watchRun(…)` with `uiMessageResponse` for POST and GET.
 */
export function createResumableStreams(options: ResumableOptions = {}): ResumableStreams {
  checkOptions('createResumableStreams', options, {
    channel: 'object',
    disconnectMs: atLeast(0),
    keepMs: atLeast(0),
    maxChars: atLeast(0),
    clock: 'object with now',
  });
  const { channel, clock = systemClock, keepMs = 10_000 } = options;
  const { disconnectMs = 300_000, maxChars = 16_777_216 } = options;
  /** Newest response of each chat in this process. */
  const responses = new Map<string, LiveResponse>();
  let isClosed = false;

  /** Returns the response of a chat in this process, or `undefined` if it does not exist or is superseded. */
  const currentResponse = async (chatId: string): Promise<LiveResponse | undefined> => {
    checkId('chatId', chatId);
    await responses.get(chatId)?.catchUp?.();
    // Meanwhile, a newer response may have started, here or in another process.
    const response = responses.get(chatId);
    return response?.isSuperseded === true ? undefined : response;
  };

  const serve = async (chatId: string, response: LiveResponse): Promise<void> => {
    const service = channel && serveChannel(channel, chatId, response, clock);
    if (service !== undefined) response.catchUp = () => service.catchUp();
    responses.set(chatId, response);
    response.begin(service?.announced);
    await response.ended;
    const remove = (): void => {
      if (responses.get(chatId) === response) responses.delete(chatId);
      service?.close();
    };
    if (isClosed) remove();
    else clock.timer(keepMs, remove, { isBackground: true });
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    await Promise.all([...responses.values()].map((response) => response.stop()));
  };

  return {
    start(chatId, events, { requestId, signal, heartbeatMs, headers, ...uiOptions } = {}) {
      checkId('chatId', chatId);
      if (requestId !== undefined) checkId('requestId', requestId);
      if (isClosed) throw new LlmError('config', 'start: the registry is closed; create another');
      const older = responses.get(chatId);
      const onEnd = async (end: UiEnd): Promise<void> => {
        await older?.ended;
        await uiOptions.onEnd?.(end);
      };
      // Throws for an invalid option before the older response is stopped.
      const stream = chunkStream('start', events, { ...uiOptions, onEnd });
      older?.supersede();
      const limits = { disconnectMs, maxChars, clock };
      const response = new LiveResponse(stream, shownChunks(uiOptions), requestId, limits);
      void serve(chatId, response);
      return chunkResponse(response.requester, { signal, heartbeatMs, headers });
    },
    async resume(chatId, { requestId, ...responseOptions } = {}) {
      if (requestId !== undefined) checkId('requestId', requestId);
      const response = await currentResponse(chatId);
      const reader =
        response?.isExpected(requestId) === true
          ? response.read()
          : channel && (await readFromChannel(channel, chatId, { requestId, maxChars, clock }));
      return reader === undefined
        ? new Response(null, { status: 204 })
        : chunkResponse(reader, responseOptions);
    },
    async stop(chatId) {
      const response = await currentResponse(chatId);
      if (response === undefined) return channel !== undefined && stopByChannel(channel, chatId, clock);
      if (response.isOver) return false;
      await response.stop();
      return true;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkId(path: 'chatId' | 'requestId', id: string): void {
  if (typeof id !== 'string' || id === '')
    throw new LlmError('invalid-request', `${path}: expected a non-empty string`, { path });
}
