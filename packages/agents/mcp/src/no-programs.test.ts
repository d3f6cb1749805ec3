import { expect, it } from 'vitest';
import { rejection } from '../test/support/world.ts';
import { loadSkillsFolder, programTransport, serveOnStdio } from './no-programs.ts';

it.each([
  [programTransport, 'MCP: programs are not supported in a page or a Worker; use `place.url`'],
  [serveOnStdio, 'MCP: stdin is not available in a page or a Worker; use `fetch`'],
  [loadSkillsFolder, 'MCP: folders are not available in a page or a Worker; use `skills`'],
])('%o names the option that works in a page', async (replaced, message) => {
  expect(await rejection(replaced())).toMatchObject({ kind: 'unsupported', message });
});
