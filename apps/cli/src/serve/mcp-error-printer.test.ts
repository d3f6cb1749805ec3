import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { mcpErrorPrinter } from './mcp-error-printer.ts';

function printer() {
  const lines: string[] = [];
  const clock = fakeClock();
  const stderr = { write: (line: string) => void lines.push(line) };
  return { lines, clock, print: mcpErrorPrinter({ stderr } as never, clock) };
}

it('prints a failure of a server once a minute', async () => {
  const { lines, clock, print } = printer();
  for (let n = 0; n < 1000; n++) print(new Error('1 calls are running'), { server: 'a' });
  print(new Error('1 calls are running'), { server: 'b' });
  expect(lines).toEqual(['mcp a: 1 calls are running\n', 'mcp b: 1 calls are running\n']);
  await clock.advance(60_000);
  print(new Error('1 calls are running'), { server: 'a' });
  expect(lines).toHaveLength(3);
});

it('prints at most 100 lines a minute', async () => {
  const { lines, clock, print } = printer();
  for (let n = 0; n < 1000; n++) print(new Error(`failure ${n}`), { server: 'a' });
  expect(lines).toHaveLength(100);
  await clock.advance(60_000);
  print(new Error('failure 999'), { server: 'a' });
  expect(lines).toHaveLength(101);
});
