/**
 * One call and one failover through core's build, on what every runtime has: no Node, no network.
 * Gives what happened as one line, or throws.
 */
export async function smoke({ createMajordomo, LlmError, user }, { Scribe }) {
  const provider = {
    spi: 1,
    id: 'inline',
    model: (id) => ({
      id,
      families: ['inline'],
      capabilities: {},
      async *stream(request, { target }) {
        if (id === 'down') throw new LlmError('unsupported', 'always down', { target });
        const scribe = new Scribe(target);
        yield [];
        yield* scribe.start('r1');
        for (const word of [`${request.messages.length} message`, ' to ', id]) yield* scribe.text(word);
        yield* scribe.finish('stop', 'stop', undefined);
      },
    }),
  };
  const majordomo = createMajordomo({ providers: [provider], aliases: { any: 'inline/down,inline/up' } });
  const request = { messages: [user('hi')] };

  const one = await majordomo.model('inline/up').generate(request);
  expect(one.text, '1 message to up');

  const stream = majordomo.model('any').stream(request);
  let text = '';
  for await (const event of stream) if (event.type === 'text-delta') text += event.text;
  expect(text, one.text);
  const { attempts, target } = await stream.response();
  expect(attempts.map(({ outcome }) => outcome).join(), 'failed,finished');
  return `one call, one failover to ${target}`;
}

function expect(got, due) {
  if (got !== due) throw new Error(`expected ${JSON.stringify(due)}, got ${JSON.stringify(got)}`);
}
