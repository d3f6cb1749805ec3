// In place of what starts programs and what reads stdin, in the build for pages and Workers.
import { LlmError } from '@majordomo/core';

export const programTransport = (): Promise<never> =>
  unsupported('no program can be started', 'give a server by `place.url`');

export const serveOnStdio = (): Promise<never> => unsupported('there is no stdin', 'serve it with `fetch`');

const unsupported = (what: string, instead: string): Promise<never> =>
  Promise.reject(new LlmError('unsupported', `MCP: ${what} in a page or a Worker; ${instead}`));
