import { LlmError, systemClock } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { readFromChannel, stopByChannel } from './channel-reader.ts';
import { ChannelWriter } from './channel-writer.ts';
import { LiveResponse } from './live-response.ts';
import { chunkResponse, chunkStream } from './response.ts';
import { shownChunks } from './shown-chunks.ts';
import type { ResumableOptions, ResumableStreams, UiEnd } from './types.ts';

const DISCONNECT_MS = 300_000;
const KEEP_MS = 10_000;
const MAX_BYTES = 16_777_216;

interface Entry {
  readonly response: LiveResponse;
  readonly writer: ChannelWriter | undefined;
}

/**
 * Creates the registry of running responses. Responses are stored in the memory of the process that creates them and are lost when that
 * process dies. For responses that survive it, use a durable run, and send `watchRun(…)` with `uiMessageResponse` for both POST and GET.
 */
export function createResumableStreams(options: ResumableOptions = {}): ResumableStreams {
  checkOptions('createResumableStreams', options, {
    channel: 'object',
    disconnectMs: 0,
    keepMs: 0,
    maxBytes: 0,
    clock: 'object with now',
  });
  const { channel, clock = systemClock, keepMs = KEEP_MS } = options;
  const { disconnectMs = DISCONNECT_MS, maxBytes = MAX_BYTES } = options;
  /** Newest response of each chat in this process. */
  const entries = new Map<string, Entry>();
  let isClosed = false;

  /** Returns the response of a chat, unless a newer one is in another process. */
  const currentResponse = (chatId: string): LiveResponse | undefined => {
    checkChatId(chatId);
    const response = entries.get(chatId)?.response;
    return response?.isSuperseded === true ? undefined : response;
  };

  const removeLater = async (chatId: string, entry: Entry): Promise<void> => {
    await entry.response.ended;
    const remove = (): void => {
      if (entries.get(chatId) === entry) entries.delete(chatId);
      entry.writer?.close();
    };
    clock.timer(keepMs, remove, true);
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    const open = [...entries.values()];
    await Promise.all(open.map(({ response }) => response.stop()));
    for (const { writer } of open) writer?.close();
  };

  return {
    start(chatId, events, { signal, heartbeatMs, headers, ...uiOptions } = {}) {
      checkChatId(chatId);
      if (isClosed)
        throw new LlmError(
          'config',
          'start: the registry is closed; create another with createResumableStreams',
        );
      const older = entries.get(chatId)?.response;
      const onEnd = async (end: UiEnd): Promise<void> => {
        await older?.ended;
        await uiOptions.onEnd?.(end);
      };
      const stream = chunkStream('start', events, { ...uiOptions, onEnd });
      older?.supersede();
      const earlier = shownChunks(uiOptions);
      const response = new LiveResponse(stream, { earlier, disconnectMs, maxBytes, clock });
      const writer = channel && new ChannelWriter(channel, chatId, response, clock);
      const entry = { response, writer };
      entries.set(chatId, entry);
      void removeLater(chatId, entry);
      return chunkResponse(response.requester, { signal, heartbeatMs, headers });
    },
    async resume(chatId, responseOptions = {}) {
      const response = currentResponse(chatId);
      const reader =
        response === undefined
          ? channel && (await readFromChannel(channel, chatId, { maxBytes, clock }))
          : response.read();
      return reader === undefined
        ? new Response(null, { status: 204 })
        : chunkResponse(reader, responseOptions);
    },
    async stop(chatId) {
      const response = currentResponse(chatId);
      if (response === undefined) return channel !== undefined && stopByChannel(channel, chatId, clock);
      if (response.isOver) return false;
      await response.stop();
      return true;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkChatId(chatId: string): void {
  if (typeof chatId !== 'string' || chatId === '')
    throw new LlmError('invalid-request', 'chatId: expected a non-empty string', { path: 'chatId' });
}
