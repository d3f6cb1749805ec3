import assert from 'node:assert/strict';
import { type Citation, type ModelRequest, user } from '@majordomo/core';
import { failed, withBench, assertSent, chatRequest, inEveryDelivery, succeeded } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';

const TEXT = 'Oslo is sunny. It is warm.';
const PAGE: Citation = { url: 'https://weather.example/oslo', title: 'Weather', start: 0, end: 14 };
const BYTES = new TextEncoder().encode('RIFF\u0024\0\0\0WAVEfmt heard-7d1');

const audioRequest: ModelRequest = chatRequest('', {
  messages: [user('What is said?', { type: 'audio', mediaType: 'audio/wav', bytes: BYTES })],
});

/** Cases of audio input and citations. */
export const sourceCases: readonly Case[] = [
  testCase('audio', 'audio is sent byte for byte', (harness) =>
    withBench(harness, ['Hello.'], async ({ generate, server }) => {
      const { warnings } = succeeded(await generate(audioRequest));
      assert.deepEqual(warnings, []);
      const sent = JSON.stringify(assertSent(server).body);
      assert.ok(sent.includes(Buffer.from(BYTES).toString('base64')), 'the bytes are not in the body');
    }),
  ),
  testCase(
    'audio-declared',
    'a model without audio input declares it, and no audio is sent to it',
    (harness) =>
      withBench(harness, ['Hello.'], async ({ generate, model, server }) => {
        const { audio } = model.capabilities;
        if (harness.wire.cannot['audio'] !== undefined) {
          assert.ok(audio === undefined || audio === false, 'the capabilities declare audio input');
          failed(await generate(audioRequest), 'unsupported');
          assert.equal(server.requests.length, 0);
          return;
        }
        const reason = harness.cannot?.audio;
        if (audio === false)
          assert.ok(
            reason,
            'the capabilities declare no audio input, so the harness must give a reason in cannot.audio',
          );
        else if (audio !== undefined) assert.equal(reason, undefined, 'the capabilities declare audio input');
      }),
  ),
  testCase('citations', 'the end of a text part contains its citations', (harness) =>
    inEveryDelivery(harness, { parts: [{ type: 'text', text: TEXT, citations: [PAGE] }] }, (result) => {
      const { parts, text } = succeeded(result);
      assert.equal(text, TEXT);
      const cited = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
      assert.deepEqual(
        cited.map(({ url, title }) => [url, title]),
        [[PAGE.url, PAGE.title]],
      );
      const [{ start, end } = {}] = cited;
      if (start !== undefined || end !== undefined)
        assert.equal(text.slice(start, end), TEXT.slice(PAGE.start, PAGE.end), 'wrong cited range');
    }),
  ),
];
