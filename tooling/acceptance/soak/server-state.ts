/** State that a server reports. */
export interface ServerState {
  readonly baseURL: string;
  /** Number of responses that have not ended. */
  readonly open: number;
  readonly connections: number;
  /** Number of bytes of open responses that were passed to the kernel. */
  readonly sent: number;
}

/** Returns the sum of a number over several servers. */
export const sumOf = (states: readonly ServerState[], what: 'open' | 'connections' | 'sent'): number =>
  states.reduce((sum, state) => sum + state[what], 0);
