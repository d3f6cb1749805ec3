/**
 * CPU time of `work` on the reference machine, in ms. The reference machine measured the figures of 2026-11-25 that set the bounds
 * in units of time, with 2 cores of an AMD EPYC and Node 24. It no longer exists. The value is what a machine needs that takes 2.3
 * times as long for 14 rows whose code has not changed since, divided by 2.3.
 */
const REFERENCE_MS = 9;
const RUNS = 40;

const DOCUMENT = Array.from({ length: 200 }, (_, at) => ({
  id: `item-${at}`,
  text: `The answer to question ${at} is "${at * 7}", as the table of contents says.`,
  rates: { input: at / 7, output: at / 3 },
}));

/**
 * Returns how many times as long as the reference machine this machine needs for a fixed piece of work. The best of 40 runs
 * counts, because other programs only slow a run down.
 */
export async function slowness() {
  let best = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best / REFERENCE_MS;
}

/** Does what a call does most: it reads and writes JSON, copies objects, searches text and waits for promises. */
async function work() {
  for (let round = 0; round < 40; round++) {
    const items = JSON.parse(JSON.stringify(DOCUMENT));
    const byId = new Map();
    for (const item of items) {
      const text = await item.text.replaceAll(/\d+/g, (digits) => `<${digits}>`);
      byId.set(item.id, { ...item, text, words: text.split(' ').length });
    }
    if (byId.size !== DOCUMENT.length) throw new Error('the work of the machine is incomplete');
  }
}
