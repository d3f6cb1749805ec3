import { SseDecoder } from '@majordomo/core/toolkit';

/** Function that receives the data of a message, and the name of its event if the message has one. */
export type OnMessage = (data: string, event: string | undefined) => void;

/** Synchronous decoder of bytes to messages. */
export interface BodyDecoder {
  /** Decodes the next bytes, which may end within a message. */
  push(bytes: Uint8Array): void;
  /** Decodes the remaining text. Called after the last byte. */
  end(): void;
}

/** Format that separates the messages of a streamed body. */
export interface Framing {
  /** Pattern of the content types. Some local servers send no content type. */
  readonly mediaType: RegExp;
  /** Whether a JSON body may contain messages, because proxies change types. A single value is a non-streaming response. */
  readonly mayBeJson?: boolean | undefined;
  /** Creates a decoder. Its errors name the `target`. */
  decoder(onMessage: OnMessage, target: string): BodyDecoder;
}

/** Framing of server-sent events. */
export const SSE: Framing = {
  mediaType: /event-stream|^$/i,
  decoder: (onMessage, target) => new SseDecoder(onMessage, target),
};

/** Yields the messages of a body of server-sent events. Ending the iteration early cancels the body. */
export function sseMessages(
  body: ReadableStream<Uint8Array>,
): AsyncIterable<{ readonly event: string; readonly data: string }> {
  const messages: { event: string; data: string }[] = [];
  const decoder = new SseDecoder((data, event) => {
    messages.push({ event: event ?? 'message', data });
  });
  return decodeBody(body, decoder, messages);
}

/** Yields the messages that the decoder adds to the list. Ending the iteration early cancels the body. */
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
