import { expect, it } from 'vitest';
import type { CallEvent } from '@majordomo/core';
import { createStatus } from './status.ts';

const call = { id: '1', spec: 'a/x', tenant: undefined, metadata: {} };
const attemptStart = (target: string): CallEvent => ({ type: 'attempt-start', call, target, attempt: 1 });

it('never overwrites part of an answer, and is erased before other output', () => {
  let terminalText = '';
  let isFresh = false;
  const output = {
    isTerminal: true,
    hasColor: true,
    canErase: true,
    columns: 12,
    write: (text: string | Uint8Array) => {
      terminalText += String(text);
    },
  };
  const status = createStatus(output, () => isFresh);
  status.onEvent(attemptStart('a/x'));
  expect(terminalText).toBe('');
  isFresh = true;
  status.onEvent(attemptStart('a/name-that-is-long'));
  expect(terminalText).toContain('a/name-tha\u001B');
  terminalText = '';
  status.hide();
  status.clear();
  expect(terminalText).toBe('\r\u001B[K');
});
