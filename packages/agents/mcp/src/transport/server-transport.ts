import type { Transport } from '@modelcontextprotocol/client';

/** Transport to a server. The SDK starts the transport when the client connects. */
export interface ServerTransport {
  readonly transport: Transport;
  /** Returns the reason for the end of a program and its last stderr output, with secrets masked. */
  readonly lastOutput: () => string | undefined;
  /** Masks the endpoint's secrets, including renewed tokens. */
  readonly mask: (text: string) => string;
  /** Closes the transport, and ends the session on the server. */
  close(): Promise<void>;
}

/** Error code for a stream that ended without a response. The code is outside the range that JSON-RPC reserves. */
export const CUT_OFF = -32_800_001;
