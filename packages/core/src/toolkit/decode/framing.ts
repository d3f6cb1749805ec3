/** Called for each message of a body: its data and, where the wire names them, its event. */
export type OnMessage = (data: string, event: string | undefined) => void;

/** Cuts bytes into messages, synchronously. */
export interface BodyDecoder {
  /** Bytes as they arrive, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** After the last byte. */
  end(): void;
}

/** How the messages of a streamed body are told apart. */
export interface Framing {
  /** Content types of such a body; a missing one is given the benefit of the doubt: some local servers send none. */
  readonly mediaType: RegExp;
  /** A JSON type may hold such messages too: proxies relabel what they do not know. One JSON value is tried first. */
  readonly mayBeJson?: boolean | undefined;
  /** `target` is for the decoder's errors. */
  decoder(onMessage: OnMessage, target: string): BodyDecoder;
}
