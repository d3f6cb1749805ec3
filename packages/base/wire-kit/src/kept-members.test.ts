import { expect, it } from 'vitest';
import { hasMembers, sentMembers, withoutMembers } from './kept-members.ts';

const data = { signature: 's', members: { small: 1, large: 'x'.repeat(65_536), other: true } };

it('returns the accepted members, without those of more than 64 KiB', () => {
  expect(sentMembers(data, ['small', 'large', 'absent'])).toEqual({ small: 1 });
  expect(sentMembers('signature', ['small'])).toEqual({});
  expect(sentMembers(undefined, ['small'])).toEqual({});
});

it('removes the members and retains other replay data', () => {
  expect(withoutMembers(data)).toEqual({ signature: 's' });
  expect(withoutMembers({ members: {} })).toBeUndefined();
  expect(withoutMembers('signature')).toBe('signature');
  expect([hasMembers(data), hasMembers({ signature: 's' }), hasMembers(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});
