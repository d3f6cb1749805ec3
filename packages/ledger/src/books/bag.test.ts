import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bag, type Bagged } from './bag.ts';

interface Thing extends Bagged {
  readonly number: number;
}

const seenIn = (bag: Bag<Thing>): readonly number[] => {
  const seen: number[] = [];
  bag.each(({ number }) => seen.push(number));
  return seen.sort((a, b) => a - b);
};

it('holds what was added and not yet removed, in whatever order they come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (turns) => {
      const bag = new Bag<Thing>();
      const things = Array.from({ length: 21 }, (_, number): Thing => ({ number, place: -1 }));
      const inside = new Set<number>();
      for (const thing of turns.map((number) => things[number]).filter((found) => found !== undefined)) {
        const wasInside = inside.delete(thing.number);
        expect(bag.remove(thing)).toBe(wasInside);
        if (!wasInside) bag.add(thing);
        if (!wasInside) inside.add(thing.number);
        expect(bag.size).toBe(inside.size);
      }
      expect(seenIn(bag)).toEqual([...inside].sort((a, b) => a - b));
    }),
  );
});

it('shows each once, also where the one that is looked at is removed', () => {
  const bag = new Bag<Thing>();
  for (let number = 0; number < 10; number++) bag.add({ number, place: -1 });
  const seen: number[] = [];
  bag.each((thing) => {
    seen.push(thing.number);
    if (thing.number % 3 === 0) bag.remove(thing);
  });
  expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(seenIn(bag)).toEqual([1, 2, 4, 5, 7, 8]);
});
