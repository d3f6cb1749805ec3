import { expect, it } from 'vitest';
import { boundedEvents } from './bounded-events.ts';

it.each([
  ['data: 1\n\ndata: 2\n\n', 1],
  ['data: 1\ndata: id\n\n', 1],
  ['id: 1\ndata: 1\n\ndata: 2\n\n', 0],
  ['data: 1\r\nid: 1\r\n\r\n', 0],
])('the end of a stream without event ids is reported: %j', async (events, times) => {
  let ends = 0;
  const bounded = boundedEvents(new Response(events), 's', 1000, () => ends++);
  expect(await bounded.text()).toBe(events);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toBe(times);
});
