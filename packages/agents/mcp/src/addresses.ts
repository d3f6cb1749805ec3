import { isLoopback } from '@majordomo/core/toolkit';
import type { McpEndpoint } from './options.ts';

/** Whether an address has https, or http on a loopback host. */
export const isSecure = (address: URL): boolean =>
  address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address));

/**
 * Whether a user may open an address that a server names: https, or http on this machine if the server is also on this machine. Other
 * schemes start programs and open files, and http leads to devices of the user's network.
 */
export const mayOpen = (address: URL, isServerLocal: boolean): boolean =>
  address.protocol === 'https:' || (isServerLocal && isSecure(address));

/** Whether a server is a program on this machine, with which the client communicates over stdio. */
export const isProgram = (place: McpEndpoint): place is Extract<McpEndpoint, { command: string }> =>
  'command' in place;
