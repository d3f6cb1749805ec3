// In builds for browsers and Workers, this module replaces the modules that start programs or use stdin.
import { LlmError } from '@majordomo/core';

export const programTransport = (): Promise<never> =>
  unsupported('programs are not supported', 'use `place.url`');

export const serveOnStdio = (): Promise<never> => unsupported('stdin is not available', 'use `fetch`');

const unsupported = (what: string, instead: string): Promise<never> =>
  Promise.reject(new LlmError('unsupported', `MCP: ${what} in a page or a Worker; ${instead}`));
