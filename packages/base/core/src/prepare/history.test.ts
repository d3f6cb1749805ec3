import { describe, expect, it } from 'vitest';
import { assistant, type AssistantPart, toolResult, type TurnMessage, user } from '../index.ts';
import { repairHistory } from './history.ts';

const call = (id: string): AssistantPart => ({ type: 'tool-call', id, name: `t${id}`, args: {} });
const result = (...callIds: string[]): TurnMessage =>
  toolResult(callIds.map((callId) => ({ callId, name: `t${callId}`, content: `r${callId}` })));
const interrupted = (callId: string): TurnMessage =>
  toolResult({
    callId,
    name: `t${callId}`,
    content: 'This call was interrupted: it has no result.',
    isError: true,
  });
const answer = assistant('a');

describe('a history', () => {
  it.each<[string, TurnMessage[]]>([
    ['without calls', [user('q'), answer, user('r'), answer]],
    [
      'of calls with their results',
      [assistant([call('1'), call('2')]), result('1', '2'), assistant([call('3')]), result('3')],
    ],
    ['of text between calls', [assistant([call('1'), ...answer.parts, call('2')]), result('1', '2'), answer]],
    ['without messages', []],
  ])('with %s is unchanged, without a warning', (_, messages) => {
    const repaired = repairHistory(messages);
    expect(repaired.messages).toBe(messages);
    expect(repaired.warnings).toEqual([]);
  });

  it.each<[string, TurnMessage[], TurnMessage[]]>([
    [
      'at its end',
      [user('q'), assistant([call('1')])],
      [user('q'), assistant([call('1')]), interrupted('1')],
    ],
    [
      'before text',
      [assistant([call('1')]), user('q')],
      [assistant([call('1')]), interrupted('1'), user('q')],
    ],
    ['before a turn', [assistant([call('1')]), answer], [assistant([call('1')]), interrupted('1'), answer]],
  ])('with an interrupted call %s gets a result and one warning', (_, messages, expected) => {
    const { messages: repaired, warnings } = repairHistory(messages);
    expect(repaired).toEqual(expected);
    expect(warnings).toEqual([{ action: 'repaired', what: 'history', why: '1 tool call(s) had no result' }]);
  });

  it.each<[string, number, TurnMessage[], TurnMessage[]]>([
    ['unrelated', 2, [user('q'), result('1', '2'), answer], [user('q'), answer]],
    [
      'late',
      1,
      [assistant([call('1')]), result('1'), answer, result('1')],
      [assistant([call('1')]), result('1'), answer],
    ],
    ['double', 1, [assistant([call('1')]), result('1', '1')], [assistant([call('1')]), result('1')]],
    [
      'strange',
      1,
      [assistant([call('1')]), result('1', '9'), user('q')],
      [assistant([call('1')]), result('1'), user('q')],
    ],
  ])('with %s results loses them, with one warning', (_, count, messages, expected) => {
    const { messages: repaired, warnings } = repairHistory(messages);
    expect(repaired).toEqual(expected);
    expect(warnings).toEqual([
      { action: 'dropped', what: 'history', why: `${count} tool result(s) had no call` },
    ]);
  });

  it('has results in the order of their calls', () => {
    const messages = [assistant([call('1'), call('2')]), user('q'), result('2'), user('r'), result('1')];
    const { messages: repaired, warnings } = repairHistory(messages);
    expect(repaired).toEqual([messages[0], result('1', '2'), user('q'), user('r')]);
    expect(warnings).toEqual([]);
  });

  it('reuses the objects of valid turns and results', () => {
    const sound = [assistant([call('1')]), result('1'), user('q')];
    const { messages: repaired } = repairHistory([...sound, assistant([call('2')])]);
    expect(sound.map((message, at) => message === repaired[at])).toEqual([true, true, true]);
  });

  it('gets unique ids for duplicate ones, in one turn and in several', () => {
    const twice = assistant([call('1'), call('1')]);
    const ids = repairHistory([twice, result('1', '1'), assistant([call('1')]), result('1')]).messages.map(
      ({ parts }) =>
        parts.map((part) => (part.type === 'tool-call' ? part.id : 'callId' in part ? part.callId : '')),
    );
    expect(ids).toEqual([['1', '1_2'], ['1', '1_2'], ['1_3'], ['1_3']]);
  });

  it('takes linear time for many calls with one id', () => {
    const ids = Array.from({ length: 40_000 }, () => '1');
    const before = process.cpuUsage();
    const { messages } = repairHistory([assistant(ids.map(call)), result(...ids)]);
    const { user: userTime, system } = process.cpuUsage(before);
    expect(messages[1]?.parts.at(-1)).toMatchObject({ callId: '1_40000' });
    // Quadratic time takes more than a minute; linear time takes a tenth of a second.
    expect((userTime + system) / 1e6).toBeLessThan(4);
  });

  it('may have more messages than a function accepts arguments', () => {
    const questions = Array.from({ length: 200_000 }, () => user('q'));
    const { messages } = repairHistory([assistant([call('1')]), ...questions]);
    expect(messages).toHaveLength(questions.length + 2);
  });

  it('reuses the repaired objects of an unchanged turn', () => {
    const parts = [call('1'), call('1')];
    const history = [assistant(parts), result('1')];
    const repaired = (): readonly TurnMessage[] => repairHistory(history).messages;
    const [first, second] = [repaired(), repaired()];
    expect(first).not.toContain(history[0]);
    expect([second[0] === first[0], second[1] === first[1]]).toEqual([true, true]);
    parts.pop();
    expect(repaired()).toEqual(history);
  });
});
