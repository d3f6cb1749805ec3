import { SseDecoder } from '@majordomo/core/toolkit';

/** Function that receives the data of each message, and the name of its event or `undefined`. */
export type OnMessage = (data: string, event: string | undefined) => void;

/** Synchronous decoder of bytes to messages. */
export interface BodyDecoder {
  /** Decodes the next bytes, which may end within a message. */
  push(bytes: Uint8Array): void;
  /** Decodes the remaining text. Called after the last byte. */
  end(): void;
}

/** Format in which the messages of a streamed body are separated. */
export interface Framing {
  /** Pattern of the accepted content types. An empty type can match, because some local servers send none. */
  readonly mediaType: RegExp;
  /** Whether a body with a JSON content type may contain several messages, because a proxy changed the type. */
  readonly mayBeJson?: boolean | undefined;
  /** Creates a decoder whose errors name `target`. */
  decoder(onMessage: OnMessage, target: string): BodyDecoder;
}

/** Framing of server-sent events. */
export const SSE: Framing = {
  mediaType: /event-stream|^$/i,
  decoder: (onMessage, target) => new SseDecoder(onMessage, target),
};

/** Yields the events of a body of server-sent events. If the caller stops early, the body is cancelled. */
export function sseMessages(
  body: ReadableStream<Uint8Array>,
): AsyncIterable<{ readonly event: string; readonly data: string }> {
  const messages: { event: string; data: string }[] = [];
  const decoder = new SseDecoder((data, event) => {
    messages.push({ event: event ?? 'message', data });
  });
  return decodeBody(body, decoder, messages);
}

/** Yields the messages that the decoder adds to `messages`. If the caller stops early, the body is cancelled. */
export async function* decodeBody<Message>(
  body: ReadableStream<Uint8Array>,
  decoder: BodyDecoder,
  messages: Message[],
): AsyncIterable<Message> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      decoder.push(value);
      yield* messages.splice(0);
    }
    decoder.end();
    yield* messages.splice(0);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
