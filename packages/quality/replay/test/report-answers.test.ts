import { expect, it } from 'vitest';
import { replay, toReplayHtml, toReplayMarkdown, toReplayText } from '../src/index.ts';
import { fakeModels, testFolder } from './support/fixture.ts';
import { experimentOn, recordedCall } from './support/recorded-calls.ts';
import { HOSTILE } from './report-hostile.ts';

const UNITS = 40;
const LARGE = 100_000;

it('keeps pages and texts intact and small although answers and tools contain commands of terminals and HTML', async () => {
  const answer = `${HOSTILE}\u2028\u2029\u2066 | a | b |\n|---|---|\n![x](http://198.51.100.1/) ${'x'.repeat(LARGE)}`;
  let calls = 0;
  const { majordomo } = fakeModels((text) => {
    calls += 1;
    if (calls % 5 === 0) return { toolCalls: [{ name: `find_${HOSTILE}`, args: { [HOSTILE]: HOSTILE } }] };
    return text.startsWith('bad') ? answer : `answer to ${text}`;
  });
  const folder = testFolder();
  const recorded = Array.from({ length: UNITS }, (_, at) => {
    const call = recordedCall(at);
    const [question] = call.request.messages[0]?.parts ?? [];
    const text = question?.type === 'text' ? question.text : '';
    const kind = at < UNITS / 4 ? 'bad' : 'good';
    return recordedCall(at, {
      request: {
        messages: [{ role: 'user', parts: [{ type: 'text', text: `${kind} ${text}` }] }],
        maxTokens: 100,
      },
      response: { ...call.response, parts: [{ type: 'text', text: `answer to ${kind} ${text}` }] },
      metadata: { kind },
    });
  });
  const report = await replay(experimentOn(majordomo, recorded, { judge: () => 'worse' }), { folder });
  const html = await toReplayHtml(report, { folder, content: true });
  const markdown = toReplayMarkdown(report);
  const shown = toReplayText(report);
  expect(report.kinds.filter(({ isWorse }) => isWorse).length).toBeGreaterThan(0);
  expect(html).toContain('more characters not shown');
  expect(html).not.toMatch(/<script|<img|onerror="/i);
  expect(html.length).toBeLessThan(300_000);
  expect(JSON.stringify(report).length).toBeLessThan(100_000);
  for (const text of [html, markdown, shown])
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
  expect(markdown).not.toMatch(/^(?!.*`).*(?:<script|!\[x\])/m);
});
