import type { Transport } from '@modelcontextprotocol/client';

/** The way to a server, not yet begun. */
export interface ServerTransport {
  readonly transport: Transport;
  /** Returns the last stderr output of a program, and how it ended; masked. */
  readonly lastOutput: () => string | undefined;
  /** Masks secrets of the endpoint, renewed tokens included. */
  readonly mask: (text: string) => string;
  /** Closes the transport, and ends the session of a server. */
  close(): Promise<void>;
}

/** A code of our own, beyond those that JSON-RPC keeps for servers: the answer's stream ended without it. */
export const CUT_OFF = -32_800_001;
