import { describe, expect, it } from 'vitest';
import { assistant, type AssistantPart, user } from '../index.ts';
import { dropForeignReplay } from './replay.ts';

const token = (family: string): { replay: { family: string; data: number } } => ({
  replay: { family, data: 1 },
});
const thought = (extra: object = {}): AssistantPart => ({ type: 'reasoning', text: 'r', ...extra });
const said = (extra: object = {}): AssistantPart => ({ type: 'text', text: 't', ...extra });

describe('foreign reasoning', () => {
  it('is removed, with one warning that names the target', () => {
    const messages = [
      user('q'),
      assistant([thought(token('b')), said(token('b'))]),
      assistant([thought(), said()]),
    ];
    expect(dropForeignReplay(messages, ['a'], 'a/x')).toEqual({
      messages: [user('q'), assistant([said()]), assistant([said()])],
      warnings: [
        {
          action: 'dropped',
          what: 'replay of foreign reasoning',
          why: "a/x cannot read another model's reasoning or tokens",
        },
      ],
    });
  });

  it('is removed with vendor parts, which have a separate warning', () => {
    const search = (family: string): AssistantPart => ({ type: 'vendor', kind: 'search', ...token(family) });
    const why = 'a/x cannot read them';
    const toolWarning = { action: 'dropped', what: 'parts that ran at another vendor', why };
    const left = dropForeignReplay([assistant([search('b'), said(), search('a')])], ['a'], 'a/x');
    expect(left).toEqual({ messages: [assistant([said(), search('a')])], warnings: [toolWarning] });
    const both = dropForeignReplay([assistant([thought(token('b')), search('b')])], ['a'], 'a/x');
    expect(both.warnings.map(({ what }) => what)).toEqual([
      'replay of foreign reasoning',
      'parts that ran at another vendor',
    ]);
  });

  it('is neither the reasoning of the model nor text without a token', () => {
    const messages = [user('q'), assistant([thought(token('a')), said(token('b2')), said()])];
    expect(dropForeignReplay(messages, ['a', 'b2'], 'a/x')).toEqual({ messages, warnings: [] });
    expect(dropForeignReplay(messages, ['a', 'b2'], 'a/x').messages).toBe(messages);
  });

  it('does not replace unaffected turns', () => {
    const messages = [user('q'), assistant([said()]), assistant([thought()])];
    const left = dropForeignReplay(messages, ['a'], 'a/x').messages;
    expect(left.map((message, at) => message === messages[at])).toEqual([true, true, false]);
  });

  it('does not replace unaffected parts', () => {
    const parts = [thought(token('b')), said(), said(token('a'))];
    const [left] = dropForeignReplay([assistant(parts)], ['a'], 'a/x').messages;
    expect(left?.parts.map((part) => parts.indexOf(part as AssistantPart))).toEqual([1, 2]);
  });

  it('is removed again from a modified turn', () => {
    const parts = [thought(token('b')), said()];
    const turn = assistant(parts);
    const families = ['a'];
    const left = (): unknown => dropForeignReplay([turn], families, 'a/x').messages[0];
    expect(left()).toEqual(assistant([said()]));
    parts.push(said({ text: 'more' }));
    expect(left()).toEqual(assistant([said(), said({ text: 'more' })]));
  });
});
