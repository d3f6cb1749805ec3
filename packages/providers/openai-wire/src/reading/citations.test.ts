import { describe, expect, it } from 'vitest';
import { stream, readBody } from '../../test/reading.ts';

const text = (content: string, delta: object = {}): object => ({
  choices: [{ delta: { content, ...delta } }],
});
const stop = { choices: [{ delta: {}, finish_reason: 'stop' }] };
const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{}' } };

describe('citations of Chat Completions', () => {
  it('are read from annotations, in a stream and a body', () => {
    const url_citation = { url: 'https://a.example', title: 'A', start_index: 0, end_index: 3, content: 'q' };
    const annotations = [{ type: 'url_citation', url_citation }, { type: 'file', file: {} }, null];
    const textPart = {
      type: 'text',
      text: 'Tea.',
      citations: [{ url: 'https://a.example', title: 'A', quote: 'q', start: 0, end: 3 }],
    };
    expect(stream(text('Tea'), text('.', { annotations }), stop).parts).toEqual([textPart]);
    // The citations arrive before their text.
    expect(stream(text('', { annotations }), text('Tea.'), stop).parts).toEqual([textPart]);
    const message = { content: 'Tea.', annotations };
    expect(readBody({ choices: [{ message, finish_reason: 'stop' }] }).parts).toEqual([textPart]);
  });

  it('are read next to the choices, as URLs and as results with titles', () => {
    const urls = { citations: ['https://a.example', 'https://b.example'] };
    const results = { search_results: [{ url: 'https://b.example', title: 'B', snippet: 's' }] };
    const partsWith = (more: object): unknown =>
      stream({ ...text('Tea.'), ...more }, { ...stop, ...more }).parts;
    expect(partsWith(urls)).toMatchObject([
      { citations: [{ url: urls.citations[0] }, { url: urls.citations[1] }] },
    ]);
    expect(partsWith({ ...urls, ...results })).toEqual([
      {
        type: 'text',
        text: 'Tea.',
        citations: [{ url: 'https://a.example' }, { url: 'https://b.example', title: 'B', quote: 's' }],
      },
    ]);
    expect(partsWith(results)).toMatchObject([{ citations: [{ url: 'https://b.example', title: 'B' }] }]);
  });

  it('are read from the content at Mistral', () => {
    const content = [
      { type: 'text', text: 'Tea.' },
      { type: 'reference', reference_ids: [0, 2] },
      { type: 'tool_reference', tool: 'web_search', url: 'https://a.example', title: 'A' },
    ];
    const { parts, events } = readBody({ choices: [{ message: { content }, finish_reason: 'stop' }] });
    expect(parts).toEqual([
      {
        type: 'text',
        text: 'Tea.',
        citations: [{ document: 0 }, { document: 2 }, { url: 'https://a.example', title: 'A' }],
      },
    ]);
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('cause a warning if their text has ended', () => {
    const lateCitations = { ...stop, citations: ['https://a.example'] };
    const { events } = stream(text('Tea.'), text('', { tool_calls: [call] }), lateCitations);
    expect(events.flatMap((event) => (event.type === 'warning' ? [event.warning.what] : []))).toEqual([
      'citations',
    ]);
  });
});
