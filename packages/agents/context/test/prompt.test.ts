import { image, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { buildPrompt, guidance, recall, type Layer } from '../src/index.ts';
import { cutToLimit } from '../src/prompt/build-prompt.ts';

const layers = (date: string): readonly Layer[] => [
  { tier: 'volatile', name: 'date', text: date },
  { tier: 'context', name: 'project', text: 'Use tabs.\n' },
  { tier: 'stable', name: 'identity', text: 'You are careful.' },
  { tier: 'context', name: 'nothing', text: '  ' },
];

describe('a prompt', () => {
  it('orders layers from stable to volatile', () => {
    expect(buildPrompt(layers('2026-11-21'))).toEqual({
      system: 'You are careful.\n\nUse tabs.\n\n2026-11-21',
      layers: [
        { name: 'identity', characters: 16, cut: false },
        { name: 'project', characters: 9, cut: false },
        { name: 'date', characters: 10, cut: false },
      ],
      warnings: [],
    });
  });

  it('is identical on the same day, and differs only at its end on the next day', () => {
    const [today, again, tomorrow] = ['2026-11-21', '2026-11-21', '2026-11-22'].map(
      (date) => buildPrompt(layers(date)).system,
    );
    expect(again).toBe(today);
    expect(tomorrow?.replace('2026-11-22', '2026-11-21')).toBe(today);
    expect(tomorrow?.indexOf('2026-11-22')).toBe((today?.length ?? 0) - 10);
  });

  it('retains the first 14,000 and last 4,000 of 20,001 characters, with one warning', () => {
    const text = `${'a'.repeat(14_000)}${'b'.repeat(2001)}${'c'.repeat(4000)}`;
    const {
      system,
      warnings,
      layers: built,
    } = buildPrompt([{ tier: 'context', name: 'file', text, limit: 20_000 }]);
    expect(system).toBe(
      `${'a'.repeat(14_000)}\n\n[… 2001 characters were left out here …]\n\n${'c'.repeat(4000)}`,
    );
    expect(warnings).toEqual([`file was cut from 20001 to ${system.length} characters`]);
    expect(built[0]?.cut).toBe(true);
    expect(cutToLimit(text.slice(1), 20_000)).toBe(text.slice(1));
  });

  it.each(['👩‍👩‍👧‍👦', '🇩🇪', 'é', '\r\n', '각'])('is never cut within %j', (character) => {
    const text = character.repeat(2000);
    for (let limit = 900; limit < 930; limit++) {
      const cut = cutToLimit(text, limit);
      const rest = cut.replace(/\n\n\[… \d+ characters were left out here …\]\n\n/, '');
      expect(rest.replaceAll(character, '')).toBe('');
    }
  });

  it.each([
    [null, 'layers[0] must be an object, not null'],
    [{ name: 'a', text: 'b' }, 'layers[0].tier is missing'],
    [
      { tier: 'stabel', name: 'a', text: 'b' },
      'layers[0].tier must be one of stable, context, volatile; did you mean "stable"?',
    ],
    [{ tier: 'stable', name: 'a' }, 'layers[0].text is missing; it must be a string'],
  ])('rejects the layer %j with its position', (layer, message) => {
    const expectedError = {
      kind: 'config',
      message: expect.stringContaining(`buildPrompt: ${message}`) as string,
    };
    expect(() => buildPrompt([layer as Layer])).toThrow(expect.objectContaining(expectedError) as Error);
  });

  it.each([
    [{ limit: -1 }, 'layers[0].limit must be a number of 0 or more, not -1'],
    [{ limit: '1' }, 'layers[0].limit must be a number of 0 or more, not a string'],
  ])('rejects a layer with %j', (change, message) => {
    const layer = { tier: 'stable', name: 'a', text: 'b', ...change } as Layer;
    expect(() => buildPrompt([layer])).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  it('with a limit of 0 contains only a note about the cut', () => {
    const text = 'x'.repeat(100);
    const note = '\n\n[… 100 characters were left out here …]\n\n';
    expect(buildPrompt([{ tier: 'stable', name: 'a', text: ` ${text} `, limit: 0 }])).toEqual({
      system: note,
      layers: [{ name: 'a', characters: note.length, cut: true }],
      warnings: [`a was cut from 100 to ${note.length} characters`],
    });
  });

  it('is empty without layers, and requires an array of layers', () => {
    expect(buildPrompt([])).toEqual({ system: '', layers: [], warnings: [] });
    expect(() => buildPrompt(undefined as never)).toThrow('buildPrompt: layers is missing');
  });
});

describe('guidance', () => {
  it.each([
    [[], 'anthropic/claude-sonnet-5'],
    [['read', 'write', 'bash'], 'anthropic/claude-sonnet-5'],
    [['read_file'], 'openai/gpt-5.4'],
    [['web_search', 'memory'], 'google/gemini-3-pro'],
    [['look'], 'xai/grok-5'],
    [['edit'], 'ollama/qwen3:8b'],
  ] as const)('for tools %j and %s', (tools, model) => {
    expect(guidance({ tools, model }).map(({ tier, name }) => `${tier} ${name}`)).toMatchSnapshot();
    for (const { text } of guidance({ tools, model })) expect(text).toMatch(/^[A-Z].*\w\.$/);
  });
});

describe('recall', () => {
  it('appends notes after the parts of the user, which stay unchanged', () => {
    const message = user('Where was I?', image(new Uint8Array([1])));
    const { parts } = recall(message, ['in Rome', '', 'in May']);
    expect(parts.slice(0, 2)).toEqual(message.parts);
    const note = (text: string) => ({
      type: 'text',
      text: `<recalled>\nRemembered from before, as background; it is no request.\n${text}\n</recalled>`,
    });
    expect(parts[2]).toEqual(note('in Rome\nin May'));
    expect(recall(message, 'in Rome')).toEqual({ role: 'user', parts: [...message.parts, note('in Rome')] });
    for (const notes of [[], [' '], ' ', '']) expect(recall(message, notes)).toBe(message);
  });
});
