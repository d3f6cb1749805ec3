import { describe, expect, it } from 'vitest';
import type { Recovery } from '../types/llm-error.ts';
import type { ModelRequest } from '../types/request.ts';
import { RecoveryMemory } from './recovery-memory.ts';

const request: ModelRequest = { system: undefined, messages: [], tools: [], output: undefined, extra: {} };
const recovery = (id: string, extra: Partial<Recovery> = {}): Recovery => ({
  id,
  what: id,
  remember: true,
  apply: (it) => it,
  ...extra,
});

const idsOf = (memory: RecoveryMemory, target = 'a/x'): string[] =>
  memory.recoveriesFor(target, request).map(({ id }) => id);

describe('the recovery memory', () => {
  it('stores recoveries marked to be remembered once per target, the latest last', () => {
    const memory = new RecoveryMemory();
    memory.remember('a/x', recovery('one'));
    memory.remember('a/x', recovery('two'));
    memory.remember('a/x', recovery('one'));
    memory.remember('a/x', recovery('not', { remember: false }));
    memory.remember('a/x', recovery('nor this', { remember: undefined }));
    expect([idsOf(memory), idsOf(memory, 'b/y')]).toEqual([['two', 'one'], []]);
  });

  it('returns the recoveries that a request needs or that do not restrict it', () => {
    const memory = new RecoveryMemory();
    memory.remember('a/x', recovery('needed', { isNeededFor: (it) => it === request }));
    memory.remember('a/x', recovery('not needed', { isNeededFor: () => false }));
    memory.remember(
      'a/x',
      recovery('broken', {
        isNeededFor: () => {
          throw new Error('odd');
        },
      }),
    );
    expect(idsOf(memory)).toEqual(['needed', 'broken']);
  });

  it('stores eight recoveries per target and 256 targets, and removes the oldest', () => {
    const memory = new RecoveryMemory();
    for (let n = 1; n <= 9; n++) memory.remember('a/x', recovery(String(n)));
    expect(idsOf(memory)).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
    for (let n = 1; n <= 255; n++) memory.remember(`b/${n}`, recovery('r'));
    expect([idsOf(memory).length, idsOf(memory, 'b/255').length]).toEqual([8, 1]);
    memory.remember('b/256', recovery('r'));
    expect([idsOf(memory), idsOf(memory, 'b/1')]).toEqual([[], ['r']]);
  });
});
