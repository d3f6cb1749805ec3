/** What a server says of itself. */
export interface ServerState {
  readonly baseURL: string;
  /** Responses that are not over. */
  readonly open: number;
  readonly connections: number;
  /** Bytes of open responses that the kernel has taken. */
  readonly sent: number;
}

/** The same number of several servers. */
export const sumOf = (states: readonly ServerState[], what: 'open' | 'connections' | 'sent'): number =>
  states.reduce((sum, state) => sum + state[what], 0);
