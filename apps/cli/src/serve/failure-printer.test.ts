import { LlmError, systemClock, type CallEvent, type Clock } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createFailurePrinter, mcpErrorPrinter, type FailurePrinter } from './failure-printer.ts';

function failurePrinter(clock: Clock = systemClock): FailurePrinter & { readonly output: () => string } {
  let output = '';
  const stderr = { write: (text: string) => ((output += text), true) };
  return { ...createFailurePrinter({ stderr } as never, clock), output: () => output };
}

const failed = (error: LlmError, target = 'lab/a'): CallEvent =>
  ({ type: 'attempt-failed', error, target, attempt: 1, willRetryInMs: undefined }) as never;

it('prints a failure that only the operator can resolve once', () => {
  const { onEvent, output } = failurePrinter();
  for (let n = 0; n < 2; n++) onEvent(failed(new LlmError('auth', 'no key for lab/a; set LAB_API_KEY')));
  onEvent(failed(new LlmError('overloaded', 'lab/a is overloaded')));
  expect(output()).toBe('auth: no key for lab/a; set LAB_API_KEY\n');
});

it('prints failures that no attempt reports: those of the gateway and of resolvers', () => {
  const { onError, output } = failurePrinter();
  onError(new TypeError('x is undefined'));
  onError(new LlmError('config', 'the resolver gave nothing'));
  const attempts = [{ target: 'lab/a', outcome: 'failed' }] as never;
  onError(new LlmError('auth', 'no key for lab/a', { attempts }));
  expect(output()).toBe('x is undefined\nconfig: the resolver gave nothing\n');
});

it('escapes control characters in messages', () => {
  const { onError, output } = failurePrinter();
  onError(new Error('\u001B[2Jgone'));
  expect(output()).not.toContain('\u001B');
});

it('prints a denial, which no event of an attempt reports', () => {
  const { onError, output } = failurePrinter();
  const attempts = [{ target: 'lab/a', outcome: 'skipped' }] as never;
  onError(new LlmError('denied', 'gate "ledger" denied lab/a: no price for lab/a', { attempts }));
  expect(output()).toBe('denied: gate "ledger" denied lab/a: no price for lab/a\n');
});

it('prints failures of the network once a minute for each target', async () => {
  const clock = fakeClock();
  const { onEvent, output } = failurePrinter(clock);
  const unreachable = new LlmError('network', 'lab/a: cannot connect');
  onEvent(failed(unreachable));
  onEvent(failed(new LlmError('network', 'lab/a: the connection was closed')));
  onEvent(failed(new LlmError('network', 'lab/b: cannot connect'), 'lab/b'));
  expect(output()).toBe('network: lab/a: cannot connect\nnetwork: lab/b: cannot connect\n');
  await clock.advance(59_999);
  onEvent(failed(unreachable));
  expect(output().split('\n')).toHaveLength(3);
  await clock.advance(1);
  onEvent(failed(unreachable));
  expect(output().split('\n')).toHaveLength(4);
});

function mcpPrinter() {
  const lines: string[] = [];
  const clock = fakeClock();
  const stderr = { write: (line: string) => void lines.push(line) };
  return { lines, clock, print: mcpErrorPrinter({ stderr } as never, clock) };
}

it('prints a failure of a server once a minute', async () => {
  const { lines, clock, print } = mcpPrinter();
  for (let n = 0; n < 1000; n++) print(new Error('1 calls are running'), { server: 'a' });
  print(new Error('1 calls are running'), { server: 'b' });
  expect(lines).toEqual(['mcp a: 1 calls are running\n', 'mcp b: 1 calls are running\n']);
  await clock.advance(60_000);
  print(new Error('1 calls are running'), { server: 'a' });
  expect(lines).toHaveLength(3);
});

it('prints at most 100 lines a minute', async () => {
  const { lines, clock, print } = mcpPrinter();
  for (let n = 0; n < 1000; n++) print(new Error(`failure ${n}`), { server: 'a' });
  expect(lines).toHaveLength(100);
  await clock.advance(60_000);
  print(new Error('failure 999'), { server: 'a' });
  expect(lines).toHaveLength(101);
});
