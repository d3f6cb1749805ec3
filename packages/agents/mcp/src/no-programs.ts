// In builds for browsers and Workers, this module replaces the modules that start programs, use stdin, or read folders.
import { LlmError } from '@majordomo/core';

export const programTransport = (): Promise<never> =>
  unsupported('programs are not supported', 'use `place.url`');

export const serveOnStdio = (): Promise<never> => unsupported('stdin is not available', 'use `fetch`');

export const loadSkillsFolder = (): Promise<never> =>
  unsupported('folders are not available', 'use `skills`');

const unsupported = (what: string, instead: string): Promise<never> =>
  Promise.reject(new LlmError('unsupported', `MCP: ${what} in a page or a Worker; ${instead}`));
