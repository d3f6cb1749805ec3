/** Where a thing stands in its bag; -1: in none. The bag's alone to write. */
export interface Bagged {
  place: number;
}

/**
 * Things that come and go, in no order. Each knows its place: nothing is hashed to find it, which for what comes and goes
 * with every call was the dearest part.
 */
export class Bag<Thing extends Bagged> {
  private readonly things: Thing[] = [];

  get size(): number {
    return this.things.length;
  }

  add(thing: Thing): void {
    thing.place = this.things.length;
    this.things.push(thing);
  }

  /** False for one that is not there, or no more. */
  remove(thing: Thing): boolean {
    const { place } = thing;
    if (place < 0) return false;
    const last = this.things.pop();
    if (last !== undefined && last !== thing) {
      this.things[place] = last;
      last.place = place;
    }
    thing.place = -1;
    return true;
  }

  /** Each once; the one that is looked at may be removed meanwhile. */
  each(look: (thing: Thing) => void): void {
    for (let place = this.things.length - 1; place >= 0; place--) {
      const thing = this.things[place];
      if (thing !== undefined) look(thing);
    }
  }
}
