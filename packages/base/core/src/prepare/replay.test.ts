import { describe, expect, it } from 'vitest';
import { assistant, type AssistantPart, user } from '../index.ts';
import { dropForeignReplay } from './replay.ts';

const token = (family: string): { replay: { family: string; data: number } } => ({
  replay: { family, data: 1 },
});
const reasoning = (extra: object = {}): AssistantPart => ({ type: 'reasoning', text: 'r', ...extra });
const textPart = (extra: object = {}): AssistantPart => ({ type: 'text', text: 't', ...extra });

describe('foreign reasoning', () => {
  it('is removed, with one warning that names the target', () => {
    const messages = [
      user('q'),
      assistant([reasoning(token('b')), textPart(token('b'))]),
      assistant([reasoning(), textPart()]),
    ];
    expect(dropForeignReplay(messages, ['a'], 'a/x')).toEqual({
      messages: [user('q'), assistant([textPart()]), assistant([textPart()])],
      warnings: [
        {
          action: 'dropped',
          what: 'replay of foreign reasoning',
          why: "a/x cannot read another model's reasoning or tokens",
        },
      ],
    });
  });

  it('is removed without a warning if it has no token, because its own model does not accept it either', () => {
    const messages = [user('q'), assistant([reasoning(), textPart()])];
    expect(dropForeignReplay(messages, ['a'], 'a/x')).toEqual({
      messages: [user('q'), assistant([textPart()])],
      warnings: [],
    });
  });

  it('is removed with vendor parts, which have a separate warning', () => {
    const search = (family: string): AssistantPart => ({ type: 'vendor', kind: 'search', ...token(family) });
    const why = 'a/x cannot read them';
    const toolWarning = { action: 'dropped', what: 'parts that ran at another vendor', why };
    const result = dropForeignReplay([assistant([search('b'), textPart(), search('a')])], ['a'], 'a/x');
    expect(result).toEqual({ messages: [assistant([textPart(), search('a')])], warnings: [toolWarning] });
    const both = dropForeignReplay([assistant([reasoning(token('b')), search('b')])], ['a'], 'a/x');
    expect(both.warnings.map(({ what }) => what)).toEqual([
      'replay of foreign reasoning',
      'parts that ran at another vendor',
    ]);
  });

  it('is neither the reasoning of the model nor text without a token', () => {
    const messages = [user('q'), assistant([reasoning(token('a')), textPart(token('b2')), textPart()])];
    expect(dropForeignReplay(messages, ['a', 'b2'], 'a/x')).toEqual({ messages, warnings: [] });
    expect(dropForeignReplay(messages, ['a', 'b2'], 'a/x').messages).toBe(messages);
  });

  it('does not replace unaffected turns', () => {
    const messages = [user('q'), assistant([textPart()]), assistant([reasoning()])];
    const messagesLeft = dropForeignReplay(messages, ['a'], 'a/x').messages;
    expect(messagesLeft.map((message, at) => message === messages[at])).toEqual([true, true, false]);
  });

  it('does not replace unaffected parts', () => {
    const parts = [reasoning(token('b')), textPart(), textPart(token('a'))];
    const [turnLeft] = dropForeignReplay([assistant(parts)], ['a'], 'a/x').messages;
    expect(turnLeft?.parts.map((part) => parts.indexOf(part as AssistantPart))).toEqual([1, 2]);
  });

  it('is removed again from a modified turn', () => {
    const parts = [reasoning(token('b')), textPart()];
    const turn = assistant(parts);
    const families = ['a'];
    const withoutReplay = (): unknown => dropForeignReplay([turn], families, 'a/x').messages[0];
    expect(withoutReplay()).toEqual(assistant([textPart()]));
    parts.push(textPart({ text: 'more' }));
    expect(withoutReplay()).toEqual(assistant([textPart(), textPart({ text: 'more' })]));
  });
});
