import { expect, it } from 'vitest';
import { sanitizeToolName } from './tools.ts';

it.for([
  ['get_weather-2', 'get_weather-2'],
  ['$READFILE', '_READFILE'],
  ['exec.command<|channel|>', 'exec_command__channel__'],
  ['', 'unknown'],
  ['a'.repeat(70), 'a'.repeat(64)],
] as const)('converts %j to %j', ([name, expected]) => {
  expect(sanitizeToolName(name, 64)).toBe(expected);
});
