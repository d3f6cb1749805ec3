import type { Transport } from '@modelcontextprotocol/client';

/** The way to a server, not yet begun. */
export interface ServerTransport {
  readonly transport: Transport;
  /** What a program last wrote to stderr, and how it ended; masked. */
  readonly lastOutput: () => string | undefined;
  /** Masks secrets of the place, those too that were only asked for on the way. */
  readonly mask: (text: string) => string;
  /** Ends it; a server that keeps a session is told. */
  close(): Promise<void>;
}

/** A code of our own, beyond those that JSON-RPC keeps for servers: the answer's stream ended without it. */
export const CUT_OFF = -32_800_001;
